package packed

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"

	"github.com/kelisim/kelisim/stats"
)

// Month is the sums of one month and dimension, ready to be read.
type Month struct {
	layout
	dim     stats.Dimension
	first   stats.Day
	stands  bool   // values of several days say how these stand to sharedFloor
	days    uint32 // that lie together here, by their distance from first
	check   uint32
	least   int64 // no value was counted on a day by fewer than so many
	values  uint64
	entries string
	seconds []string
}

// ReadMonth reads the head of sums that [Together] wrote for dim and the month that begins with first.
func ReadMonth(sums string, dim stats.Dimension, first stats.Day) (m Month, err error) {
	if len(sums) < HeadSize || !isMonth(sums[0]) {
		return m, ErrCorrupt
	}
	m.dim, m.first, m.stands = dim, first, sums[0] != versionBefore
	m.days = binary.LittleEndian.Uint32([]byte(sums[1:5]))
	m.check = binary.LittleEndian.Uint32([]byte(sums[5:9]))
	src := sums[HeadSize:]
	var head [4]uint64
	for i := range head {
		if head[i], src, err = number(src); err != nil {
			return m, err
		}
	}
	m.least, m.values, m.signed, m.less = int64(head[0]), head[1], uint32(head[2]), byte(head[3])
	if len(src) == 0 || m.values > uint64(len(src)) || m.days>>DaysOfMonth != 0 {
		return m, ErrCorrupt
	}
	m.n, src = int(src[0]), src[1:]
	if m.n > len(m.columns) || m.n > len(src) {
		return m, ErrCorrupt
	}
	for i := range m.n {
		if m.columns[i] = stats.Measure(src[i]); m.columns[i] >= stats.NumMeasures {
			return m, ErrCorrupt
		}
	}
	src = src[m.n:]
	if m.less&joinedPairs != 0 {
		var r valueReader
		if src, err = r.readSeconds(src); err != nil {
			return m, err
		}
		m.seconds = r.seconds
	}
	m.entries = src
	return m, nil
}

func isMonth(version byte) bool { return version == versionMonth || version == versionBefore }

// Holds reports whether day lies here.
func (m *Month) Holds(day stats.Day) bool {
	return day >= m.first && day < m.first+DaysOfMonth && m.days>>(day-m.first)&1 == 1
}

// HoldsBefore reports whether sums that begin with head, of the month that begins with first, hold a day before the given
// one. It is so for a head that no sums have: whoever reads on will find that out.
func HoldsBefore(head string, first, before stats.Day) bool {
	if len(head) < HeadSize || !isMonth(head[0]) {
		return len(head) > 0
	}
	days := binary.LittleEndian.Uint32([]byte(head[1:5]))
	return before > first && days&(1<<min(32, uint64(int64(before)-int64(first)))-1) != 0
}

// scan goes through the values of a month. After next, the sum must be read or skipped.
type scan struct {
	m      *Month
	values valueReader
	src    string
	left   uint64
	value  []byte // valid until next
	days   uint32 // on which it counted
	stands byte   // how they stand to sharedFloor
	at, n  int    // where its cells are
	below  string // what the days below it count, if others are not
	under  uint32 // columns of that, and
	mask   uint32 // of the sum
}

func (m *Month) scan() scan {
	return scan{m: m, src: m.entries, left: m.values, values: valueReader{pairs: m.less&joinedPairs != 0, seconds: m.seconds}}
}

func (s *scan) next() (ok bool, err error) {
	if s.left == 0 {
		if len(s.src) != 0 {
			return false, ErrCorrupt
		}
		return false, nil
	}
	s.left--
	if s.value, s.src, err = s.values.next(s.src); err != nil {
		return false, err
	}
	if err = s.present(); err != nil {
		return false, err
	}
	s.at += s.n
	s.n = 0
	if s.days&(s.days-1) != 0 { // several
		n, rest, err := number(s.src)
		if err != nil || n > maxText || uint64(s.at)+n > maxText {
			return false, ErrCorrupt
		}
		s.n, s.src = int(n), rest
	}
	if s.stands == standBoth {
		if s.under, err = s.columns(); err != nil {
			return false, err
		}
		s.below = s.src
		if s.src, err = skipColumns(s.src, s.under); err != nil {
			return false, err
		}
	}
	s.mask, err = s.columns()
	return err == nil, err
}

// columns reads which columns follow.
func (s *scan) columns() (uint32, error) {
	mask, rest, err := number(s.src)
	if err != nil || mask>>s.m.n != 0 {
		return 0, ErrCorrupt
	}
	s.src = rest
	return uint32(mask), nil
}

// present reads on which days the value counted.
func (s *scan) present() error {
	if len(s.src) == 0 {
		return ErrCorrupt
	}
	how := s.src[0] & presentMask
	s.stands = s.src[0] >> 6
	s.src = s.src[1:]
	switch {
	case how < DaysOfMonth:
		s.days = 1 << how
	case how == presentAll:
		s.days = s.m.days
	case how > presentFew && how <= presentFew+maxFew:
		n := int(how - presentFew)
		if len(s.src) < n {
			return ErrCorrupt
		}
		s.days = 0
		for _, i := range []byte(s.src[:n]) {
			if i >= DaysOfMonth {
				return ErrCorrupt
			}
			s.days |= 1 << i
		}
		s.src = s.src[n:]
	case how == presentMask && len(s.src) >= 4:
		s.days = binary.LittleEndian.Uint32([]byte(s.src[:4]))
		s.src = s.src[4:]
	default:
		return ErrCorrupt
	}
	if s.days == 0 || s.days&^s.m.days != 0 || (s.stands != 0) != (s.m.stands && s.days&(s.days-1) != 0) {
		return ErrCorrupt
	}
	return nil
}

// sum reads the sum as it is written, see [layout.give].
func (s *scan) sum(c *stats.Counts) (err error) {
	*c = stats.Counts{}
	s.src, err = s.m.readColumns(s.src, c, s.mask)
	return err
}

func (s *scan) skip() (err error) {
	s.src, err = skipColumns(s.src, s.mask)
	return err
}

// cells calls f for each day of a value whose sum, as it is written, is given and used up; f may not keep the counts.
func (m *Month) cells(src string, days uint32, sum *stats.Counts, f func(day int, c *stats.Counts)) error {
	if days&(days-1) != 0 {
		union, rest, err := number(src)
		if err != nil || union>>1>>m.n != 0 {
			return ErrCorrupt
		}
		src = rest
		for ; days&(days-1) != 0; days &= days - 1 {
			mask := union >> 1
			if union&1 == 1 {
				if mask, src, err = number(src); err != nil || mask>>m.n != 0 {
					return ErrCorrupt
				}
			}
			var c stats.Counts
			if src, err = m.readColumns(src, &c, uint32(mask)); err != nil {
				return err
			}
			for _, col := range m.columns[:m.n] {
				sum[col] -= c[col]
			}
			m.give(&c)
			f(bits.TrailingZeros32(days), &c)
		}
	}
	if len(src) != 0 {
		return ErrCorrupt
	}
	m.give(sum)
	f(bits.TrailingZeros32(days), sum)
	return nil
}

// Fits reports whether cells are those of m.
func (m *Month) Fits(cells string) bool { return crc32.Checksum([]byte(cells), castagnoli) == m.check }
