package stats

// Live is what an instance has counted and not handed over yet. [Aggregator] implements it.
type Live interface {
	// LiveTotals calls f for what is to be added to each hour from first to last, in no order: what waits, less what is
	// not to be shown yet.
	LiveTotals(first, last Day, f func(Total))
	// LiveRows calls f for each row of dim that has passed its floor and waits, in no order; a day and
	// value may come more than once. f must not call the instance.
	LiveRows(dim Dimension, first, last Day, f func(Row))
}

// LiveTotals implements [Live].
func (a *Aggregator) LiveTotals(first, last Day, f func(Total)) { a.totals(first, last, true, f) }

// WaitingTotals calls f for each hour from first to last that waits to be handed over, in no order, what is not to be shown yet included.
func (a *Aggregator) WaitingTotals(first, last Day, f func(Total)) { a.totals(first, last, false, f) }

func (a *Aggregator) totals(first, last Day, shown bool, f func(Total)) {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	for _, d := range h.days {
		if d.day < first || d.day > last {
			continue
		}
		for hour := range d.hours {
			c := d.hours[hour]
			if shown {
				c.Sub(&d.lag.unseen[hour])
			}
			if c[Askers] = 0; !c.IsZero() {
				f(Total{Day: d.day, Hour: uint8(hour), Counts: c})
			}
		}
	}
	for i := range h.outgoing {
		for _, t := range h.outgoing[i].Totals {
			if t.Day >= first && t.Day <= last {
				f(t)
			}
		}
	}
}

// Resting returns what readers of a link are told: the totals, and no row that does not rest.
func (a *Aggregator) Resting() Live { return resting{a} }

type resting struct{ *Aggregator }

func (resting) LiveRows(Dimension, Day, Day, func(Row)) {}

// Passing returns what tells at once how many came, and of whom no sooner than all readers know.
func (a *Aggregator) Passing() Live { return passing{a} }

type passing struct{ *Aggregator }

func (p passing) LiveTotals(first, last Day, f func(Total)) { p.WaitingTotals(first, last, f) }

// LiveRows implements [Live]. What is held back for want of visitors is not among the rows.
func (a *Aggregator) LiveRows(dim Dimension, first, last Day, f func(Row)) {
	if !dim.Valid() || dim == DimWriter {
		return
	}
	h := &a.hold
	told := func(d *heldDay) { h.liveRows(d, dim, f) }
	if dim.IsPair() {
		told = func(d *heldDay) { h.liveCrossed(d, dim, f) }
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	for _, d := range h.days {
		if d.day < first || d.day > last {
			continue
		}
		told(d)
	}
	for i := range h.outgoing {
		for _, r := range h.outgoing[i].Rows {
			if r.Dim == dim && r.Day >= first && r.Day <= last {
				f(r)
			}
		}
	}
}

func (h *hold) liveRows(d *heldDay, dim Dimension, f func(Row)) {
	for _, v := range d.ready[dim] {
		c := v.waiting
		if !h.carries(dim, v) {
			c = Counts{Bots: c[Bots]}
		}
		h.tell(d, dim, v, &c)
		f(Row{Day: d.day, Dim: dim, Value: v.value, Counts: c})
	}
}

func (h *hold) liveCrossed(d *heldDay, dim Dimension, f func(Row)) {
	for _, c := range d.crossings[dim-firstPair].values {
		if counts := h.tellable(dim, c); h.may(dim, c) {
			if counts[Askers] = 0; counts.IsZero() {
				continue
			}
			f(Row{Day: d.day, Dim: dim, Value: JoinPair(c.a.value, c.b.value), Counts: counts})
		}
	}
}
