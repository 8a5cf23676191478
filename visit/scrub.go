package visit

import "strings"

// maxPath is the most bytes of a scrubbed path.
const maxPath = 256

const defaultPaths = 16384

// Scrubber takes personal data out of paths. It errs on the side of taking too much: a number that
// may be a person's becomes ":id", while slugs in any script, years, dates and versions stay. It is
// safe for concurrent use and bounded in memory.
type Scrubber struct{ shared *Interner }

// NewScrubber makes a Scrubber that shares about size distinct results (0 is 16,384).
func NewScrubber(size int) *Scrubber {
	if size <= 0 {
		size = defaultPaths
	}
	return &Scrubber{NewInterner(size)}
}

// Path returns raw, percent-encoded (however often) or not, with everything that may be personal
// replaced: ":id" for numbers and identifiers, ":email", ":phone", ":ip", ":uuid", ":hash", ":token",
// ":user" for handles, ":value" for what follows "=". Matrix parameters (";jsessionid=…"), queries,
// dot segments and doubled slashes go. The result is at most 256 bytes of valid UTF-8 without control
// and markup characters; it begins with a slash, and what does not fit goes by whole segments. Equal
// results are one string, which keeps nothing of raw alive. Scrubbing twice changes nothing.
func (s *Scrubber) Path(raw string) string {
	if known, ok := s.shared.known(raw); ok { // a result of before, which scrubbing again does not change
		return known
	}
	if plain(raw) {
		return s.shared.Intern(raw)
	}
	var b scrubBuffer
	if out := b.path(raw); string(out) != raw {
		return s.shared.Intern(string(out))
	}
	return s.shared.Intern(raw)
}

// plain reports a path of short words of ASCII letters, in which there is nothing to scrub.
func plain(raw string) bool {
	if len(raw) == 0 || len(raw) > maxPath || raw[0] != '/' {
		return false
	}
	run := 0
	for i := 1; i < len(raw); i++ {
		switch c := raw[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z':
			if run++; run >= minLetters {
				return false
			}
		case c == '-' || c == '_':
			run = 0
		case c == '/':
			if raw[i-1] == '/' {
				return false
			}
			run = 0
		case c == '.':
			if raw[i-1] == '/' || raw[i-1] == '.' {
				return false
			}
			run = 0
		default:
			return false
		}
	}
	return true
}

// Section returns the first segment of a scrubbed path, with its slash: "/blog" of "/blog/2024/05".
func Section(path string) string {
	if len(path) > 1 {
		if i := strings.IndexByte(path[1:], '/'); i >= 0 {
			return path[:i+1]
		}
	}
	return path
}

// scrubBuffer is the room in which one path is scrubbed.
type scrubBuffer struct {
	raw [maxPersonal]byte
	seg [maxPersonal]byte // cleaning makes nothing longer
	out [maxPath + maxPersonal + 16]byte
}

// path scrubs raw into b.out.
func (b *scrubBuffer) path(raw string) []byte {
	text := b.decoded(raw)
	cut := len(text) == len(b.raw)
	out, before := b.out[:0], []byte(nil)
	for len(text) > 0 {
		n, last := segmentEnd(text)
		segment := text[:n]
		text = text[min(n+1, len(text)):]
		if last {
			text = nil
		}
		if cut && len(text) == 0 {
			break // it may be half an address
		}
		segment = b.clean(matrixless(segment))
		if dots(segment) {
			continue
		}
		mark := len(out)
		out = words(append(out, '/'), segment, before)
		if len(out) > maxPath {
			out, cut = out[:mark], true
			break
		}
		before = out[mark+1:]
	}
	if len(out) == 0 || !cut && endsInSlash(raw) && len(out) < maxPath {
		out = append(out, '/')
	}
	return out
}

func endsInSlash(raw string) bool { return len(raw) > 1 && raw[len(raw)-1] == '/' }

// segmentEnd returns where the first segment of text ends, and whether the path ends there too.
func segmentEnd(text []byte) (n int, last bool) {
	for i, c := range text {
		switch c {
		case '/', '\\':
			return i, false
		case '?', '#':
			return i, true
		}
	}
	return len(text), true
}

// matrixless cuts matrix parameters off: ";jsessionid=…".
func matrixless(segment []byte) []byte {
	for i, c := range segment {
		if c == ';' {
			return segment[:i]
		}
	}
	return segment
}

// dots reports a segment that is empty or moves within the path.
func dots(segment []byte) bool {
	for _, c := range segment {
		if c != '.' {
			return false
		}
	}
	return true
}

// decoded undoes percent-encoding until nothing is left of it, in b.raw.
func (b *scrubBuffer) decoded(raw string) []byte {
	n := 0
	for i := 0; i < len(raw) && n < len(b.raw); n++ {
		b.raw[n] = raw[i]
		if c, ok := unhex(raw[i:]); ok {
			b.raw[n] = c
			i += 2
		}
		i++
	}
	text := b.raw[:n]
	for again := true; again; {
		again = false
		m := 0
		for i := 0; i < len(text); m++ {
			c, ok := text[i], false
			if c == '%' {
				if d, is := unhex(string(text[i:min(i+3, len(text))])); is {
					c, ok = d, true
				}
			}
			text[m] = c
			if i++; ok {
				i, again = i+2, true
			}
		}
		if m < len(text) && len(text) == len(b.raw) {
			again = true
		}
		text = text[:m]
	}
	if n == len(b.raw) {
		return b.full(text)
	}
	return text
}

// full keeps the length that says "cut" for a text that filled the buffer before its last decoding.
func (b *scrubBuffer) full(text []byte) []byte {
	for i := len(text); i < len(b.raw); i++ {
		b.raw[i] = 'x'
	}
	return b.raw[:]
}

func unhex(s string) (byte, bool) {
	if len(s) < 3 || s[0] != '%' {
		return 0, false
	}
	high, low := hexValue(s[1]), hexValue(s[2])
	return byte(high<<4 | low), high >= 0 && low >= 0
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
