package stats

import (
	"cmp"
	"math"
	"slices"
)

// Moment says which rows may leave in a cut.
type Moment uint8

const (
	// Running: rows leave of days with at least Options.LeaveViews page views since the last time.
	Running Moment = iota
	// HourEnd: an import is over: all rows leave that have no floor or have passed it.
	HourEnd
	// HourOver: an hour of a running site is over: rows that waited for page views of their own leave too, if there
	// were Options.LeaveViews in all since that last happened. In a quiet night they wait for the next hour.
	HourOver
)

// Cut moves what may leave into batches that wait in [Aggregator.Outgoing]: all totals at once, rows
// as the moment allows. It returns the number of batches that wait.
func (a *Aggregator) Cut(m Moment) int {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	h.cut(m)
	return len(h.outgoing)
}

// Gather takes over what was counted since the last cut without making a batch of it, so that a long
// pause between cuts costs no more memory than the caps allow.
func (a *Aggregator) Gather() {
	a.hold.mu.Lock()
	defer a.hold.mu.Unlock()
	a.gather()
}

// Outgoing returns the oldest batch that was not delivered yet. It stays the same, with the same Seq,
// until [Aggregator.Delivered] is called for it: an outbox may have taken it although it said otherwise.
func (a *Aggregator) Outgoing() (Batch, bool) {
	a.hold.mu.Lock()
	defer a.hold.mu.Unlock()
	if len(a.hold.outgoing) == 0 {
		return Batch{}, false
	}
	return a.hold.outgoing[0], true
}

// Delivered lets the oldest batch go, if it is b.
func (a *Aggregator) Delivered(b Batch) {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.outgoing) > 0 && h.outgoing[0].Seq == b.Seq && h.outgoing[0].Instance == b.Instance {
		h.handed += h.outgoing[0].hits()
		h.outgoing = slices.Delete(h.outgoing, 0, 1)
	}
}

// EndDays drops what is known of days before the given one, but for the rows that may leave, which
// the next cut takes. What is counted for such a day later reaches its totals only.
func (a *Aggregator) EndDays(before Day) {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	if before <= h.closed {
		return
	}
	for i := range a.shards {
		a.shards[i].mu.Lock()
		a.shards[i].closed = before
		a.shards[i].mu.Unlock()
	}
	a.gather()
	h.closed = before
	for _, d := range h.days {
		if d.day < before && !d.ended {
			h.step(d)
			h.end(d)
		}
	}
}

// Ended returns the first day that has not ended, or of which something still waits here. Days before
// it are ready for a [Closer] once the outbox has passed everything on to the store.
func (a *Aggregator) Ended() Day {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	ended := h.closed
	for day, d := range h.days {
		if d.waits() || d.ended && h.crossedWaits(d) {
			ended = min(ended, day)
		}
	}
	for i := range h.outgoing {
		for _, r := range h.outgoing[i].Rows[:min(1, len(h.outgoing[i].Rows))] { // in order of days
			ended = min(ended, r.Day)
		}
	}
	return ended
}

// waits reports whether rows of d wait for the next cut.
func (d *heldDay) waits() bool {
	for dim := range d.ready {
		if len(d.ready[dim]) > 0 {
			return true
		}
	}
	return false
}

func (h *hold) cut(m Moment) {
	var totals []Total
	var rows []Row
	for day, d := range h.days {
		switch m {
		case HourEnd:
			h.step(d)
		case HourOver:
			h.hourOver(d)
		case Running:
		}
		before := len(rows)
		totals = d.takeTotals(totals)
		all := m == HourEnd || d.ended
		hour := all || m == HourOver && d.since >= int64(h.options.LeaveViews)
		if hour || d.views >= int64(h.options.LeaveViews) {
			rows = h.takeRows(d, rows, hour, all)
		}
		if hour {
			rows = h.takeCrossed(d, rows, all)
			d.since = 0
		}
		if all && !d.ended {
			rows = append(rows, h.settle(d)...)
		}
		rows = h.takeActs(d, rows)
		if !d.wrote && slices.ContainsFunc(rows[before:], func(r Row) bool { return r.Counts[Visitors] != 0 || r.Counts[Crowd] != 0 }) {
			d.wrote = true
			rows = append(rows, Row{Day: day, Dim: DimWriter, Value: h.options.Instance, Counts: Counts{Events: 1}})
		}
		if d.ended {
			delete(h.days, day)
		}
	}
	slices.SortFunc(totals, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Hour, b.Hour))
	})
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.Value, b.Value))
	})
	for len(totals) > 0 || len(rows) > 0 {
		n := min(len(rows), h.options.MaxRows)
		h.seq++
		h.outgoing = append(h.outgoing, Batch{Instance: h.options.Instance, Seq: h.seq, Totals: totals, Rows: rows[:n:n]})
		totals, rows = nil, rows[n:]
	}
}

func (d *heldDay) takeTotals(list []Total) []Total {
	for hour := range d.hours {
		if c := &d.hours[hour]; !c.IsZero() {
			d.told[hour].Add(c)
			c[Askers] = 0
			list = append(list, Total{Day: d.day, Hour: uint8(hour), Counts: *c})
			*c = Counts{}
		}
	}
	return list
}

// takeRows takes the values that may leave. Those without a floor leave for enough page views together. Within an
// hour those that say something about a person wait until they have been seen often enough by themselves: two
// that few visitors carry and that came to rest at the same moments would tell that one visitor carries both.
// While the day goes on, k visitors stay behind: see lines.
func (h *hold) takeRows(d *heldDay, list []Row, hour, all bool) []Row {
	enough := int64(h.options.LeaveViews)
	open := all || d.views >= enough
	for dim := range Dimensions() {
		if specs[dim].Act || len(d.ready[dim]) == 0 || !d.ended && h.settles(dim, all) {
			continue
		}
		goes, back := func(*held) bool { return open }, map[*held]int64(nil)
		if specs[dim].Floor == FloorPerson && h.options.Floors.Of(dim) > 1 {
			least := enough
			if hour {
				least = math.MinInt64
			}
			goes = func(v *held) bool { return v.waiting[Views] >= least }
			switch {
			case d.ended:
			case twin(dim) != 0:
				back = h.besideTwin(d, dim)
			case !all:
				back = h.lines(d, dim, least)
			}
		}
		stay := d.ready[dim][:0]
		for _, v := range d.ready[dim] {
			n := back[v]
			if !goes(v) || n == everybody {
				stay = append(stay, v)
				continue
			}
			if c := h.release(dim, v); !c.IsZero() {
				if n > 0 {
					v.keepBack(dim, &c, n)
					stay = append(stay, v)
				}
				d.note(dim, v, &c)
				if h.leave(d, dim, v, &c); !c.IsZero() {
					list = append(list, Row{Day: d.day, Dim: dim, Value: v.value, Counts: c})
				}
			}
		}
		clear(d.ready[dim][len(stay):])
		d.ready[dim] = stay
	}
	if open {
		d.views = 0
	}
	return list
}
