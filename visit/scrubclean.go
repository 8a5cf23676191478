package visit

import (
	"unicode"
	"unicode/utf8"
)

// clean writes segment into b.seg as valid UTF-8 in which nothing is hidden: invisible characters go,
// blanks become hyphens, digits and letters of other widths and scripts' digits ASCII, and what could
// be markup an underscore.
func (b *scrubBuffer) clean(segment []byte) []byte {
	out := b.seg[:0]
	for i := 0; i < len(segment); {
		c := segment[i]
		if c < utf8.RuneSelf {
			i++
			out = appendASCII(out, c)
			continue
		}
		r, n := utf8.DecodeRune(segment[i:])
		i += n
		out = appendRune(out, r, n)
	}
	return out
}

func appendASCII(out []byte, c byte) []byte {
	switch {
	case letter(c), digit(c):
		return append(out, c)
	case c == ' ', c == '\t':
		return append(out, '-')
	case c < ' ', c == 0x7f:
		return out
	}
	switch c {
	case '-', '_', '.', '~', '!', '$', '(', ')', '*', '+', ',', ':', '@', '=':
		return append(out, c)
	}
	return append(out, '_')
}

func appendRune(out []byte, r rune, n int) []byte {
	switch {
	case r >= 0x0400 && r <= 0x052F: // Cyrillic, Kazakh letters included: most paths that come here
		return append(out, byte(0xC0|r>>6), byte(0x80|r&0x3F))
	case r == utf8.RuneError && n == 1:
		return append(out, '_')
	case r >= 0xFF01 && r <= 0xFF5E: // full width
		return appendASCII(out, byte(r-0xFEE0))
	case unicode.Is(unicode.Nd, r):
		return append(out, '0'+byte(digitValue(r)))
	case unicode.IsLetter(r), unicode.IsMark(r), unicode.Is(unicode.So, r):
		return utf8.AppendRune(out, r)
	case unicode.IsSpace(r), unicode.Is(unicode.Pd, r):
		return append(out, '-')
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r):
		return out
	}
	return append(out, '_')
}

// digitValue returns the value of a decimal digit: each script has its ten in a row.
func digitValue(r rune) int {
	zero := r
	for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return int(r-zero) % 10
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

// wordly reports a byte of a word: anything but ASCII punctuation.
func wordly(c byte) bool { return letter(c) || digit(c) || c >= utf8.RuneSelf }

// clipUTF8 cuts s to n bytes at most, between characters.
func clipUTF8(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// scrubText scrubs one piece of text like a path segment.
func scrubText(text string) string {
	var b scrubBuffer
	out := words(b.out[:0], b.clean([]byte(clip(text, maxPersonal))), nil)
	if string(out) == text {
		return text
	}
	return string(out)
}
