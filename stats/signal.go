package stats

import "time"

// Signal is one thing that happened beside requests: an event of a page, a goal, a class of a measurement.
// Its dimension must be one of those that are told so ([Spec]); others are ignored.
type Signal struct {
	Day   Day
	Hour  uint8
	Dim   Dimension
	Value string // bounded as [ValidValue] says; what visitors wrote is scrubbed before

	Events  int  // occurrences; below 1 is 1
	Visit   bool // the first in its visit
	Visitor bool // the first of its visitor on the day: what the floor of persons counts
}

// AddSignal counts one signal. It is in no total: "other" is not known of it.
func (a *Aggregator) AddSignal(s *Signal) {
	if !s.Dim.Valid() || !specs[s.Dim].Signal || s.Hour > 23 {
		return
	}
	shard := a.lock()
	defer shard.mu.Unlock()
	if t := shard.tally(s.Day); t != nil {
		t.signal(s.Dim, s.Value, s.Events, one(s.Visit), one(s.Visitor))
	}
}

func (t *tally) signal(dim Dimension, value string, events int, visits, visitors int32) {
	k := facet{dim: dim, value: value}
	c := &t.signals.cells[t.signals.find(quickText(value)+uint64(dim), &k, true)]
	c.n[Events] += int32(min(max(events, 1), 1<<20))
	c.n[Visits] += visits
	c.n[Visitors] += visitors
	t.used |= noHour
}

// MoveSignal counts one occurrence under to that was counted under from before, or never where from is "": a page is
// looked at for longer than it was when it told of it last. Both are of one day and of a dimension without a floor.
func (a *Aggregator) MoveSignal(day Day, dim Dimension, from, to string) {
	if !dim.Valid() || !specs[dim].Signal || specs[dim].Floor != FloorClosed || from == to {
		return
	}
	shard := a.lock()
	defer shard.mu.Unlock()
	t := shard.tally(day)
	if t == nil {
		return
	}
	if from != "" {
		k := facet{dim: dim, value: from}
		t.signals.cells[t.signals.find(quickText(from)+uint64(dim), &k, true)].n[Events]--
	}
	t.signal(dim, to, 1, 0, 0)
}

// Engagement is how a page view went on, as the browser told.
type Engagement struct {
	Day      Day
	Hour     uint8
	Path     string        // of the page view, as it was counted
	Engaged  time.Duration // in which the page was looked at; at most a day counts
	Scrolled int           // how far down, 0–100
	Again    bool          // the page view has told before: this is what it adds
}

// AddEngagement counts how a page view went on, after it was counted.
func (a *Aggregator) AddEngagement(e *Engagement) {
	if e.Hour > 23 {
		return
	}
	s := a.lock()
	defer s.mu.Unlock()
	t := s.tally(e.Day)
	if t == nil {
		return
	}
	seconds := int64(min(max(e.Engaged, 0), 24*time.Hour) / time.Second)
	scrolled := min(max(e.Scrolled, 0), 100)
	told := int64(1)
	if e.Again {
		told = 0
	}
	c := cellOf(&t.engaged, e.Path, true)
	c.n[Events] += int32(told)
	c.seconds += seconds
	c.n[Requests] += int32(scrolled)
	total := t.hour(e.Hour)
	total[Beacons] += told
	total[Engaged] += seconds
	total[Scrolled] += int64(scrolled)
}

// engagement returns what a cell of the table of engagements counts.
func (c *cell) engagement() (out Counts) {
	out[Beacons], out[Engaged], out[Scrolled] = int64(c.n[Events]), c.seconds, int64(c.n[Requests])
	return out
}
