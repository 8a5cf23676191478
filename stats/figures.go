package stats

// Reasons why a hit is dropped altogether.
const (
	dropHour = iota // its hour is none
	dropDays        // too many days at once
	numDrops
)

// Figures account for every hit that was ever given to an [Aggregator]: Accepted = Handed + Waiting +
// the sum of Dropped. Accepted is counted by itself when a hit comes, so that the sum proves something: see
// [Figures.Missing]. What became of the handed ones the outbox and the store know.
type Figures struct {
	Accepted int64            // hits given to Add and AddRefused, and restored from an earlier run
	Handed   int64            // hits in batches that the outbox took
	Waiting  int64            // hits in memory
	Dropped  map[string]int64 // hits in no total, by reason: hour, days
	Late     int64            // those of Accepted that came on a day that was closed already, and count on the day after it

	// Folded says what is counted in totals but left to "other", by dimension.
	Folded map[Dimension]FoldedFigures
	// Shared is the number of look-ups that found a full table of joint attributes: those hits are
	// "other" in all dimensions of a person, or of an arrival.
	Shared int64
}

// Missing is Accepted less where everything went: 0, or something was lost or counted twice.
func (f Figures) Missing() int64 {
	n := f.Accepted - f.Handed - f.Waiting
	for _, dropped := range f.Dropped {
		n -= dropped
	}
	return n
}

// FoldedFigures are hits whose value was left to "other", by reason.
type FoldedFigures struct {
	Capped int64 // the dimension has as many values as it may
	Late   int64 // the day had ended: they are in its totals
	Held   int64 // the day ended before k visitors carried the value
}

// Figures returns the account of this instance.
func (a *Aggregator) Figures() Figures {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	f := Figures{
		Handed:  h.handed,
		Late:    h.late,
		Dropped: map[string]int64{"hour": h.dropped[dropHour], "days": h.dropped[dropDays]},
		Folded:  make(map[Dimension]FoldedFigures),
		Shared:  h.shared,
	}
	for _, d := range h.days {
		for i := range d.hours {
			f.Waiting += d.hours[i].Hits()
		}
	}
	for i := range h.outgoing {
		f.Waiting += h.outgoing[i].hits()
	}
	f.Accepted = h.accepted
	for _, n := range f.Dropped {
		f.Accepted += n // they are counted where they are dropped
	}
	for dim := range Dimensions() {
		if h.folded[dim] != (FoldedFigures{}) {
			f.Folded[dim] = h.folded[dim]
		}
	}
	return f
}

func (b *Batch) hits() (n int64) {
	for i := range b.Totals {
		n += b.Totals[i].Counts.Hits()
	}
	return n
}
