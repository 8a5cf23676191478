package risk

// scanner finds all patterns in one pass over a target (Aho and Corasick, CACM 18(6), 1975), as a table of states.
type scanner struct {
	class [256]uint8 // bytes that are in no pattern share class 0
	width int
	next  []uint16  // state*width + class → state*width
	found [][]uint8 // by state: indices of patterns that end there
	ends  []bool    // by state*width
}

func newScanner(all []pattern) *scanner {
	s := &scanner{width: 1}
	for _, p := range all {
		for i := range len(p.text) {
			if s.class[p.text[i]] == 0 {
				s.class[p.text[i]] = uint8(s.width)
				s.width++
			}
		}
	}
	for c := 'A'; c <= 'Z'; c++ {
		s.class[c] = s.class[c|0x20]
	}
	s.plant(all)
	s.link()
	return s
}

// plant makes the tree of all patterns. State 0 is its root.
func (s *scanner) plant(all []pattern) {
	s.grow()
	for i, p := range all {
		at := 0
		for j := range len(p.text) {
			edge := at*s.width + int(s.class[p.text[j]])
			if s.next[edge] == 0 {
				s.next[edge] = uint16(s.grow())
			}
			at = int(s.next[edge])
		}
		s.found[at] = append(s.found[at], uint8(i))
	}
}

func (s *scanner) grow() (state int) {
	s.next = append(s.next, make([]uint16, s.width)...)
	s.found = append(s.found, nil)
	return len(s.found) - 1
}

// link turns the tree into an automaton that never goes back: breadth first, so that the state to fall back to is
// complete before it is needed.
func (s *scanner) link() {
	fallback := make([]int, len(s.found))
	var queue []int
	for class := range s.width {
		if child := int(s.next[class]); child != 0 {
			queue = append(queue, child)
		}
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		s.found[state] = append(s.found[state], s.found[fallback[state]]...)
		for class := range s.width {
			edge := state*s.width + class
			back := s.next[fallback[state]*s.width+class]
			if child := int(s.next[edge]); child != 0 {
				fallback[child] = int(back)
				queue = append(queue, child)
			} else {
				s.next[edge] = back
			}
		}
	}
	s.ends = make([]bool, len(s.found))
	for state, found := range s.found {
		s.ends[state] = len(found) > 0
	}
}

// sighting is what a scan met.
type sighting struct {
	met    [4]uint64 // patterns, each once
	halves [numHeld]uint8
}

func (m *sighting) note(index uint8) {
	if m.met[index>>6]&(1<<(index&63)) != 0 {
		return
	}
	m.met[index>>6] |= 1 << (index & 63)
	p := &patterns[index]
	m.halves[p.signal] += p.halves
}

// scan marks the attacks in a target. A target that is longer than MaxTarget is looked at from both ends.
func (s *scanner) scan(target string) (found marks) {
	var m sighting
	if len(target) > MaxTarget {
		s.run(&m, target[:MaxTarget/2], true)
		s.run(&m, target[len(target)-MaxTarget/2:], false)
	} else {
		s.run(&m, target, true)
	}
	for i, n := range m.halves {
		if n >= 2 {
			found.set(signal(i))
		}
	}
	return found
}

// run feeds text into the automaton: percent-encoding is undone twice, '+' is a space, comments of SQL are.
func (s *scanner) run(m *sighting, text string, path bool) {
	state := uint(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch c {
		case '?':
			path = false
		case '+':
			c = ' '
		case '%':
			var used int
			var twice bool
			if c, used, twice = decode(text[i:]); used > 0 {
				i += used - 1
			}
			if twice && (c == '.' || path && (c == '/' || c == '\\')) {
				m.halves[nameConfusion] = 2
			}
		case '/':
			if len(text)-i >= 4 && text[i+1] == '*' { // a comment of SQL stands for a space
				if end := comment(text[i:]); end > 0 {
					c = ' '
					i += end - 1
				}
			}
		}
		state = uint(s.next[state*uint(s.width)+uint(s.class[c])])
		if s.ends[state] {
			for _, index := range s.found[state] {
				m.note(index)
			}
		}
	}
}

// decode undoes percent-encoding at the beginning of s, and undoes it again where it was done twice ("%252e", "%%32%65"). Used
// is how many bytes of s it stands for.
func decode(s string) (c byte, used int, twice bool) {
	c, used = unhex(s)
	if used == 0 {
		c, used = '%', 1
	}
	if c != '%' {
		return c, used, false
	}
	at, number := used, 0
	for range 2 {
		if at >= len(s) {
			return c, used, false
		}
		d, n := s[at], 1
		if d == '%' {
			if d, n = unhex(s[at:]); n == 0 {
				return c, used, false
			}
		}
		v, ok := hexDigit(d)
		if !ok {
			return c, used, false
		}
		number, at = number<<4|v, at+n
	}
	return byte(number), at, true
}

// unhex reads "%2e"; used is 0 where there is no such thing.
func unhex(s string) (c byte, used int) {
	if len(s) < 3 || s[0] != '%' {
		return 0, 0
	}
	a, okA := hexDigit(s[1])
	b, okB := hexDigit(s[2])
	if !okA || !okB {
		return 0, 0
	}
	return byte(a<<4 | b), 3
}

func hexDigit(c byte) (int, bool) {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0'), true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10, true
	}
	return 0, false
}

// comment is the length of a comment of SQL at the beginning of s, 0 for none.
func comment(s string) int {
	for i := 2; i+1 < len(s) && i < 64; i++ {
		if s[i] == '*' && s[i+1] == '/' {
			return i + 2
		}
	}
	return 0
}
