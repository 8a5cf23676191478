package attack

import (
	"fmt"
	"math"

	"github.com/kelisim/kelisim/stats"
)

// Step is what came to rest at once: the difference between two dumps that nothing lies between. Whatever two
// dumps an attacker takes, at whatever moments, their difference is a sum of whole steps.
type Step struct {
	Instance string // that brought it
	Rows     map[Cell]stats.Counts
	Seen     int64 // page views in its totals
}

// StepOf returns what a batch adds.
func StepOf(b *stats.Batch) Step {
	step := Step{Instance: b.Instance, Rows: map[Cell]stats.Counts{}}
	for i := range b.Totals {
		step.Seen += b.Totals[i].Counts[stats.Views]
	}
	for i := range b.Rows {
		step.add(Cell{b.Rows[i].Dim, b.Rows[i].Value}, b.Rows[i].Counts)
	}
	return step
}

func (s *Step) add(cell Cell, c stats.Counts) {
	sum := s.Rows[cell]
	sum.Add(&c)
	s.Rows[cell] = sum
}

// Difference returns what was added between two dumps.
func Difference(before, after *Dump) Step {
	step := Step{Rows: map[Cell]stats.Counts{}}
	for hour, c := range after.Hours {
		step.Seen += c[stats.Views] - before.Hours[hour][stats.Views]
	}
	for cell, c := range after.Rows {
		old := before.Rows[cell]
		if c.Sub(&old); !c.IsZero() {
			step.Rows[cell] = c
		}
	}
	return step
}

// views is of how many page views a step tells: of as many as the dimension counts that counts most.
func (s *Step) views() (most int64) {
	sum := map[stats.Dimension]int64{}
	for cell, c := range s.Rows {
		sum[cell.Dim] += c[stats.Views]
		most = max(most, sum[cell.Dim])
	}
	return most
}

// Joint returns the steps whose rows tell of fewer page views than may be told of together: they belong to one or a
// few visitors. Which page views those are is known from the totals, which rest at once: all that came since the
// instance brought rows of the kind for the last time. Rows about persons are of two kinds: of so many page views that
// they may be told by themselves, and others, which rest together. What came since rows of the first kind rested lags
// behind: rows of the other kind tell nothing of it.
func Joint(steps []Step, fewest int64) (joint []string) {
	type came struct{ open, person int64 }
	since := map[string]came{}
	for i := range steps {
		s := &steps[i]
		n := since[s.Instance]
		n.open, n.person = n.open+s.Seen, n.person+s.Seen
		views, open, person := s.views(), 0, 0
		for cell, c := range s.Rows {
			switch floor := cell.Dim.Spec().Floor; {
			case c[stats.Views] == 0 || floor == stats.FloorPerson && c[stats.Views] >= fewest:
			case floor == stats.FloorPerson:
				person++
			case floor == stats.FloorOpen:
				open++
			}
		}
		if open > 0 && max(views, n.open) < fewest {
			joint = append(joint, fmt.Sprintf("step %d: %d rows of %d page views", i, len(s.Rows), max(views, n.open)))
		}
		lag := n.open
		if open > 0 {
			lag = 0
		}
		if told := max(views, n.person-lag); person > 0 && told < fewest {
			joint = append(joint, fmt.Sprintf("step %d: %d rows about persons of %d page views", i, person, told))
		}
		if open > 0 {
			n.open = 0
		}
		if person > 0 {
			n.person = lag
		}
		since[s.Instance] = n
	}
	return joint
}

// Batches matches what came to rest at once with what is known of each address.
type Batches struct {
	p       *Population
	seen    map[Cell]int // in how many steps a value grew
	matches []float64    // in how many steps everything of an address grew
	steps   int
}

// NewBatches begins to watch.
func NewBatches(p *Population) *Batches {
	return &Batches{p: p, seen: map[Cell]int{}, matches: make([]float64, len(p.Addrs))}
}

// Step takes the next step.
func (b *Batches) Step(s Step) {
	grew := make(map[Cell]bool)
	for cell, c := range s.Rows {
		if c[stats.Requests]+c[stats.Views] > 0 {
			grew[cell] = true
			b.seen[cell]++
		}
	}
	if len(grew) == 0 {
		return
	}
	b.steps++
	for i := range b.p.Addrs {
		all := true
		for _, cell := range b.p.cells(i) {
			all = all && grew[cell]
		}
		if all {
			b.matches[i]++
		}
	}
}

// Named returns the addresses whose values grew together far more often than values that have nothing to do
// with each other would.
func (b *Batches) Named() (named []int) {
	for i := range b.p.Addrs {
		expected := float64(b.steps)
		seen := true
		for _, cell := range b.p.cells(i) {
			expected *= float64(b.seen[cell]) / float64(max(b.steps, 1))
			seen = seen && b.seen[cell] > 0
		}
		if seen && b.matches[i] > expected+4*math.Sqrt(expected+1) {
			named = append(named, i)
		}
	}
	return named
}
