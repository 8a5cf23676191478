package geo

import (
	"errors"
	"strings"
)

var errNames = errors.New("names are damaged")

// joinNames writes out the names of a block, which its parts of the sections names and once describe, each
// followed by a line feed, and returns where each begins.
func joinNames(words []string, once, stream string) (text string, starts []uint32, err error) {
	if once != "" && !strings.HasSuffix(once, "\n") {
		return "", nil, errNames
	}
	var out strings.Builder
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
		case n-2 < uint64(len(words)) && out.Len() < maxBlock:
			out.WriteString(words[n-2])
		default:
			return "", nil, errNames
		}
	}
	if !first || once != "" {
		return "", nil, errNames
	}
	return out.String(), starts, nil
}
