package attack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Store is what a site's statistics rest in.
type Store interface {
	stats.Sink
	stats.Source
	stats.Keeper
}

// Site is a site under attack: one guard or several before one store, at a clock of its own.
type Site struct {
	Population *Population
	Secret     []byte // of the site: attacker B has it
	Seeds      [][]byte
	Now        time.Time

	store  Store
	guards []guard
	random *rand.Rand
	floors stats.Floors
	hour   int
	every  int

	// Watch is called after each batch that came to rest. It may be nil.
	Watch func()
	// Events is the truth about page views, which only the referee looks at.
	Events []Event
}

// Event is one page view.
type Event struct {
	Who, Guard   int
	Page, Source string
	Hour         int
}

type guard struct {
	anonymiser *visit.Anonymiser
	aggregator *stats.Aggregator
	told       map[Cell]bool // what it let out
}

// Told reports whether a guard let a value out: what it held back is in the rest, whatever others told.
func (s *Site) Told(guard int, c Cell) bool { return s.guards[guard].told[c] }

// midnight is when the day of every game begins.
var midnight = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

// Day is the day of every game.
func Day() stats.Day { return visit.DateOf(2026, 3, 10) }

// NewSite opens a site with so many guards.
func NewSite(p *Population, store Store, guards int, seed uint64) (*Site, error) {
	s := &Site{Population: p, Secret: bytes.Repeat([]byte("s"), 32), Now: midnight, store: store, every: flushEvery, random: rand.New(rand.NewPCG(seed, 2))}
	for i := range guards {
		g := guard{told: make(map[Cell]bool), aggregator: stats.NewAggregator(stats.Options{Instance: fmt.Sprint("guard ", i), Floors: s.floors, Shards: 1})}
		var err error
		g.anonymiser, err = visit.NewAnonymiser(visit.Options{Secret: s.Secret, Zone: time.UTC, Locator: p, Random: seeds{s}, Capacity: 4_000_000})
		if err != nil {
			return nil, err
		}
		s.guards = append(s.guards, g)
	}
	return s, nil
}

// Unguarded takes floors and batches away, so that the means of this package can be seen to work. It must
// be called before the first page view.
func (s *Site) Unguarded() {
	s.floors, s.every = stats.Floors{Person: 1, Open: 1}, 1
	for i := range s.guards {
		s.guards[i].aggregator = stats.NewAggregator(stats.Options{Instance: fmt.Sprint("guard ", i), Floors: s.floors, Shards: 1, LeaveViews: 1})
	}
}

// seeds makes the seeds of days and lets attacker B have them.
type seeds struct{ site *Site }

func (d seeds) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(d.site.random.Uint32())
	}
	d.site.Seeds = append(d.site.Seeds, bytes.Clone(p))
	return len(p), nil
}

var _ io.Reader = seeds{}

// flushEvery is how many page views come between two flushes. A site flushes each second, but what it hands
// over of fewer page views is totals, which say nothing about who.
const flushEvery = 20

// Run lets views page views come until the given share of the day is over, and hands over what may leave
// again and again. Visitors are drawn from every second address.
func (s *Site) Run(ctx context.Context, views int, share float64) error {
	end := midnight.Add(time.Duration(share * 24 * float64(time.Hour)))
	step := end.Sub(s.Now) / time.Duration(views+1)
	for i := range views {
		s.Now = s.Now.Add(step)
		s.view()
		if i%s.every == s.every-1 {
			if err := s.flush(ctx); err != nil {
				return err
			}
		}
	}
	s.Now = end
	return s.flush(ctx)
}

// view is one page view.
func (s *Site) view() {
	i := s.random.IntN(len(s.Population.Addrs)) &^ 1 // every second address comes
	if s.random.IntN(2) == 0 {
		i = i / 4 * 4 // some of them often
	}
	s.Population.Came[i] = true
	from := [...]string{"", "", "https://search.example/?q=a", "https://news.example/"}[s.random.IntN(4)]
	page := fmt.Sprintf("/section%c/page%c", 'a'+s.random.IntN(5), 'a'+s.random.IntN(9))
	at := s.random.IntN(len(s.guards))
	g := &s.guards[at]
	s.Events = append(s.Events, Event{i, at, page, from, s.Now.Hour()})
	pv := g.anonymiser.Page(s.Population.hit(i, page, from, s.Now), visit.Response{Status: 200, ContentType: "text/html"})
	g.aggregator.Add(&pv)
}

// Live returns what a guard still holds.
func (s *Site) Live(guard int) stats.Live { return s.guards[guard].aggregator }

// Flood is requests for made-up paths, from made-up sources and campaigns.
func (s *Site) Flood(n int) {
	for i := range n {
		g := &s.guards[i%len(s.guards)]
		pv := g.anonymiser.Page(s.Population.hit(0, fmt.Sprintf("/made-%x?utm_campaign=up-%x", i*7919, i), fmt.Sprintf("https://x%d.example/", i), s.Now), visit.Response{Status: 404, ContentType: "text/html"})
		g.aggregator.Add(&pv)
	}
}

func (s *Site) flush(ctx context.Context) error {
	moment := stats.Running
	if s.Now.Hour() != s.hour {
		moment, s.hour = stats.HourEnd, s.Now.Hour()
	}
	return s.cut(ctx, moment)
}

func (s *Site) cut(ctx context.Context, moment stats.Moment) error {
	for i := range s.guards {
		a := s.guards[i].aggregator
		a.Cut(moment)
		for {
			b, ok := a.Outgoing()
			if !ok {
				break
			}
			if _, err := s.store.Merge(ctx, b); err != nil {
				return err
			}
			a.Delivered(b)
			for j := range b.Rows {
				if r := &b.Rows[j]; r.Counts[stats.Requests] > 0 || r.Counts[stats.Views] > 0 {
					s.guards[i].told[Cell{r.Dim, r.Value}] = true
				}
			}
			if s.Watch != nil && len(b.Rows) > 0 {
				s.Watch()
			}
		}
	}
	return nil
}

// Close ends the day: keys are erased, everything leaves that may, the store closes the day.
func (s *Site) Close(ctx context.Context) error {
	var errs []error
	for i := range s.guards {
		s.guards[i].aggregator.EndDays(Day() + 1)
		s.guards[i].anonymiser.Drop(Day())
	}
	errs = append(errs, s.cut(ctx, stats.HourEnd))
	_, err := stats.NewCloser(s.store, s.store, s.floors).Close(ctx, Day()+1)
	return errors.Join(append(errs, err)...)
}
