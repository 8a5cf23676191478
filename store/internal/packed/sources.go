package packed

import "github.com/kelisim/kelisim/stats"

// daySource goes through the blob of one closed day.
type daySource struct {
	day    int
	values valueReader
	texts  string // the values that are left
	counts string // and their counts
	left   uint64
	value  []byte
	now    stats.Counts
}

func newDaySource(blob string, day int) (*daySource, error) {
	if day < 0 || day >= DaysOfMonth || len(blob) == 0 {
		return nil, ErrCorrupt
	}
	s := &daySource{day: day}
	kind, src := blob[0], blob[1:]
	var err error
	if s.left, src, err = uvarint(src); err != nil || s.left > uint64(len(src)) {
		return nil, ErrCorrupt
	}
	if _, src, err = uvarint(src); err != nil { // the length of its texts
		return nil, ErrCorrupt
	}
	switch kind {
	case version:
	case versionPairs:
		if src, err = s.values.readSeconds(src); err != nil {
			return nil, err
		}
	default:
		return nil, ErrCorrupt
	}
	s.texts = src
	over := valueReader{pairs: s.values.pairs, seconds: s.values.seconds}
	for range s.left {
		if _, src, err = over.next(src); err != nil {
			return nil, err
		}
	}
	s.counts = src
	return s, nil
}

func (s *daySource) next() (ok bool, err error) {
	if s.left == 0 {
		if len(s.counts) != 0 {
			return false, ErrCorrupt
		}
		return false, nil
	}
	s.left--
	if s.value, s.texts, err = s.values.next(s.texts); err != nil {
		return false, err
	}
	s.counts, err = Counts(s.counts, &s.now)
	return err == nil, err
}

func (s *daySource) key() []byte { return s.value }

func (s *daySource) cell(f func(day int, c *stats.Counts)) error {
	f(s.day, &s.now)
	return nil
}

// monthSource goes through what was laid together before.
type monthSource struct {
	scan
	cellsOf string
}

func (s *monthSource) key() []byte { return s.value }

func (s *monthSource) cell(f func(day int, c *stats.Counts)) error {
	var sum stats.Counts
	if err := s.sum(&sum); err != nil {
		return err
	}
	if s.at+s.n > len(s.cellsOf) {
		return ErrCorrupt
	}
	return s.m.cells(s.cellsOf[s.at:s.at+s.n], s.days, &sum, f)
}
