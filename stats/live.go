package stats

// Live is what an instance has counted and not handed over yet. [Aggregator] implements it.
type Live interface {
	// LiveTotals calls f for each hour from first to last that waits, in no order.
	LiveTotals(first, last Day, f func(Total))
	// LiveRows calls f for each row of dim that has passed its floor and waits, in no order; a day and
	// value may come more than once. f must not call the instance.
	LiveRows(dim Dimension, first, last Day, f func(Row))
}

// LiveTotals implements [Live].
func (a *Aggregator) LiveTotals(first, last Day, f func(Total)) {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	for _, d := range h.days {
		if d.day < first || d.day > last {
			continue
		}
		for hour := range d.hours {
			if !d.hours[hour].IsZero() {
				c := d.hours[hour]
				c[Askers] = 0
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
