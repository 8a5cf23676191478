package guard

import (
	"context"
	"sync"
	"time"

	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// company is the other processes of the site, with which this one counts its visitors together, and what is said where
// visitors of the day had to be begun anew.
type company struct {
	visitors *peers.Visitors // nil where the store offers no line
	logged   sync.Map

	mu    sync.Mutex
	since time.Time // when the day was begun anew at the start; zero where it was not
	anew  []Anew
}

// Anew says that at a time nobody knew any more who had been seen on the day: whoever comes again counts once more.
type Anew struct {
	At   time.Time
	Upto int64 // how many visitors of the day had been counted, all of whom may count twice
}

const (
	joinPatience = 300 * time.Millisecond // until nobody else is thought to be there
	countTime    = 2 * time.Second
	maxAnew      = 24               // entries of one day
	reckonFor    = 15 * time.Minute // by then the spools of dead runs are handed over
)

// newCompany looks whether the store lets processes reach each other.
func (g *Guard) newCompany() (err error) {
	line, ok := g.config.Store.(peers.Line)
	if !ok {
		return nil
	}
	g.company.visitors, err = peers.NewVisitors(peers.VisitorsOptions{
		Line: line, Secret: g.config.Secret, Anonymiser: g.anonymiser, Now: g.config.Now, Fault: g.apart, Lost: g.lost,
	})
	return err
}

// apart logs the first of each kind of what keeps processes from counting together. It is no fault that a page sees.
func (g *Guard) apart(what string, err error) {
	if _, seen := g.company.logged.LoadOrStore(what, true); !seen {
		g.config.Logger.Warn("visitors are counted by each process for itself until this is mended: see docs/running.md", "where", what, "error", err)
	}
}

// resume learns who was seen today, from an earlier run or from other processes.
func (g *Guard) resume() error {
	now := g.config.Now()
	g.carrier.restoreSeen(g.anonymiser, now)
	known := g.anonymiser.Stats().Visitors > 0
	if v := g.company.visitors; v != nil {
		if err := v.Start(); err != nil {
			return err
		}
		known = v.Join(joinPatience) || known
	}
	if !known {
		g.aggregator.Anew()
		g.company.begin(now)
		g.reckon(context.Background())
	}
	return nil
}

// reckon finds out how many visitors of the day had been counted when it was begun anew: all that are counted less those that
// are known. It is asked again for some minutes, since what a run that died had not handed over yet comes later.
func (g *Guard) reckon(ctx context.Context) {
	now := g.config.Now()
	day, _ := visit.DayOf(now, g.config.Zone)
	since, ok := g.company.begun(now)
	if on, _ := visit.DayOf(since, g.config.Zone); !ok || on != day {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	counted := int64(0)
	count := func(t stats.Total) { counted += t.Counts[stats.Visitors] }
	if err := g.config.Store.Totals(ctx, day, day, count); err != nil {
		g.apart("how many visitors of the day may count twice", err)
	}
	g.aggregator.WaitingTotals(day, day, count)
	g.company.raise(since, counted-g.anonymiser.Stats().Visitors)
}

// begin notes that the day is begun anew at a time.
func (c *company) begin(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.since = at
}

// begun is when the day was begun anew, if that may still be found to concern more visitors.
func (c *company) begun(now time.Time) (at time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.since, !c.since.IsZero() && now.Sub(c.since) < reckonFor
}

// raise says that at least n visitors are concerned by what was begun anew at a time.
func (c *company) raise(at time.Time, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.anew {
		if c.anew[i].At.Equal(at) {
			c.anew[i].Upto = max(c.anew[i].Upto, n)
			return
		}
	}
	if n > 0 && len(c.anew) < maxAnew {
		c.anew = append(c.anew, Anew{At: at, Upto: n})
	}
}

// lost notes visitors who were known under a seed that was given up for that of others.
func (g *Guard) lost(visitors int64) {
	g.aggregator.Anew()
	g.company.raise(g.config.Now(), visitors)
}

// list returns what was begun anew on the day of now: here, and where another's seed had to be taken over.
func (c *company) list(now time.Time, zone *time.Location) (list []Anew) {
	day, _ := visit.DayOf(now, zone)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.anew {
		if on, _ := visit.DayOf(a.At, zone); on == day {
			list = append(list, a)
		}
	}
	c.anew = list
	return append([]Anew(nil), list...)
}

// part takes leave of the others, and keeps for the next run who was seen where nobody else knows.
func (g *Guard) part(ctx context.Context) {
	if v := g.company.visitors; v != nil && !v.Stop(ctx) {
		return
	}
	if err := g.carrier.saveSeen(g.anonymiser); err != nil {
		g.config.Logger.Warn("who was seen today cannot be kept for the next start: visitors of today may count twice", "error", err)
	}
}

// figures accounts for what is told and heard; zero where there is no line.
func (c *company) figures() peers.VisitorsFigures {
	if c.visitors == nil {
		return peers.VisitorsFigures{}
	}
	return c.visitors.Figures()
}
