package gate

import (
	"bytes"
	"net/http"
	"strings"
)

// A site whose Content-Security-Policy trusts scripts by nonce would block those of the markup: with
// 'strict-dynamic', or where 'self' is not listed. The markup is ours and holds nothing of a visitor's or of
// the page's, so that it may carry the nonce, which is new with every response (CSP3 section 7.1).

// nonced returns markup with the nonces of h's policy on its scripts and style sheets; markup itself where
// there are none.
func nonced(markup []byte, h http.Header) []byte {
	lines := h["Content-Security-Policy"]
	if len(lines) == 0 {
		return markup
	}
	script, style := nonceOf(lines, "script-src-elem", "script-src"), nonceOf(lines, "style-src-elem", "style-src")
	if script == "" && style == "" {
		return markup
	}
	out := make([]byte, 0, len(markup)+512)
	for {
		i := bytes.IndexByte(markup, '<')
		if i < 0 {
			return append(out, markup...)
		}
		rest, nonce, tag := markup[i:], "", ""
		switch {
		case bytes.HasPrefix(rest, []byte("<script ")):
			tag, nonce = "<script ", script
		case bytes.HasPrefix(rest, []byte("<link ")):
			tag, nonce = "<link ", style
		default:
			tag = "<"
		}
		out = append(append(out, markup[:i]...), tag...)
		if nonce != "" {
			out = append(append(append(out, `nonce="`...), nonce...), `" `...)
		}
		markup = rest[len(tag):]
	}
}

// nonceOf finds the first nonce of the first of the named directives that a policy has, or of its default-src.
// Where several policies have nonces, that of the first serves.
func nonceOf(lines []string, names ...string) string {
	for _, line := range lines {
		for policy := range strings.SplitSeq(line, ",") {
			for _, name := range append(names, "default-src") {
				sources, ok := directiveOf(policy, name)
				if !ok {
					continue
				}
				for source := range strings.FieldsSeq(sources) {
					if nonce, ok := cutNonce(source); ok {
						return nonce
					}
				}
				break // what is there does not fall back
			}
		}
	}
	return ""
}

// directiveOf returns the sources of a directive; of two by one name browsers take the first.
func directiveOf(policy, name string) (sources string, ok bool) {
	for directive := range strings.SplitSeq(policy, ";") {
		directive = strings.Trim(directive, " \t\r\n\f")
		if got, rest, _ := strings.Cut(directive, " "); strings.EqualFold(got, name) {
			return rest, true
		}
	}
	return "", false
}

// cutNonce takes the nonce out of 'nonce-…'; only characters that the grammar of CSP3 section 2.3.1 knows can stand in
// an attribute without harm.
func cutNonce(source string) (nonce string, ok bool) {
	const prefix = "'nonce-"
	if len(source) < len(prefix)+2 || !strings.EqualFold(source[:len(prefix)], prefix) || source[len(source)-1] != '\'' {
		return "", false
	}
	nonce = source[len(prefix) : len(source)-1]
	for i := range len(nonce) {
		c := nonce[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && strings.IndexByte("+/-_=", c) < 0 {
			return "", false
		}
	}
	return nonce, len(nonce) <= 128
}
