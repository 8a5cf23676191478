package attack

import (
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// A mirror is each guard once more, with other keys: it sees the same page views at the same moments, and knows the same visitors
// by other names. What it would let rest is compared with what rests, batch by batch. While the two are the same,
// nothing at rest follows from a key: whoever holds all of them has no more than whoever holds none, and the world in which an
// address came is as likely as the one in which another of the same kind did.

// reflect compares a batch, or that there is none, with that of the mirror.
func (s *Site) reflect(g *guard, b *stats.Batch) {
	if g.mirror == nil {
		return
	}
	other, ok := g.mirror.aggregator.Outgoing()
	if ok {
		g.mirror.aggregator.Delivered(other)
	}
	if slices.Equal(b.Totals, other.Totals) && slices.Equal(b.Rows, other.Rows) {
		return
	}
	if s.Keyed == nil {
		s.Keyed = map[Cell]bool{}
	}
	step := StepOf(b)
	mirrored := StepOf(&other)
	for _, pair := range [...][2]Step{{step, mirrored}, {mirrored, step}} {
		for cell := range pair[0].Rows {
			if pair[0].Rows[cell] != pair[1].Rows[cell] {
				s.Keyed[cell] = true
			}
		}
	}
	if !slices.Equal(b.Totals, other.Totals) {
		s.Keyed[Cell{}] = true
	}
}
