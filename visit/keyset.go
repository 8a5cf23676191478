package visit

// keySet is a set of keys: an open-addressing table of 64-bit fingerprints without pointers, so that
// two million visitors cost the garbage collector nothing. Keys are outputs of SipHash under a secret
// key: nobody can aim at a cell, and two of two million share a fingerprint once in ten million days.
type keySet struct {
	cells []uint64 // 0 is free
	count int
}

func (s *keySet) has(print uint64) bool {
	if len(s.cells) == 0 {
		return false
	}
	_, found := s.slot(print)
	return found
}

// add puts in a fingerprint that is not there.
func (s *keySet) add(print uint64) {
	if s.count*4 >= len(s.cells)*3 {
		s.grow()
	}
	i, _ := s.slot(print)
	s.cells[i] = print
	s.count++
}

func (s *keySet) slot(f uint64) (int, bool) {
	mask := len(s.cells) - 1
	for i := int(f>>1) & mask; ; i = (i + 1) & mask {
		switch s.cells[i] {
		case f:
			return i, true
		case 0:
			return i, false
		}
	}
}

func (s *keySet) grow() {
	old := s.cells
	s.cells = make([]uint64, max(16, 2*len(old)))
	for _, f := range old {
		if f != 0 {
			i, _ := s.slot(f)
			s.cells[i] = f
		}
	}
}

func fingerprint(key Key) uint64 { return key[1] | 1<<63 }
