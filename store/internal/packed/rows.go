package packed

import (
	"encoding/binary"
	"sort"
	"unsafe"

	"github.com/kelisim/kelisim/stats"
)

// version is the first byte of a blob of rows.
const version = 1

// maxText bounds the text that one blob may unfold to: a few bytes of shared prefixes could
// otherwise ask for gigabytes.
const maxText = 64 << 20

// AppendRows appends the rows, which are of one day and one dimension, in order of their values.
// Rows with nothing to count are left out; rows is sorted in place.
func AppendRows(dst []byte, rows []stats.Row) []byte {
	sort.Slice(rows, func(i, j int) bool { return rows[i].Value < rows[j].Value })
	if counted := counting(rows); arePairs(counted) {
		return appendPairs(dst, counted)
	}
	n, text := 0, 0
	for i := range rows {
		if rows[i].Counts != (stats.Counts{}) {
			n, text = n+1, text+len(rows[i].Value)
		}
	}
	dst = append(dst, version)
	dst = binary.AppendUvarint(dst, uint64(n))
	dst = binary.AppendUvarint(dst, uint64(text))
	before := ""
	for i := range rows {
		if rows[i].Counts == (stats.Counts{}) {
			continue
		}
		value := rows[i].Value
		shared := sharedPrefix(before, value)
		dst = binary.AppendUvarint(dst, uint64(shared))
		dst = binary.AppendUvarint(dst, uint64(len(value)-shared))
		dst = append(dst, value[shared:]...)
		before = value
	}
	for i := range rows {
		if rows[i].Counts != (stats.Counts{}) {
			dst = AppendCounts(dst, &rows[i].Counts)
		}
	}
	return dst
}

// counting returns the rows that count something.
func counting(rows []stats.Row) []stats.Row {
	some := make([]stats.Row, 0, len(rows))
	for i := range rows {
		if rows[i].Counts != (stats.Counts{}) {
			some = append(some, rows[i])
		}
	}
	return some
}

func sharedPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// Rows calls f for each row of a blob that [AppendRows] made. The values share one allocation and
// may be kept; the counts are valid during the call only.
func Rows[B ~[]byte | ~string](blob B, f func(value string, c *stats.Counts)) error {
	text, ends, blob, err := values(blob)
	if err != nil {
		return err
	}
	var counts stats.Counts
	start := 0
	for _, end := range ends {
		if blob, err = Counts(blob, &counts); err != nil {
			return err
		}
		f(text[start:end], &counts)
		start = int(end)
	}
	if len(blob) != 0 {
		return ErrCorrupt
	}
	return nil
}

// values unfolds the values of a blob into one string and the offsets at which each ends.
func values[B ~[]byte | ~string](blob B) (text string, ends []uint32, rest B, err error) {
	if len(blob) > 0 && blob[0] == versionPairs {
		return pairs(blob[1:])
	}
	if len(blob) == 0 || blob[0] != version {
		return "", nil, blob, ErrCorrupt
	}
	n, blob, err := uvarint(blob[1:])
	if err != nil || n > uint64(len(blob)) { // every row takes more than a byte
		return "", nil, blob, ErrCorrupt
	}
	size, blob, err := uvarint(blob)
	if err != nil || size > maxText {
		return "", nil, blob, ErrCorrupt
	}
	buf := make([]byte, 0, min(size, uint64(len(blob))*16))
	ends = make([]uint32, 0, n)
	start := 0 // of the value before
	for range n {
		var shared, own uint64
		if shared, blob, err = uvarint(blob); err != nil {
			return "", nil, blob, err
		}
		if own, blob, err = uvarint(blob); err != nil {
			return "", nil, blob, err
		}
		if shared > uint64(len(buf)-start) || own > uint64(len(blob)) || uint64(len(buf))+shared+own > size {
			return "", nil, blob, ErrCorrupt
		}
		before := start
		start = len(buf)
		buf = append(buf, buf[before:before+int(shared)]...)
		buf = append(buf, blob[:own]...)
		blob = blob[own:]
		ends = append(ends, uint32(len(buf)))
	}
	if uint64(len(buf)) != size {
		return "", nil, blob, ErrCorrupt
	}
	return unsafe.String(unsafe.SliceData(buf), len(buf)), ends, blob, nil // buf is not written to again
}
