package gate

import (
	"maps"
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/consent"
)

// Hide returns the request as the handler may see it: without the cookies whose purpose is not granted
// and, where p has markup for the page that r asks for, without what would keep the gate from putting
// it in (see [wantsRewrite]). It returns r itself where nothing changes, and allocates nothing then;
// otherwise a shallow copy with a header map of its own. r is never changed.
//
// Hide fills in p.Expire. Hand p to [Writer.Reset] afterwards, and call [Settle] at the end.
func Hide(r *http.Request, p *Plan) *http.Request {
	var inner *copied
	own := func() http.Header {
		if inner == nil {
			inner = &copied{Request: *r}
			inner.Header = maps.Clone(r.Header)
			p.values.free = inner.lines[:]
		}
		return inner.Header
	}
	if lines := r.Header["Cookie"]; len(lines) > 0 && p.hides(lines) {
		h := own()
		if kept := p.visible(lines); kept == "" {
			delete(h, "Cookie")
		} else {
			h["Cookie"] = p.values.one(kept)
		}
	}
	if wantsRewrite(r, p) && negotiates(r.Header) {
		p.askWhole(own())
	}
	if p.Whole && isConditional(r) {
		delete(own(), "If-None-Match")
		delete(own(), "If-Modified-Since")
	}
	if tags := r.Header["If-Match"]; len(tags) > 0 && hasSuffixed(tags) {
		own()["If-Match"] = p.values.one(p.restoreAny(tags))
	}
	if inner == nil {
		return r
	}
	return &inner.Request
}

// copied is a shallow copy of a request, with room for the lines that are different in its header.
type copied struct {
	http.Request
	lines [4]string
}

// Settle hands what a handler left on the copy that Hide made back to the original: the server removes
// the temporary files of the form of r only, and outer middleware reads its Pattern.
func Settle(r, inner *http.Request) {
	if r == inner {
		return
	}
	if r.MultipartForm == nil {
		r.MultipartForm = inner.MultipartForm
	}
	if r.Pattern == "" {
		r.Pattern = inner.Pattern
	}
}

// hides reports whether any cookie must go, and notes which of them must be deleted.
func (p *Plan) hides(lines []string) bool {
	var (
		hidden      bool
		pairs, seen int
	)
	for _, line := range lines {
		for rest := line; rest != ""; {
			var pair string
			pair, rest = nextPair(rest)
			if pairs++; pairs > maxPairs {
				return true
			}
			name := cookieName(pair)
			if pair == "" {
				continue
			}
			d := p.Rules.DecideRequest(p.Choice, name)
			if d.Unclassified {
				p.observe(&seen, name, d)
			}
			if !d.Allow {
				hidden = true
				p.expire(name)
			}
		}
	}
	return hidden
}

// visible returns the cookies that may pass, byte for byte and in order.
func (p *Plan) visible(lines []string) string {
	var (
		b     strings.Builder
		pairs int
	)
	for _, line := range lines {
		for rest := line; rest != ""; {
			var pair string
			pair, rest = nextPair(rest)
			if pairs++; pairs > maxPairs {
				return b.String()
			}
			if pair == "" || !p.Rules.DecideRequest(p.Choice, cookieName(pair)).Allow {
				continue
			}
			if b.Len() > 0 {
				b.WriteString("; ")
			}
			b.WriteString(pair)
		}
	}
	return b.String()
}

// expire notes a cookie to be deleted if the visitor said no to its purpose. One that is merely
// undecided is hidden and stays: the answer may be yes.
func (p *Plan) expire(name string) {
	for i := range p.Expire {
		if p.Expire[i].Name == name {
			return
		}
	}
	if len(p.Expire) >= maxExpired {
		return
	}
	e, ok := p.Rules.Expire(p.Choice, name)
	if !ok || e.Stance != consent.Refused && e.Stance != consent.Withdrawn && e.Stance != consent.OptedOut {
		return
	}
	p.Expire = append(p.Expire, e)
}

// nextPair cuts the first cookie off a Cookie header. Browsers separate by "; ", others by ";".
func nextPair(s string) (pair, rest string) {
	pair, rest, _ = strings.Cut(s, ";")
	return trim(pair), rest
}

// cookieName returns the name of a pair as servers read it: a pair without "=" is a name to most, though
// browsers mean a value (RFC 6265bis section 5.6.3).
func cookieName(pair string) string {
	name, _, _ := strings.Cut(pair, "=")
	return trim(name)
}

// trim removes white space around s, and what Go's own cookie parser takes for it. It is on the path of
// every cookie, hence by hand.
func trim(s string) string {
	for len(s) > 0 && isOptionalSpace(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isOptionalSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isOptionalSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
