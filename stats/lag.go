package stats

// maxLag is how many values may lag behind between two steps. Whoever makes up more of them steps sooner.
const maxLag = 1 << 13

// lag is what came on a day since its last step: readers, at rest and live, know nothing of it. A single page view would
// otherwise move one line of every list, and whoever reads them twice would know all that one visitor carries. So values
// move on by at least [Options.Together] page views at once, and so do the totals that are shown; those at rest leave
// at once, since an outage must not cost them. At the end of an hour totals are shown without the rows: an hour that has few
// page views tells how many, and of nobody what.
type lag struct {
	moving  bool       // a step is being made: what comes is added to it
	views   int64      // page views
	askers  int64      // visitors who asked for something first
	people  int64      // requests of people
	unseen  [24]Counts // totals that are not shown
	values  []lagging
	crossed []laggingPair
}

// lagging is what lags behind of a value, and laggingPair of a value of a pair.
type lagging struct {
	dim    Dimension
	v      *held
	counts Counts
}

type laggingPair struct {
	c              *crossed
	lots, troubled uint64
	counts         jointCounts
}

// come notes the totals of what comes, and makes a step if enough came.
func (h *hold) come(d *heldDay, v *harvest) {
	if d.ended || h.options.Together <= 1 {
		for hour := range v.hours {
			d.views += v.hours[hour][Views]
			d.since += v.hours[hour][Views]
		}
		return
	}
	l := &d.lag
	for hour := range v.hours {
		c := &v.hours[hour]
		l.unseen[hour].Add(c)
		l.views += c[Views]
		l.askers += c[Askers]
		l.people += c[Requests]
	}
	if enough := int64(h.options.Together); l.views >= enough || l.askers >= enough || len(l.values) >= maxLag || len(l.crossed) >= maxLag {
		h.step(d)
		l.moving = true
	}
}

// came ends what come has begun.
func (d *heldDay) came() { d.lag.moving = false }

// lags reports whether what comes waits for the next step.
func (h *hold) lags(d *heldDay) bool {
	return h.options.Together > 1 && !d.lag.moving && !d.ended
}

// step lets everybody know what lags behind.
func (h *hold) step(d *heldDay) {
	l := &d.lag
	d.views += l.views
	d.since += l.views
	for i := range l.values {
		p := &l.values[i]
		p.v.lagging = 0
		if !p.v.gone {
			h.know(d, p.dim, p.v, &p.counts)
		}
	}
	for i := range l.crossed {
		p := &l.crossed[i]
		p.c.lagging = 0
		p.c.know(&p.counts, p.lots, p.troubled)
	}
	clear(l.values)
	clear(l.crossed)
	values, crossed := l.values[:0], l.crossed[:0]
	if cap(values) > 1024 {
		values, crossed = nil, nil
	}
	*l = lag{values: values, crossed: crossed}
}

// steps lets everybody know all: before a restart, or where what was known changes.
func (h *hold) steps() {
	for _, d := range h.days {
		h.step(d)
	}
}

// hourOver shows the totals of a day, and its rows where nobody asked for anything: bots have nothing to hide.
func (h *hold) hourOver(d *heldDay) {
	if d.lag.people == 0 {
		h.step(d)
	}
	d.lag.unseen = [24]Counts{}
}

// later keeps what came under a value for the next step.
func (l *lag) later(dim Dimension, v *held, c *Counts) {
	if v.lagging == 0 {
		l.values = append(l.values, lagging{dim: dim, v: v})
		v.lagging = int32(len(l.values))
	}
	l.values[v.lagging-1].counts.Add(c)
}

// drop forgets what lags behind of a value that makes room, and returns it.
func (l *lag) drop(v *held) (c Counts) {
	if v.lagging != 0 {
		p := &l.values[v.lagging-1]
		c, p.counts = p.counts, Counts{}
	}
	return c
}

func (l *lag) laterPair(c *crossed, add *jointCounts, lots, troubled uint64) {
	if c.lagging == 0 {
		l.crossed = append(l.crossed, laggingPair{c: c})
		c.lagging = int32(len(l.crossed))
	}
	p := &l.crossed[c.lagging-1]
	p.lots |= lots
	p.troubled |= troubled
	for i, n := range add {
		p.counts[i] += n
	}
}

// know adds what came under a value to what is known of it.
func (h *hold) know(d *heldDay, dim Dimension, v *held, c *Counts) {
	v.carried += h.crowd(dim, c)
	v.waiting.Add(c)
	if !v.ready && (h.carries(dim, v) || v.waiting[Bots] != 0 && !v.apart) {
		v.ready, v.left = true, true
		d.ready[dim] = append(d.ready[dim], v)
	}
}

func (c *crossed) know(add *jointCounts, lots, troubled uint64) {
	c.lots |= lots
	c.troubled |= troubled
	c.visitors += add[jointVisitors]
	for i, n := range add {
		c.waiting[i] += n
	}
}
