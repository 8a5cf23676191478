package risk

import (
	"hash/fnv"
	"slices"
)

// labelled are the judgements of one account that were labelled last, by 16 bits of each id: more than can be labelled in the day for
// which an id holds. So each is labelled once, and one in two thousand of an account that was labelled as often as can be is refused by chance.
type labelled [labelsLimit + int(judgementTerm/labelsLeak) + 3]uint16

// nameOf is what is remembered of the id of a judgement, and not zero.
func nameOf(id string) uint16 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // it never fails
	sum := h.Sum32()
	return max(uint16(sum)^uint16(sum>>16), 1)
}

// take takes a label in where its judgement has none yet and an account may be labelled again, and reports whether it did.
func (l *labelled) take(name uint16, bucket *int64, now int64) bool {
	filled := *bucket
	if slices.Contains(l[:], name) || pour(&filled, now, labelsLimit, labelsLeak, 1000) {
		return false
	}
	*bucket = filled
	copy(l[1:], l[:])
	l[0] = name
	return true
}
