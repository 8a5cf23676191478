package risk

// sieve tells in one cheap look that no pattern can be in a target: of each pattern it knows either a byte that ordinary
// addresses do not have or the three letters in a row that are rarest in them. Nearly all requests end here.
type sieve struct {
	fold  [256]uint8
	rares [64 * 64]uint64 // by two symbols, a bit for each third
}

// The symbols that are told apart. All other bytes are odd.
const (
	foldDigit = 27
	foldOdd   = 63
)

const plainSymbols = "/.-=_?&,~" // from 28 on

func newSieve(all []pattern) *sieve {
	s := &sieve{}
	for c := range s.fold {
		s.fold[c] = foldOdd
	}
	for c := 'a'; c <= 'z'; c++ {
		s.fold[c], s.fold[c&^0x20] = uint8(c-'a'+1), uint8(c-'a'+1)
	}
	for c := '0'; c <= '9'; c++ {
		s.fold[c] = foldDigit
	}
	for i := range len(plainSymbols) {
		s.fold[plainSymbols[i]] = uint8(28 + i)
	}
	for _, p := range all {
		s.know(p.text)
	}
	return s
}

// know makes the sieve catch a pattern, of at least three bytes where none of them is odd.
func (s *sieve) know(text string) {
	at, rarest := 0, 1<<30
	for i := range len(text) {
		if s.fold[text[i]] == foldOdd {
			return // caught already
		}
		if i < 2 {
			continue
		}
		if n := frequency(text[i-2]) * frequency(text[i-1]) * frequency(text[i]); n < rarest {
			at, rarest = i, n
		}
	}
	s.rares[int(s.fold[text[at-2]])<<6|int(s.fold[text[at-1]])] |= 1 << s.fold[text[at]]
}

// frequency is about how often a byte occurs in a thousand of ordinary addresses.
func frequency(c byte) int {
	const letters = "\x3c\x0e\x1e\x1c\x50\x0c\x12\x14\x3c\x03\x08\x28\x18\x3c\x3a\x16\x02\x34\x32\x3a\x18\x0a\x0a\x04\x0a\x03"
	switch {
	case c >= 'a' && c <= 'z':
		return int(letters[c-'a'])
	case c == '/', c >= '0' && c <= '9':
		return 60
	}
	return 20
}

// passes reports a target that holds none of the patterns.
func (s *sieve) passes(target string) bool {
	if len(target) > MaxTarget {
		return false
	}
	met, before := uint64(0), uint(0)
	for i := range len(target) {
		at := uint(s.fold[target[i]])
		met |= s.rares[before&(64*64-1)]>>at&1 | uint64(at+1)>>6 // the last symbol is that of all odd bytes
		before = before<<6 | at
	}
	return met == 0
}
