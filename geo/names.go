package geo

import (
	"errors"
	"strings"
)

var errNames = errors.New("names are damaged")

// joinNames writes out the names that the sections words, once and names of a table file describe;
// each followed by a line feed, and returns where each begins. Size is the number of bytes to expect.
func joinNames(words, once, stream string, size int) (text string, starts []uint32, err error) {
	if words != "" && !strings.HasSuffix(words, "\n") || once != "" && !strings.HasSuffix(once, "\n") {
		return "", nil, errNames
	}
	known := strings.Split(words, "\n")
	var out strings.Builder
	out.Grow(size)
	first := true
	for numbers := (uvarints{s: stream}); !numbers.done(); {
		if first {
			starts = append(starts, uint32(out.Len()))
		}
		n := numbers.next()
		if n > 0 && !first {
			out.WriteByte(' ')
		}
		first = n == 0
		switch {
		case n == 0:
			out.WriteByte('\n')
		case n == 1:
			end := strings.IndexByte(once, '\n')
			if end < 0 {
				return "", nil, errNames
			}
			out.WriteString(once[:end])
			once = once[end+1:]
		case n-2 < uint64(len(known)-1) && out.Len() < size:
			out.WriteString(known[n-2])
		default:
			return "", nil, errNames
		}
	}
	if !first || once != "" {
		return "", nil, errNames
	}
	return out.String(), starts, nil
}
