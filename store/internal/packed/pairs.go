package packed

import (
	"encoding/binary"
	"slices"
	"strings"
	"unsafe"

	"github.com/kelisim/kelisim/stats"
)

// versionPairs is the first byte of a blob of rows whose values are pairs: the second halves, which few
// pairs have for themselves, stand once each, and rows refer to them.
const versionPairs = 2

// separator stands between the halves of a pair, see [stats.JoinPair].
var separator = stats.JoinPair("", "")

// arePairs reports whether all values can be cut in halves.
func arePairs(rows []stats.Row) bool {
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(r stats.Row) bool { return !strings.Contains(r.Value, separator) })
}

// appendPairs appends rows that count something, in order of their values.
func appendPairs(dst []byte, rows []stats.Row) []byte {
	var seconds []string
	text := 0
	for i := range rows {
		_, b, _ := strings.Cut(rows[i].Value, separator)
		seconds = append(seconds, b)
		text += len(rows[i].Value)
	}
	slices.Sort(seconds)
	seconds = slices.Compact(seconds)
	dst = append(dst, versionPairs)
	dst = binary.AppendUvarint(dst, uint64(len(rows)))
	dst = binary.AppendUvarint(dst, uint64(text))
	dst = binary.AppendUvarint(dst, uint64(len(seconds)))
	dst = appendTexts(dst, seconds)
	before := ""
	for i := range rows {
		a, b, _ := strings.Cut(rows[i].Value, separator)
		dst = appendText(dst, before, a)
		at, _ := slices.BinarySearch(seconds, b)
		dst = binary.AppendUvarint(dst, uint64(at))
		before = a
	}
	for i := range rows {
		dst = AppendCounts(dst, &rows[i].Counts)
	}
	return dst
}

func appendTexts(dst []byte, list []string) []byte {
	before := ""
	for _, text := range list {
		dst = appendText(dst, before, text)
		before = text
	}
	return dst
}

func appendText(dst []byte, before, text string) []byte {
	shared := sharedPrefix(before, text)
	dst = binary.AppendUvarint(dst, uint64(shared))
	dst = binary.AppendUvarint(dst, uint64(len(text)-shared))
	return append(dst, text[shared:]...)
}

// pairs unfolds the values of a blob of pairs, as values does.
func pairs[B ~[]byte | ~string](blob B) (text string, ends []uint32, rest B, err error) {
	var head [3]uint64
	for i := range head {
		if head[i], blob, err = uvarint(blob); err != nil {
			return "", nil, blob, err
		}
	}
	n, size, m := head[0], head[1], head[2]
	if n > uint64(len(blob)) || m > uint64(len(blob)) || size > maxText {
		return "", nil, blob, ErrCorrupt
	}
	seconds := make([]string, 0, min(m, 1024))
	var before []byte
	for range m {
		if before, blob, err = unfold(blob, before); err != nil {
			return "", nil, blob, err
		}
		seconds = append(seconds, string(before))
	}
	buf := make([]byte, 0, min(size, uint64(len(blob))*16))
	ends = make([]uint32, 0, n)
	before = before[:0]
	for range n {
		var at uint64
		if before, blob, err = unfold(blob, before); err == nil {
			at, blob, err = uvarint(blob)
		}
		if err != nil || at >= m || uint64(len(buf)+len(before)+1+len(seconds[at])) > size {
			return "", nil, blob, ErrCorrupt
		}
		buf = append(append(append(buf, before...), separator...), seconds[at]...)
		ends = append(ends, uint32(len(buf)))
	}
	if uint64(len(buf)) != size {
		return "", nil, blob, ErrCorrupt
	}
	return unsafe.String(unsafe.SliceData(buf), len(buf)), ends, blob, nil // buf is not written to again
}

// maxHalf bounds a half of a pair.
const maxHalf = 4096

// unfold reads a text that shares its beginning with the one before, which it overwrites.
func unfold[B ~[]byte | ~string](blob B, before []byte) ([]byte, B, error) {
	shared, blob, err := uvarint(blob)
	if err != nil {
		return nil, blob, err
	}
	own, blob, err := uvarint(blob)
	if err != nil || shared > uint64(len(before)) || own > uint64(len(blob)) || shared+own > maxHalf {
		return nil, blob, ErrCorrupt
	}
	return append(before[:shared], blob[:own]...), blob[own:], nil
}
