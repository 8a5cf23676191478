package gate

import (
	"net/http"
	"strings"
)

// makePrivate keeps shared caches from storing the response (RFC 9111 section 5.2.2.7): "public", "s-maxage" and
// the qualified forms of "private" go, the site's other directives stay in order. With noStore no cache
// stores it. The headers by which a site speaks to its own shared cache past Cache-Control (RFC 9213,
// Surrogate-Control, X-Accel-Expires) are removed. Vary names Cookie afterwards.
func makePrivate(h http.Header, noStore bool, v *values) {
	silencePast(h)
	keepPrivate(h, noStore, v)
}

// keepPrivate is makePrivate where nothing speaks past Cache-Control.
func keepPrivate(h http.Header, noStore bool, v *values) {
	h["Cache-Control"] = privateLines(h["Cache-Control"], noStore, v)
	addVary(h, "Cookie", v)
}

// silencePast removes what speaks to shared caches past Cache-Control.
func silencePast(h http.Header) {
	for key := range h {
		if pastCacheControl(key) {
			delete(h, key)
		}
	}
}

// pastCacheControl knows Surrogate-Control, X-Accel-Expires, CDN-Cache-Control, Vercel-CDN-Cache-Control …, in any
// spelling. It is asked for every header of every response, so the last letter goes first.
func pastCacheControl(key string) bool {
	if len(key) < len("X-Accel-Expires") {
		return false
	}
	switch key[len(key)-1] | 0x20 {
	case 'l':
		return hasSuffixFold(key, "cdn-cache-control") || strings.EqualFold(key, "Surrogate-Control")
	case 's':
		return strings.EqualFold(key, "X-Accel-Expires")
	}
	return false
}

// The commonest values are shared by all responses: header values are replaced, not written into.
var (
	privateOnly    = [1]string{"private"}
	privateNoStore = [1]string{"private, no-store"}
	byCookie       = [1]string{"Cookie"}
)

// fixed is a value that nothing can be appended to in place.
func fixed(value *[1]string) []string { return value[:] }

// privateLines returns the Cache-Control lines that stand for lines, but private.
func privateLines(lines []string, noStore bool, v *values) []string {
	switch {
	case len(lines) == 0 && noStore:
		return fixed(&privateNoStore)
	case len(lines) == 0:
		return fixed(&privateOnly)
	case len(lines) == 1 && (lines[0] == "private, no-store" || lines[0] == "private" && !noStore):
		return lines
	}
	var b strings.Builder
	b.WriteString("private")
	eachDirective(lines, func(name, whole string) {
		switch {
		case isAny(name, "public", "s-maxage", "private"):
			return
		case isAny(name, "no-store"):
			noStore = true
			return
		case noStore && isAny(name, "must-understand"): // would undo no-store (RFC 9111 section 5.2.2.3)
			return
		}
		b.WriteString(", ")
		b.WriteString(whole)
	})
	if noStore {
		b.WriteString(", no-store")
	}
	return v.one(b.String())
}

// Cacheable reports whether the site itself lets shared caches hold the response: it says public, or
// how long, and nothing against it. Mere heuristics (a Last-Modified) do not count.
func Cacheable(h http.Header) bool {
	lines := h["Cache-Control"]
	if len(lines) == 0 {
		return false
	}
	var yes, no, revalidate, lasts bool
	eachDirective(lines, func(name, whole string) {
		switch {
		case isAny(name, "private", "no-store"):
			no = true
		case isAny(name, "no-cache"):
			revalidate = true
		case isAny(name, "public"):
			yes = true
		case isAny(name, "max-age", "s-maxage"):
			_, age, _ := strings.Cut(whole, "=")
			lasts = lasts || strings.Trim(age, "\"0 \t") != ""
		}
	})
	return !no && (yes || lasts && !revalidate)
}

// eachDirective splits Cache-Control lines at commas outside quotes.
func eachDirective(lines []string, f func(name, whole string)) {
	for _, s := range lines {
		for s != "" {
			end := directiveEnd(s)
			whole := trim(s[:end])
			s = s[min(end+1, len(s)):]
			if whole == "" {
				continue
			}
			name, _, _ := strings.Cut(whole, "=")
			f(trim(name), whole)
		}
	}
}

func directiveEnd(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == ',' && !quoted:
			return i
		}
	}
	return len(s)
}

// addVary adds names, a list, to Vary unless they are in it or it is "*".
func addVary(h http.Header, names string, v *values) {
	lines := h["Vary"]
	if len(lines) == 0 && names == byCookie[0] {
		h["Vary"] = fixed(&byCookie)
		return
	}
	if len(lines) == 0 {
		h["Vary"] = v.one(names)
		return
	}
	for name := range strings.SplitSeq(names, ",") {
		if name = trim(name); name != "" && !inList(h["Vary"], name) {
			h["Vary"] = append(h["Vary"][:len(h["Vary"]):len(h["Vary"])], name)
		}
	}
}

// inList reports whether a comma-separated list has name or "*".
func inList(lines []string, name string) bool {
	for _, s := range lines {
		for s != "" {
			var item string
			item, s, _ = strings.Cut(s, ",")
			if item = trim(item); item == "*" || strings.EqualFold(item, name) {
				return true
			}
		}
	}
	return false
}

func isAny(s string, lower ...string) bool {
	for _, l := range lower {
		if strings.EqualFold(s, l) {
			return true
		}
	}
	return false
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
