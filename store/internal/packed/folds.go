package packed

import (
	"encoding/binary"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// AppendFolds appends the folds of one day, whose Day is not written.
func AppendFolds(dst []byte, folds []stats.Fold) []byte {
	dst = append(dst, version)
	dst = binary.AppendUvarint(dst, uint64(len(folds)))
	for i := range folds {
		f := &folds[i]
		dst = append(dst, byte(f.Dim), byte(f.Reason))
		dst = binary.AppendVarint(dst, int64(f.K))
		dst = binary.AppendVarint(dst, int64(f.Values))
		dst = AppendCounts(dst, &f.Counts)
	}
	return dst
}

// Folds reads what [AppendFolds] wrote of the folds of day.
func Folds(src []byte, day stats.Day) ([]stats.Fold, error) { return AddFolds(nil, src, day) }

// AddFolds appends those folds of the given dimensions to dst; without dimensions, all.
func AddFolds[B ~[]byte | ~string](dst []stats.Fold, src B, day stats.Day, of ...stats.Dimension) ([]stats.Fold, error) {
	if len(src) == 0 || src[0] != version {
		return dst, ErrCorrupt
	}
	n, src, err := uvarint(src[1:])
	if err != nil || n > uint64(len(src)) {
		return dst, ErrCorrupt
	}
	for range n {
		if len(src) < 2 {
			return dst, ErrCorrupt
		}
		f := stats.Fold{Day: day, Dim: stats.Dimension(src[0]), Reason: stats.FoldReason(src[1])}
		var k, values uint64
		if k, src, err = uvarint(src[2:]); err != nil {
			return dst, err
		}
		if values, src, err = uvarint(src); err != nil {
			return dst, err
		}
		if len(of) > 0 && !slices.Contains(of, f.Dim) {
			if src, err = skipCounts(src); err != nil {
				return dst, err
			}
			continue
		}
		f.K, f.Values = int(int64(k>>1)^-int64(k&1)), int(int64(values>>1)^-int64(values&1))
		if src, err = Counts(src, &f.Counts); err != nil {
			return dst, err
		}
		dst = append(dst, f)
	}
	if len(src) != 0 {
		return dst, ErrCorrupt
	}
	return dst, nil
}

// WithoutFolds returns what [AppendFolds] wrote without the folds of some dimensions; nil if none are left, and
// changed tells whether there were any.
func WithoutFolds(src []byte, dims []stats.Dimension) (rest []byte, changed bool, err error) {
	folds, err := Folds(src, 0)
	if err != nil {
		return nil, false, err
	}
	left := slices.DeleteFunc(slices.Clone(folds), func(f stats.Fold) bool { return slices.Contains(dims, f.Dim) })
	if len(left) == len(folds) {
		return src, false, nil
	}
	if len(left) == 0 {
		return nil, true, nil
	}
	return AppendFolds(nil, left), true, nil
}
