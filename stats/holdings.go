package stats

// Holding is what an instance keeps in memory of one dimension on the days that are alive, because fewer than k visitors carry
// it so far. Readers find it in "other", and nothing of it is at rest.
type Holding struct {
	Dim    Dimension
	Values int   // values; of a pair, pairs of values
	Hits   int64 // requests and events under them; of a pair, page views
}

// Holdings returns what waits for k visitors, by dimension, leaving out those of which nothing waits. It looks at every such
// value: it is for pages that people ask for.
func (a *Aggregator) Holdings() (all []Holding) {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	for dim := range MaxDimension {
		sum := Holding{Dim: dim}
		for _, d := range h.days {
			switch {
			case dim < NumDimensions:
				h.holding(d, &sum)
			case dim >= firstPair:
				d.crossings[dim-firstPair].holding(&sum, int64(h.options.Floors.Of(dim)))
			}
		}
		if sum.Values > 0 {
			all = append(all, sum)
		}
	}
	return all
}

func (h *hold) holding(d *heldDay, sum *Holding) {
	for _, v := range d.rare[sum.Dim] {
		if !v.gone && !h.carries(sum.Dim, v) && v.known() {
			sum.Values++
			sum.Hits += v.waiting[Requests] + v.waiting[Events]
		}
	}
}

// LeaveViews is the number of page views whose rows leave memory together, at least, before the hour ends.
func (a *Aggregator) LeaveViews() int { return a.hold.options.LeaveViews }

func (c *crossing) holding(sum *Holding, k int64) {
	for _, v := range c.values {
		if v.crowd() < k && v.crowd() > 0 {
			sum.Values++
			counts := v.counts(sum.Dim)
			sum.Hits += counts[Views] + counts[Requests]
		}
	}
}

// known reports whether anything of v is known that does not lag behind.
func (v *held) known() bool { return v.carried != 0 || !v.waiting.IsZero() }
