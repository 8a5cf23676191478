package stats

// Anew says that nobody knows any more who was seen today: whoever comes again is counted as another visitor. So those
// who carried a value before count no more towards its floor, unless it has passed that already; otherwise one visitor
// would, after k restarts, be the k visitors of what they alone carry. What waits goes on waiting for k visitors; of pairs it is
// left to "other".
func (a *Aggregator) Anew() {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	h.steps()
	for _, d := range h.days {
		if d.ended {
			continue
		}
		d.anew++
		for dim := range Dimensions() {
			for _, v := range d.values[dim] {
				if !h.carries(dim, v) {
					v.carried = 0
				}
			}
		}
		for i := range d.crossings {
			h.anewCrossed(firstPair+Dimension(i), &d.crossings[i])
		}
	}
}

func (h *hold) anewCrossed(dim Dimension, x *crossing) {
	k := int64(h.options.Floors.Of(dim))
	if k <= 1 || dim == DimNetLatency { // which is told as its provider is
		return
	}
	for key, c := range x.values {
		if c.crowd() < k {
			delete(x.values, key)
			h.uncrossed++
		} else {
			c.troubled = 0
		}
	}
}
