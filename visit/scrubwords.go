package visit

import "bytes"

const (
	minLetters = 24 // letters in a row from which a word may be a token
	minToken   = 40 // bytes from which it is one
)

// words appends a cleaned segment with its personal words replaced. before is the segment before it.
func words(out, seg, before []byte) []byte {
	if whole := wholeSegment(seg); whole != "" {
		return append(out, whole...)
	}
	if i := bytes.IndexByte(seg, '='); i >= 0 {
		return append(words(out, seg[:i], before), "=:value"...)
	}
	for i := 0; i < len(seg); {
		c := seg[i]
		switch {
		case c == ':' && placeholder(seg[i:]) > 0:
			n := placeholder(seg[i:])
			out, i = append(out, seg[i:i+n]...), i+n
		case uuidAt(seg[i:]) && (i == 0 || !wordly(seg[i-1])):
			out, i = append(out, ":uuid"...), i+36
		case digit(c), c == '+' && i+1 < len(seg) && digit(seg[i+1]):
			n, ok := digitRun(seg[i:])
			if !ok {
				n = wordEnd(seg[i:])
				out, i = appendWord(out, seg[i:i+n]), i+n
				continue
			}
			alone := i == 0 && (n == len(seg) || len(extension(string(seg)))+1 == len(seg)-n)
			out, i = appendNumber(out, seg[i:i+n], alone, before), i+n
		case wordly(c):
			n := wordEnd(seg[i:])
			out, i = appendWord(out, seg[i:i+n]), i+n
		default:
			out, i = append(out, c), i+1
		}
	}
	return out
}

var placeholders = [...]string{":id", ":email", ":phone", ":ip", ":uuid", ":hash", ":token", ":user", ":value"}

// placeholder returns the length of the placeholder that seg begins with, 0 for none.
func placeholder(seg []byte) int {
	for _, p := range placeholders {
		if len(seg) >= len(p) && string(seg[:len(p)]) == p && (len(seg) == len(p) || !wordly(seg[len(p)])) {
			return len(p)
		}
	}
	return 0
}

// wholeSegment returns the placeholder of a segment that is personal as a whole.
func wholeSegment(seg []byte) string {
	if i := bytes.IndexByte(seg, '@'); i > 0 {
		return ":email"
	} else if i == 0 {
		return ":user"
	}
	if bytes.Count(seg, []byte{':'}) >= 2 && onlyHexColons(seg) {
		return ":ip"
	}
	return ""
}

func onlyHexColons(seg []byte) bool {
	for _, c := range seg {
		if c != ':' && c != '.' && hexValue(c) < 0 {
			return false
		}
	}
	return true
}

func wordEnd(seg []byte) int {
	n := 0
	for n < len(seg) && wordly(seg[n]) {
		n++
	}
	if n == 0 {
		return 1
	}
	return n
}

func uuidAt(seg []byte) bool {
	if len(seg) < 36 || len(seg) > 36 && wordly(seg[36]) {
		return false
	}
	for i, c := range seg[:36] {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if hexValue(c) < 0 {
			return false
		}
	}
	return true
}

// appendWord appends a word of letters and digits, or what stands for it.
func appendWord(out, word []byte) []byte {
	if p := secret(word); p != "" {
		return append(out, p...)
	}
	return append(out, word...)
}

// shape is what a word looks like.
type shape struct {
	digits, run, letters, upper, lower, other, turns int // run: most digits in a row; turns between letters and digits
	cases                                            int // turns between lower and upper case
	hex                                              bool
}

func shapeOf(word []byte) (s shape) {
	s.hex = true
	run, last := 0, byte(0)
	for _, c := range word {
		kind := byte('o')
		switch {
		case digit(c):
			kind = 'd'
			s.digits++
			run++
			s.run = max(s.run, run)
		case c >= 'a' && c <= 'z':
			kind = 'l'
			s.lower++
		case c >= 'A' && c <= 'Z':
			kind = 'u'
			s.upper++
		default:
			s.other++
		}
		if kind != 'd' {
			run = 0
		}
		s.hex = s.hex && hexValue(c) >= 0
		if last != 0 && kind != last {
			if kind == 'd' || last == 'd' {
				s.turns++
			} else if kind == 'u' {
				s.cases++
			}
		}
		last = kind
	}
	s.letters = s.lower + s.upper
	return s
}

// secret returns the placeholder of a word that looks made by a machine, "" for one that a person
// would write.
func secret(word []byte) string {
	s := shapeOf(word)
	n := len(word)
	switch {
	case s.other > 0: // not Latin: a slug, unless it hides a long number
		if s.run >= 5 {
			return ":id"
		}
		return ""
	case s.hex && n >= 32:
		return ":hash"
	case n >= minToken, n >= 10 && string(word[:3]) == "eyJ":
		return ":token"
	case s.hex && s.digits > 0 && s.letters > 0 && n >= 8:
		return ":hash"
	case s.digits == 0:
		if n >= minLetters && s.cases*6 >= n || n >= 12 && s.cases >= 5 || s.hex && n >= 16 {
			return ":token"
		}
		return ""
	case s.letters == 1 && s.turns == 2 && s.run <= 4 && bytes.IndexByte(word, 'x') > 0: // 1920x1080
		return ""
	case n >= 20 && (s.turns >= 2 || s.cases >= 2):
		return ":token"
	case s.run >= 5, s.digits >= 5 && s.letters > 0:
		return ":id"
	case n >= 6 && s.turns >= 4, n >= 10 && s.digits >= 2 && s.turns >= 3, n >= 8 && s.cases+s.turns >= 4:
		return ":id"
	}
	return ""
}
