package gate

import (
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/consent"
)

// filter removes the Set-Cookie lines of h that p does not allow, whatever the spelling of their key. It
// reports whether the answer rested on this visitor's choice: then no shared cache may keep it, the
// kept cookies included, for it would hand them to visitors who refused. What is kept is unchanged and
// in order. Past says that there are headers by which the site speaks to shared caches past Cache-Control.
func (p *Plan) filter(h http.Header, seen *int) (personal, past bool) {
	for key, lines := range h {
		switch {
		case pastCacheControl(key):
			past = true
		case isSetCookie(key):
			kept, byChoice := p.allowed(lines, seen)
			personal = personal || byChoice
			if len(kept) == 0 {
				delete(h, key)
			} else if len(kept) < len(lines) {
				h[key] = kept
			}
		case len(key) >= len("Trailer") && key[0]|0x20 == 't':
			cleanTrailer(h, key, lines, false)
		}
	}
	return personal, past
}

// allowed returns lines itself where all may pass, and never writes to it: handlers may share it.
func (p *Plan) allowed(lines []string, seen *int) (kept []string, byChoice bool) {
	kept = lines
	whole := true
	for i, line := range lines {
		allow, choice := p.decide(line, seen)
		byChoice = byChoice || choice
		switch {
		case !allow && whole:
			kept, whole = lines[:i:i], false
		case allow && !whole:
			kept = append(kept, line)
		}
	}
	return kept, byChoice
}

// decide answers for the value of one Set-Cookie line. Lines that a browser would not take, or might
// read otherwise than we do, are denied.
func (p *Plan) decide(line string, seen *int) (allow, byChoice bool) {
	if len(line) > maxSetCookie || hasControl(line) {
		return false, true
	}
	ck := consent.ParseSetCookie(line, p.Now)
	d := p.Rules.Decide(p.Choice, ck)
	if d.Reason == consent.ReasonHouse && !p.House && line != p.vouched && !harmlessHouse(line) {
		return false, true // the site's handler has no business with it: it could mark visitors, or undo what they decided
	}
	if d.Unclassified && seen != nil {
		p.observe(seen, ck.Name, d)
	}
	return d.Allow, !d.Allow || d.Purpose != consent.Necessary && d.Purpose != ""
}

// harmlessHouse knows the cookie of the house that others than the privacy centre set, the dashboard for one: it says
// the same of everybody.
func harmlessHouse(line string) bool {
	pair, _, _ := strings.Cut(line, ";")
	name, value, _ := strings.Cut(pair, "=")
	return trim(name) == consent.ExcludeCookie && (value == "me" || value == "admin")
}

// hasControl finds the bytes at which browsers cut or refuse a line (RFC 6265bis section 5.6).
func hasControl(line string) bool {
	for i := range len(line) {
		if c := line[i]; c < ' ' && c != '\t' || c == 0x7F {
			return true
		}
	}
	return false
}

// isSetCookie compares by hand: net/http writes keys that bypassed CanonicalHeaderKey as they are.
func isSetCookie(key string) bool {
	return len(key) == len("Set-Cookie") && (key == "Set-Cookie" || strings.EqualFold(key, "Set-Cookie"))
}

// takeSetCookies deletes every spelling of Set-Cookie and returns what it held, to be put back.
func takeSetCookies(h http.Header) (taken http.Header) {
	for key, lines := range h {
		if isSetCookie(key) {
			if taken == nil {
				taken = make(http.Header, 1)
			}
			taken[key] = lines
			delete(h, key)
		}
	}
	return taken
}

// cleanTrailers keeps cookies, and digests of a body that has changed, out of the trailer section: it
// takes their names from the announcement (which counts before the header is written) and deletes those
// that need none (which count after the body).
func cleanTrailers(h http.Header, changed bool) {
	for key, values := range h {
		cleanTrailer(h, key, values, changed)
	}
}

func cleanTrailer(h http.Header, key string, values []string, changed bool) {
	if name, ok := cutPrefixFold(key, http.TrailerPrefix); ok && badTrailer(name, changed) {
		delete(h, key)
	}
	if len(key) == len("Trailer") && strings.EqualFold(key, "Trailer") && announces(values, changed) {
		h[key] = cleanAnnouncement(values, changed)
	}
}

func badTrailer(name string, changed bool) bool {
	return isSetCookie(name) || changed && isAny(name, "Content-MD5", "Digest", "Content-Digest", "Repr-Digest", "ETag")
}

func announces(values []string, changed bool) bool {
	for _, s := range values {
		for s != "" {
			var name string
			name, s, _ = strings.Cut(s, ",")
			if badTrailer(trim(name), changed) {
				return true
			}
		}
	}
	return false
}

func cleanAnnouncement(values []string, changed bool) []string {
	var kept []string
	for _, line := range values {
		for name := range strings.SplitSeq(line, ",") {
			if name = trim(name); name != "" && !badTrailer(name, changed) {
				kept = append(kept, name)
			}
		}
	}
	return kept
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if !hasPrefixFold(s, prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
