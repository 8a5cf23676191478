package stats

import (
	"cmp"
	"slices"
	"strings"
)

// found is a value that a query asks for.
type found struct {
	weight int64
	value  string
	counts *Counts
}

func (f found) compare(g found) int {
	return cmp.Or(cmp.Compare(g.weight, f.weight), strings.Compare(f.value, g.value))
}

// leading moves the first n of list in order to its beginning and returns them. Most lists are ten of thousands: those are
// looked through once, beside the ten.
func leading(list []found, n int) []found {
	n = min(n, len(list))
	head := list[:n]
	slices.SortFunc(head, found.compare)
	if n == 0 || n > 200 {
		slices.SortFunc(list, found.compare)
		return head
	}
	for i := n; i < len(list); i++ {
		f := list[i]
		if f.compare(head[n-1]) > 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(head, f, found.compare)
		list[i] = head[n-1]
		copy(head[at+1:], head[at:n-1])
		head[at] = f
	}
	return head
}
