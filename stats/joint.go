package stats

import (
	"math/bits"
	"math/rand/v2"
	"slices"

	"github.com/kelisim/kelisim/visit"
)

// maxJoints is how many different joints a shard counts between two gatherings; page views beyond are
// left out of pairs.
const maxJoints = 1 << 14

// flowing marks a joint that is a flow: its arrival is the entry page.
const flowing = -1

// joint says what came together in page views: the indexes of a person, an arrival and a page in the tables of
// its tally, which hold until these are collected. It is taken apart into pairs at the next gathering.
type joint struct {
	person, arrival, page int32
	hour                  int32
}

type jointCell struct {
	views, visits, visitors, bounces int32
	seconds                          int64
	lots                             uint64 // of those who viewed, a bit each
}

func (c *jointCell) counts() jointCounts {
	return jointCounts{int64(c.views), int64(c.visits), int64(c.visitors), int64(c.bounces), c.seconds}
}

// joints is a table of joints: open addressing over indexes, emptied at each gathering.
type joints struct {
	slots []int32 // index into keys plus 1; 0 is free
	keys  []joint
	cells []jointCell
	seed  uint64
	limit int
	lost  int64
}

func newJoints(limit int) joints { return joints{limit: limit, seed: rand.Uint64() | 1} }

// find returns the cell of k, to be used until the next look-up; nil if the table is full.
func (t *joints) find(k joint) *jointCell {
	if k.person == spilled || k.arrival == spilled || k.page == spilled {
		t.lost++
		return nil
	}
	if 2*len(t.keys) >= len(t.slots) && !t.grow() {
		t.lost++
		return nil
	}
	mask := uint64(len(t.slots) - 1)
	for at := t.hash(&k) & mask; ; at = (at + 1) & mask {
		i := t.slots[at]
		if i == 0 {
			t.keys, t.cells = append(t.keys, k), append(t.cells, jointCell{})
			t.slots[at] = int32(len(t.keys))
			return &t.cells[len(t.cells)-1]
		}
		if t.keys[i-1] == k {
			return &t.cells[i-1]
		}
	}
}

func (t *joints) hash(k *joint) uint64 {
	high, low := bits.Mul64(uint64(uint32(k.person))<<32|uint64(uint32(k.page))^t.seed, t.seed)
	h := high ^ low ^ (uint64(uint32(k.arrival))<<8|uint64(uint32(k.hour)))*0x9e3779b97f4a7c15
	return h ^ h>>29
}

// grow doubles the slots.
func (t *joints) grow() bool {
	if len(t.keys) >= t.limit {
		return false
	}
	t.slots = make([]int32, max(64, 2*len(t.slots)))
	mask := uint64(len(t.slots) - 1)
	for i := range t.keys {
		at := t.hash(&t.keys[i]) & mask
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = int32(i + 1)
	}
	return true
}

// collect moves what t has counted to the given lists.
func (t *joints) collect(keys []joint, cells []jointCell) ([]joint, []jointCell) {
	keys, cells = append(keys, t.keys...), append(cells, t.cells...)
	if big := 1 << 12; len(t.slots) > big && len(t.keys) < len(t.slots)/16 {
		t.slots, t.keys, t.cells = nil, nil, nil
	}
	clear(t.slots)
	t.keys, t.cells = t.keys[:0], t.cells[:0]
	return keys, cells
}

// view counts a page view.
func (c *jointCell) view(first, begun int32, lots uint64) {
	if c == nil {
		return
	}
	c.views++
	c.visits += begun
	c.bounces += begun
	c.visitors += first
	c.lots |= lots
}

// flow counts a visit that went on from its entry page.
func (c *jointCell) flow(lots uint64) {
	if c != nil {
		c.visits++
		c.lots |= lots
	}
}

// late is as for a cell. It counts where the visit began, and nobody is by it who has not viewed there.
func (c *jointCell) late(bounce int32, seconds int64) {
	if c != nil {
		c.bounces += bounce
		c.seconds += seconds
	}
}

// nobody is the lots where a visitor is known by another lot: that of the day after.
const nobody = 0

func lotOf(st *visit.Step) uint64 { return 1 << (st.Lot & 63) }

// positions returns where the cells of a table are in a list that it was collected to, by index.
func positions[K any](list []pair[K], into []int32) []int32 {
	for i := range list {
		at := int(list[i].at)
		if at >= len(into) {
			into = append(into, slices.Repeat([]int32{-1}, at+1-len(into))...)
		}
		into[at] = int32(i)
	}
	return into
}
