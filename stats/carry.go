package stats

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// MaxSnapshot is the size in bytes above which [Aggregator.Snapshot] fails.
const MaxSnapshot = 64 << 20

const snapshotVersion = 5

// ErrSnapshot is returned for bytes that are no snapshot.
var ErrSnapshot = errors.New("stats: not a snapshot of an aggregator")

// Snapshot returns all that the instance holds, for a graceful restart: values that must not rest on
// a disk among it. The caller seals the bytes under a key that is kept elsewhere, and deletes them
// before it calls Restore. Nothing may be added after Snapshot: it would not be in it.
func (a *Aggregator) Snapshot() ([]byte, error) {
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	a.gather()
	h.steps()
	out := []byte{snapshotVersion}
	out = binary.AppendVarint(out, int64(h.closed))
	out = binary.AppendUvarint(out, uint64(len(h.outgoing)))
	for i := range h.outgoing {
		b, err := h.outgoing[i].AppendBinary(nil)
		if err != nil {
			return nil, err
		}
		out = appendString(out, string(b))
	}
	out = binary.AppendUvarint(out, uint64(len(h.days)))
	for _, d := range h.days {
		out = d.appendBinary(out)
	}
	if len(out) > MaxSnapshot {
		return nil, fmt.Errorf("stats: snapshot of %d bytes is above %d", len(out), MaxSnapshot)
	}
	return out, nil
}

func (d *heldDay) appendBinary(out []byte) []byte {
	out = binary.AppendVarint(out, int64(d.day))
	out = binary.AppendUvarint(out, uint64(max(d.views, 0)))
	if d.ended {
		out = append(out, 1)
	} else {
		out = append(out, 0)
	}
	out = binary.AppendUvarint(out, uint64(d.anew))
	for hour := range d.hours {
		past := d.past[hour]
		past.Add(&d.told[hour])
		out = appendCounts(appendCounts(out, &d.hours[hour]), &past)
	}
	for dim := range Dimensions() {
		list := d.values[dim]
		if d.ended {
			list = make(map[string]*held)
			for _, v := range d.ready[dim] {
				list[v.value] = v
			}
		}
		out = binary.AppendUvarint(out, uint64(len(list)))
		for _, v := range list {
			out = appendString(out, v.value)
			out = binary.AppendVarint(out, v.carried)
			if out = appendCounts(out, &v.waiting); recalled(dim) {
				out = appendCounts(out, v.remembered())
			}
		}
	}
	for i := range d.crossings {
		values := d.crossings[i].values
		out = binary.AppendUvarint(out, uint64(len(values)))
		for _, c := range values {
			out = c.appendBinary(out, firstPair+Dimension(i))
		}
	}
	return out
}

func (c *crossed) appendBinary(out []byte, dim Dimension) []byte {
	out = appendString(out, JoinPair(c.a.value, c.b.value))
	out = binary.AppendUvarint(out, c.lots)
	out = binary.AppendUvarint(out, c.troubled)
	out = binary.AppendVarint(out, c.told)
	out = binary.AppendVarint(out, c.visitors)
	counts := c.counts(dim)
	counts[Crowd] = 0
	if out = appendCounts(out, &counts); !dim.asked() {
		return out
	}
	var left Counts
	if c.out != nil {
		for i, m := range dim.joint() {
			left[m] = c.out[i]
		}
	}
	if out = appendCounts(out, &left); c.withheld {
		return append(out, 1)
	}
	return append(out, 0)
}

// remembered is what has left of v.
func (v *held) remembered() *Counts {
	if v.out == nil {
		return new(Counts)
	}
	return v.out
}

// Restore adds what an earlier run's [Aggregator.Snapshot] returned. Nothing is changed on an error.
func (a *Aggregator) Restore(snapshot []byte) error {
	if len(snapshot) > MaxSnapshot {
		return ErrSnapshot
	}
	d := decoder{data: snapshot}
	s := d.snapshot()
	if d.failed || len(d.data) > 0 {
		return ErrSnapshot
	}
	if s.closed > minDay {
		a.EndDays(s.closed)
	}
	h := &a.hold
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outgoing = slices.Concat(s.outgoing, h.outgoing)
	for i := range s.outgoing {
		h.accepted += s.outgoing[i].hits()
	}
	for _, from := range s.days {
		h.restore(from)
	}
	return nil
}

// restore adds a day of a snapshot.
func (h *hold) restore(from *heldDay) {
	d := h.day(from.day)
	d.views += from.views
	d.since += from.views // or more
	d.anew += from.anew
	for hour := range from.hours {
		d.hours[hour].Add(&from.hours[hour])
		d.past[hour].Add(&from.past[hour])
		h.accepted += from.hours[hour].Hits()
	}
	for dim := range Dimensions() {
		for value, v := range from.values[dim] {
			if !d.ended {
				h.restoreValue(d, dim, value, v)
			} else if from.ended {
				v.ready = true // an ended day keeps only what may leave
				d.ready[dim] = append(d.ready[dim], v)
			}
		}
	}
	h.restoreCrossed(d, from)
}

func (h *hold) restoreValue(d *heldDay, dim Dimension, value string, from *held) {
	v := d.values[dim][value]
	if v == nil {
		v = d.begin(dim, value)
	}
	v.carried += from.carried
	v.waiting.Add(&from.waiting)
	v.left = true // nobody knows any more
	if recalled(dim) {
		sum := *v.remembered()
		sum.Add(from.out)
		v.out = &sum
	}
	if !v.ready && !v.waiting.IsZero() && (h.carries(dim, v) || v.waiting[Bots] != 0) {
		v.ready = true
		d.ready[dim] = append(d.ready[dim], v)
	}
}

// restoreCrossed adds the values of pairs of a snapshot. Lots mean nothing after a restart, which brings
// new keys: what is known of the crowd is kept, and whoever comes again may be counted again.
func (h *hold) restoreCrossed(d, from *heldDay) {
	for i := range from.crossings {
		dim, x := firstPair+Dimension(i), &d.crossings[i]
		for _, c := range from.crossings[i].values {
			halves := pairSpecs[i].Pair
			a, b := h.half(d, halves[0], c.a.value), h.half(d, halves[1], c.b.value)
			if a == nil || b == nil || x.values[crossKey(a, b)] != nil || d.ended && !h.leaves(d, dim, c) {
				continue
			}
			c.a, c.b, c.left = a, b, true
			if x.values == nil {
				x.values = make(map[uint64]*crossed)
			}
			x.values[crossKey(a, b)] = c
		}
	}
}

// half returns the value of a dimension that pairs refer to; of an ended day, a new one.
func (h *hold) half(d *heldDay, dim Dimension, value string) *held {
	switch {
	case dim == dimHour:
		if hour := hourOfName(value); hour < 24 {
			return h.hours[hour]
		}
		return nil
	case d.ended:
		d.ids++
		return &held{value: value, id: d.ids}
	}
	return d.values[dim][value]
}

type snapshot struct {
	closed   Day
	outgoing []Batch
	days     []*heldDay
}

func (d *decoder) snapshot() (s snapshot) {
	if d.byte() != snapshotVersion {
		d.fail()
		return s
	}
	s.closed = d.day()
	for range d.length(1<<16, 6) {
		var b Batch
		if err := b.UnmarshalBinary([]byte(d.string(MaxSnapshot))); err != nil {
			d.fail()
			return s
		}
		s.outgoing = append(s.outgoing, b)
	}
	for range d.length(maxDays, 3) {
		s.days = append(s.days, d.heldDay())
		if d.failed {
			return s
		}
	}
	return s
}

func (d *decoder) heldDay() *heldDay {
	day := &heldDay{day: d.day(), views: int64(d.uvarint() & (1<<62 - 1)), ended: d.byte() == 1}
	day.anew = int(d.uvarint() & (1<<30 - 1))
	for hour := range day.hours {
		d.counts(&day.hours[hour])
		d.counts(&day.past[hour])
	}
	for dim := range Dimensions() {
		n := d.length(MaxRows, 3)
		if n > 0 {
			day.values[dim] = make(map[string]*held, min(n, 1024))
		}
		for range n {
			v := &held{value: d.string(MaxValue), carried: d.varint()}
			if d.counts(&v.waiting); recalled(dim) {
				v.out = new(Counts)
				d.counts(v.out)
			}
			if d.failed || v.waiting.beyondRows() || !ValidValue(v.value) || day.values[dim][v.value] != nil {
				d.fail()
				return day
			}
			day.values[dim][v.value] = v
		}
	}
	for i := range day.crossings {
		d.crossing(firstPair+Dimension(i), &day.crossings[i])
	}
	return day
}

func (d *decoder) crossing(dim Dimension, x *crossing) {
	n := d.length(MaxRows, 6)
	if n > 0 {
		x.values = make(map[uint64]*crossed, min(n, 1024))
	}
	for i := range n {
		value := d.string(MaxValue)
		c := &crossed{lots: d.uvarint(), troubled: d.uvarint(), told: d.varint(), visitors: d.varint()}
		var counts Counts
		d.counts(&counts)
		a, b := CutPair(value)
		c.a, c.b = &held{value: a}, &held{value: b}
		var left Counts
		if dim.asked() {
			d.counts(&left)
			c.out, c.withheld = new(jointCounts), d.byte() == 1
		}
		for i, m := range dim.joint() {
			if c.waiting[i] = counts[m]; c.out != nil {
				c.out[i] = left[m]
			}
		}
		if d.failed || !dim.IsPair() || !dim.ValidValue(value) {
			d.fail()
			return
		}
		x.values[uint64(i)] = c
	}
}
