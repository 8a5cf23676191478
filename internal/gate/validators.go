package gate

import (
	"net/http"
	"strings"
)

// A page with markup is another representation than the page without, so it needs another validator
// (RFC 9110 section 8.8). The gate makes W/"abc~k1f2e3d4cs" of "abc": weak, for the compressor outside
// may change the bytes again; "~k"; the tag of the markup; s or w for a strong or weak original.
const (
	suffixMark = "~k"
	suffixLen  = len(suffixMark) + 8 + 1
)

// match says which markup the validators of a request were made for: one of the two, or the shared one in the language that
// the page settles. Not both of the latter, so that a 304 is certain to be for one of them.
type match struct{ markup, shared, settled bool }

// restore maps the entity tags of an If-None-Match that belong to the markups of p back to those of the
// handler, and drops all others. "*" stays.
func (p *Plan) restore(lines []string) string {
	var b strings.Builder
	eachTag(lines, func(weak bool, opaque string) {
		base, tag, strong, ok := cutSuffix(opaque)
		switch {
		case opaque == "*":
			appendTag(&b, true, "*")
			return
		case !ok:
			return
		case p.Markup != nil && tag == p.Markup.tag:
			p.matched.markup = true
		case p.Shared != nil && tag == p.Shared.tag && !p.matched.settled:
			p.matched.shared = true
		case p.Shared != nil && tag == p.Shared.any && !p.matched.shared:
			p.matched.settled = true
		default:
			return
		}
		appendTag(&b, strong, base)
	})
	return b.String()
}

// restoreAny maps the tags of an If-Match back, whatever markup they were made for: it asks for the
// resource to be unchanged, and the markup is no part of that. Other tags stay.
func (p *Plan) restoreAny(lines []string) string {
	var b strings.Builder
	eachTag(lines, func(weak bool, opaque string) {
		if base, _, strong, ok := cutSuffix(opaque); ok {
			appendTag(&b, strong, base)
		} else {
			appendTag(&b, !weak, opaque)
		}
	})
	return b.String()
}

func hasSuffixed(lines []string) bool {
	for _, line := range lines {
		if strings.Contains(line, suffixMark) {
			return true
		}
	}
	return false
}

// eachTag calls f for every well-formed entity tag (RFC 9110 section 8.8.3), and for "*". It stops at the
// first malformed one, as net/http does.
func eachTag(lines []string, f func(weak bool, opaque string)) {
	for _, s := range lines {
		for {
			s = strings.TrimLeft(s, " \t,")
			if strings.HasPrefix(s, "*") {
				f(false, "*")
				s = s[1:]
				continue
			}
			rest, weak := strings.CutPrefix(s, "W/")
			opaque, after, closed := "", "", false
			if strings.HasPrefix(rest, `"`) {
				opaque, after, closed = strings.Cut(rest[1:], `"`)
			}
			if !closed {
				break
			}
			f(weak, `"`+opaque+`"`)
			s = after
		}
	}
}

func appendTag(b *strings.Builder, strong bool, opaque string) {
	if b.Len() > 0 {
		b.WriteString(", ")
	}
	if !strong {
		b.WriteString("W/")
	}
	b.WriteString(opaque)
}

// cutSuffix splits `"abc~k1f2e3d4cs"` into `"abc"` and "1f2e3d4c".
func cutSuffix(opaque string) (base, tag string, strong, ok bool) {
	n := len(opaque) - 1 - suffixLen
	if n < 1 || opaque[n:n+len(suffixMark)] != suffixMark {
		return "", "", false, false
	}
	kind := opaque[len(opaque)-2]
	if kind != 's' && kind != 'w' {
		return "", "", false, false
	}
	return opaque[:n] + `"`, opaque[n+len(suffixMark) : len(opaque)-2], kind == 's', true
}

// suffixETag makes the ETag of h that of the page with the markup that has the tag. A malformed one is removed.
func suffixETag(h http.Header, tag string, v *values) {
	values := h["Etag"]
	if len(values) == 0 {
		return
	}
	opaque, weak := strings.CutPrefix(trim(values[0]), "W/")
	if len(values) > 1 || len(opaque) < 2 || opaque[0] != '"' || opaque[len(opaque)-1] != '"' {
		delete(h, "Etag")
		return
	}
	kind := `s"`
	if weak {
		kind = `w"`
	}
	h["Etag"] = v.one("W/" + opaque[:len(opaque)-1] + suffixMark + tag + kind)
}

// dropValidators removes what is no longer true of a page with markup: digests, the promise of ranges,
// and Last-Modified, which cannot tell variants apart (so no If-Modified-Since comes back).
func dropValidators(h http.Header) {
	for _, key := range [...]string{"Last-Modified", "Accept-Ranges", "Content-Md5", "Digest", "Content-Digest", "Repr-Digest"} {
		delete(h, key)
	}
}
