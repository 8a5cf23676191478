package server

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// Bounds of what is told of the last minutes.
const (
	minutes     = 30
	watchEvery  = 10 * time.Second // how often reports are asked while somebody looks on
	idleEvery   = time.Minute      // and while nobody does
	togetherMin = 20               // page views that lists move on by at least, as rows leave memory ([stats])
)

// nowLists are the lists of the realtime page.
var nowLists = [...]string{"page", "source", "country", "device"}

// realtime knows how the numbers of the day grew over the last 30 minutes, in memory only. It asks the same
// reports as every page: nothing new is counted. Lists move on in steps of at least 20 page views, so that
// what one visitor did under several of them cannot be told from looking on.
type realtime struct {
	rep      Reports
	zone     *time.Location
	together int64

	mu      sync.Mutex
	last    *snapshot
	minutes [minutes]minute // ring, by minute of the clock
	waits   rowCounts       // rows that wait for others
	views   int64           // page views in waits
	seen    time.Time       // somebody looked
	stepped time.Time       // the last step
	turn    sync.Mutex      // one step at a time
	changed chan struct{}   // closed at each step
}

// minute is what happened in one minute.
type minute struct {
	at     int64 // Unix time / 60
	counts stats.Counts
	rows   rowCounts
}

type rowCounts map[stats.Dimension]map[string]stats.Counts

// snapshot is how a day stood.
type snapshot struct {
	day    stats.Day
	counts stats.Counts
	rows   rowCounts
}

func newRealtime(rep Reports, zone *time.Location) *realtime {
	rt := &realtime{rep: rep, zone: zone, together: togetherMin, waits: rowCounts{}, changed: make(chan struct{})}
	if rep.Floors().Of(stats.DimCountry) <= 1 {
		rt.together = 1 // a demonstration hides nobody
	}
	return rt
}

// run follows the reports until ctx is done.
func (rt *realtime) run(ctx context.Context, now func() time.Time, logger *slog.Logger) {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		every := idleEvery
		if t := now(); rt.watched(t) {
			every = watchEvery
		}
		if err := rt.refresh(ctx, now(), every); err != nil && ctx.Err() == nil {
			logger.LogAttrs(ctx, slog.LevelWarn, "server: the last minutes are not known", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (rt *realtime) watched(t time.Time) bool {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	return t.Sub(rt.seen) < 2*idleEvery
}

// look notes that somebody looks on, and returns what is closed at the next step.
func (rt *realtime) look(t time.Time) <-chan struct{} {
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.seen = t
	return rt.changed
}

// refresh makes a step if the last one is as long ago as every.
func (rt *realtime) refresh(ctx context.Context, t time.Time, every time.Duration) error {
	rt.turn.Lock()
	defer rt.turn.Unlock()
	rt.mu.Lock()
	last := rt.stepped
	rt.mu.Unlock()
	if t.Sub(last) < every {
		return nil
	}
	return rt.step(ctx, t)
}

// step adds what has changed since the step before to the minute of t.
func (rt *realtime) step(ctx context.Context, t time.Time) error {
	day := dayIn(t, rt.zone)
	now, err := rt.read(ctx, day)
	if err != nil {
		return err
	}
	var grown []*snapshot
	rt.mu.Lock()
	last := rt.last
	rt.mu.Unlock()
	switch {
	case last == nil:
	case last.day == day:
		grown = append(grown, now.since(last, rt.rep.Floors()))
	default:
		ended, err := rt.read(ctx, last.day)
		if err != nil {
			return err
		}
		grown = append(grown, ended.since(last, rt.rep.Floors()), now)
	}
	rt.mu.Lock()
	defer rt.mu.Unlock()
	rt.last, rt.stepped = now, t
	for _, g := range grown {
		rt.add(t, g)
	}
	close(rt.changed)
	rt.changed = make(chan struct{})
	return nil
}

// add adds to the minute of t. The caller holds mu.
func (rt *realtime) add(t time.Time, g *snapshot) {
	m := rt.minute(t.Unix() / 60)
	m.counts.Add(&g.counts)
	rt.views += g.rows.views()
	rt.waits.add(g.rows)
	if rt.views >= rt.together {
		m.rows.add(rt.waits)
		rt.waits, rt.views = rowCounts{}, 0
	}
}

func (rt *realtime) minute(at int64) *minute {
	m := &rt.minutes[at%minutes]
	if m.at != at {
		*m = minute{at: at, rows: rowCounts{}}
	}
	return m
}

// read asks how a day stands.
func (rt *realtime) read(ctx context.Context, day stats.Day) (*snapshot, error) {
	days := stats.Range{First: day, Last: day}
	out := &snapshot{day: day, rows: rowCounts{}}
	points, err := rt.rep.Series(ctx, days, stats.ByDay, rt.zone)
	if err != nil {
		return nil, err
	}
	for i := range points {
		out.counts.Add(&points[i].Counts)
	}
	for _, name := range nowLists {
		spec, _ := findList(name)
		top, err := rt.rep.Top(ctx, stats.Query{Dim: spec.Dim, Range: days, Sort: stats.Views, Limit: all})
		if err != nil {
			return nil, err
		}
		rows := make(map[string]stats.Counts, len(top.Lines))
		for _, line := range top.Lines {
			rows[line.Value] = line.Counts
		}
		out.rows[spec.Dim] = rows
	}
	return out, nil
}

// since returns what was counted since last. A value with a floor that was not told before comes with all that
// waited for it: it is left out this once.
func (s *snapshot) since(last *snapshot, floors stats.Floors) *snapshot {
	out := &snapshot{day: s.day, counts: s.counts, rows: rowCounts{}}
	out.counts.Sub(&last.counts)
	for dim, rows := range s.rows {
		out.rows[dim] = map[string]stats.Counts{}
		for value, c := range rows {
			before, known := last.rows[dim][value]
			if !known && floors.Of(dim) > 1 {
				continue
			}
			if c.Sub(&before); !c.IsZero() {
				out.rows[dim][value] = c
			}
		}
	}
	return out
}

// views is how many page views the rows tell of: those of the list that tells of most.
func (r rowCounts) views() (most int64) {
	for _, rows := range r {
		n := int64(0)
		for _, c := range rows {
			n += max(0, c[stats.Views])
		}
		most = max(most, n)
	}
	return most
}

func (r rowCounts) add(more rowCounts) {
	for dim, rows := range more {
		if r[dim] == nil {
			r[dim] = make(map[string]stats.Counts, len(rows))
		}
		for value, c := range rows {
			sum := r[dim][value]
			sum.Add(&c)
			r[dim][value] = sum
		}
	}
}
