package visit

import "strings"

// bareOfPeople returns a host without the labels that look like a person's, and without those before them: a telephone number, an
// identity number, an address or a token as the name of a subdomain. What is left has two labels or more, or is "".
func bareOfPeople(host string) string {
	rest, numbers := host, 0
	for label := range strings.SplitSeq(host, ".") {
		_, below, _ := strings.Cut(rest, ".")
		if digits(label) == len(label) {
			numbers++
		} else {
			numbers = 0
		}
		if personalLabel(label) || numbers >= 3 { // an address in reverse
			host = below
		}
		rest = below
	}
	if !strings.Contains(host, ".") {
		return ""
	}
	return host
}

// personalLabel reports a label with a number of nine digits or more, an address in four parts, or a long token.
func personalLabel(label string) bool {
	if digits(label) < 4 {
		return false
	}
	run, parts, inNumber := 0, 0, false
	for i := range len(label) {
		switch c := label[i]; {
		case c >= '0' && c <= '9':
			if !inNumber {
				parts++
			}
			run, inNumber = run+1, true
		case c == '-' || c == '_':
			inNumber = false
		default:
			run, parts, inNumber = 0, 0, false
		}
		if run >= 9 || parts >= 4 {
			return true
		}
	}
	return len(label) >= 16 && !strings.ContainsAny(label, "-_") && !strings.HasPrefix(label, "xn--") // as many letters mixed with digits
}

func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}
