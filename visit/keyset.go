package visit

// keySet is a set of keys: an open-addressing table of 57-bit fingerprints without pointers, so that
// two million visitors cost the garbage collector nothing. Keys are outputs of SipHash under a secret
// key: nobody can aim at a cell, and in the 64 sets of a day two of two million share a fingerprint once in ten
// thousand years. The six bits beside a fingerprint are the lot of its visitor.
type keySet struct {
	cells []uint64 // 0 is free
	count int
	wide  bool      // it knows what each has seen
	pages []pageSet // beside cells, if so
}

const (
	lotShift = 57
	lotBits  = (lots - 1) << lotShift
)

// fingerprint returns what a set knows of a key. Its highest bit is set, those of the lot are not.
func fingerprint(key Key) uint64 { return printOf(key[1]) }

// printOf returns the fingerprint of the key with that second half, or in that cell.
func printOf(id uint64) uint64 { return id&^lotBits | 1<<63 }

// cellOf puts a lot beside a fingerprint.
func cellOf(print uint64, lot uint8) uint64 { return print | uint64(lot)<<lotShift }

// lotIn returns the lot in a cell.
func lotIn(cell uint64) uint8 { return uint8(cell & lotBits >> lotShift) }

func (s *keySet) has(print uint64) bool {
	_, found := s.lot(print)
	return found
}

// lot returns the lot of a fingerprint that is there.
func (s *keySet) lot(print uint64) (lot uint8, found bool) {
	if len(s.cells) == 0 {
		return 0, false
	}
	i, found := s.slot(print)
	return lotIn(s.cells[i]), found
}

// add puts in a fingerprint that is not there.
func (s *keySet) add(print uint64, lot uint8) {
	if s.count*4 >= len(s.cells)*3 {
		s.grow()
	}
	i, _ := s.slot(print)
	s.cells[i] = cellOf(print, lot)
	s.count++
}

func (s *keySet) slot(print uint64) (int, bool) {
	mask := len(s.cells) - 1
	for i := int(print>>1) & mask; ; i = (i + 1) & mask {
		switch s.cells[i] &^ lotBits {
		case print:
			return i, true
		case 0:
			return i, false
		}
	}
}

func (s *keySet) grow() {
	old, pages := s.cells, s.pages
	s.cells = make([]uint64, max(16, 2*len(old)))
	if s.wide {
		s.pages = make([]pageSet, len(s.cells))
	}
	for from, cell := range old {
		if cell != 0 {
			i, _ := s.slot(cell &^ lotBits)
			if s.cells[i] = cell; s.wide {
				s.pages[i] = pages[from]
			}
		}
	}
}

// seen is what the owner of a fingerprint that is there has seen. It is valid until another is added.
func (s *keySet) seen(print uint64) *pageSet {
	i, _ := s.slot(print)
	return &s.pages[i]
}
