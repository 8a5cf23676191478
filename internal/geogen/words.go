package geogen

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
)

// Words splits names into the sections words, once and names of [geo.Format]. Providers' names share
// most of their words ("Telecom", "Ltda"), and this makes them a sixth smaller than DEFLATE alone,
// and faster to unpack.
func Words(names []string) (words, once string, stream []byte) {
	count := map[string]int{}
	for _, name := range names {
		for word := range strings.SplitSeq(name, " ") {
			count[word]++
		}
	}
	repeated := slices.DeleteFunc(slices.Sorted(maps.Keys(count)), func(w string) bool { return count[w] == 1 })
	slices.SortStableFunc(repeated, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	number := map[string]uint64{}
	for i, word := range repeated {
		number[word] = uint64(i) + 2
	}
	var single []string
	for _, name := range names {
		for word := range strings.SplitSeq(name, " ") {
			n := cmp.Or(number[word], 1)
			if n == 1 {
				single = append(single, word)
			}
			stream = binary.AppendUvarint(stream, n)
		}
		stream = append(stream, 0)
	}
	return lines(repeated), lines(single), stream
}

func lines(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return strings.Join(words, "\n") + "\n"
}
