package server

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// valueMax bounds a value in a page, in bytes; no value of the statistics is longer.
const valueMax = 256

// clean makes a stranger's text fit to be shown: valid UTF-8, at most limit bytes, and without control
// characters, line breaks and the direction marks with which text can pretend to be another
// (Unicode TR36, 3.1; CVE-2021-42574). Each of these becomes the replacement character U+FFFD.
func clean(s string, limit int) string {
	if len(s) > limit {
		cut := limit
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strings.Map(func(r rune) rune {
		if hidden(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// hidden reports whether r has no shape of its own: controls, format and direction characters,
// private and unassigned ones, line and paragraph separators.
func hidden(r rune) bool {
	return !unicode.IsGraphic(r) || r == '\u00ad' || r == '\u034f' || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0'
}

// formula makes a text cell of a CSV file inert in spreadsheets: one that begins like a formula gets
// an apostrophe before it (OWASP, CSV Injection).
func formula(s string) string {
	trimmed := strings.TrimLeft(s, " \u00a0\ufeff")
	if trimmed != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", firstRune(trimmed)) {
		return "'" + s
	}
	return s
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
