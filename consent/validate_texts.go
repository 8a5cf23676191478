package consent

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Longest texts, in bytes: what a banner can show, and what a notice can.
const (
	maxName = 200
	maxText = 4000
)

// text checks that t is there in the first language of the policy, in which all others are shown what they lack, and in none
// that is not the policy's. [Policy.Lint] tells what is left out.
func (v *validation) text(field string, t Text, required bool, limit int) {
	v.textIn(field, t, required, limit, v.Languages[:min(len(v.Languages), 1)])
}

// everywhere checks a text that visitors must have in their language, since they consent to it.
func (v *validation) everywhere(field string, t Text, limit int) {
	v.textIn(field, t, true, limit, v.Languages)
}

func (v *validation) textIn(field string, t Text, required bool, limit int, needed []string) {
	if len(v.Languages) == 0 {
		return // that is fault enough
	}
	if len(t) == 0 {
		if required {
			v.add(field, "is missing: write it in %s", list(v.Languages))
		}
		return
	}
	var missing []string
	for _, language := range needed {
		if strings.TrimSpace(t[language]) == "" {
			missing = append(missing, language)
		}
	}
	if len(missing) > 0 {
		v.add(field, "has no text in %s", list(missing))
	}
	for _, language := range sortedKeys(t) {
		s := t[language]
		switch {
		case !slices.Contains(v.Languages, language):
			v.add(field+"."+language, "is in a language that \"languages\" does not list")
		case len(s) > limit:
			v.add(field+"."+language, "takes %d bytes: shorten it to %d", len(s), limit)
		case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' || r == unicode.ReplacementChar }):
			v.add(field+"."+language, "holds control characters: write plain text")
		}
	}
}

// id checks an identifier and that it is not taken.
func (v *validation) id(field, id string, seen map[string]bool) {
	switch {
	case !isID(id):
		v.add(field, "%q is no id: use 1 to 32 of a–z, 0–9, \"-\" and \"_\"", id)
	case seen[id]:
		v.add(field, "%q is declared twice", id)
	}
	seen[id] = true
}

// declared checks that a purpose is one of the policy's.
func (v *validation) declared(field string, p Purpose) {
	if p == "" {
		v.add(field, "is missing: name one of the policy's purposes")
		return
	}
	for _, known := range v.Purposes {
		if known.ID == p {
			return
		}
	}
	v.add(field, "%q is not among the policy's purposes: declare it, or name one that is", p)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isHost reports whether s is a host name in lower case: no port, no trailing dot.
func isHost(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// isOrigin reports whether s can stand in a Content-Security-Policy as one source: a scheme, a host
// whose first label may be "*", and perhaps a port.
func isOrigin(s string) bool {
	host, ok := strings.CutPrefix(s, "https://")
	if !ok {
		if host, ok = strings.CutPrefix(s, "http://"); !ok {
			return false
		}
	}
	host, port, hasPort := strings.Cut(host, ":")
	if hasPort && (!isDigits(port) || len(port) > 5) {
		return false
	}
	wild, isWild := strings.CutPrefix(host, "*.")
	return isHost(wild) && (!isWild || strings.Contains(wild, "."))
}
