package attack

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
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

// Rules are those by which a site lets numbers out. The zero Rules are the product's; others break them, so
// that the means of this package can be seen to work.
type Rules struct {
	Guards     int          // before one store; 0 is 1
	Floors     stats.Floors // of what may rest
	LeaveViews int          // page views whose rows may leave together
	Together   int          // page views that readers get to know together
	Seed       uint64       // of everything that happens
	Pages      int          // that a site has; 0 is 45
	Mirror     bool         // the same under other keys beside it, see [Site.Keyed]
	KeyedLots  bool         // lots of visitors follow from a key
	// Outbox takes the batches in place of the store. It may be nil.
	Outbox stats.Outbox
}

// Site is a site under attack: one guard or several before one store, at a clock of its own.
type Site struct {
	Population *Population
	Secret     []byte // of the site: attacker B has it
	Seeds      [][]byte
	Now        time.Time

	store  Store
	outbox stats.Outbox
	rules  Rules
	guards []guard
	random *rand.Rand
	hour   int

	// Watch is called after each batch that came to rest. It may be nil.
	Watch func(stats.Batch)
	// Swap takes the place of the first address with the second, if they differ: another world in which
	// the second came and the first did not.
	Swap [2]int
	// Events is the truth about page views, which only the referee looks at.
	Events []Event
	// Calls is the truth about requests that are no page views.
	Calls []Call
	// Keyed are the cells that would be others if the keys were, with [Rules.Mirror].
	Keyed map[Cell]bool
}

type guard struct {
	secret     []byte
	rules      *Rules
	anonymiser *visit.Anonymiser
	aggregator *stats.Aggregator
	let        map[Cell]let // what it let out, by value
	mirror     *guard
}

type let struct{ views, visitors, requests int64 }

// midnight is when the day of every game begins.
var midnight = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)

// Day is the day of every game.
func Day() stats.Day { return visit.DateOf(2026, 3, 10) }

// NewSite opens a site.
func NewSite(p *Population, store Store, rules Rules) (*Site, error) {
	s := &Site{Population: p, Secret: bytes.Repeat([]byte("s"), 32), Now: midnight, store: store, outbox: rules.Outbox, rules: rules, random: rand.New(rand.NewPCG(rules.Seed, 2))}
	if s.outbox == nil {
		s.outbox = stats.Direct(store)
	}
	for i := range max(rules.Guards, 1) {
		g, err := s.newGuard(i, s.Secret, seeds{s})
		if err == nil && rules.Mirror {
			g.mirror, err = s.newGuard(i, bytes.Repeat([]byte("m"), 32), rand.NewChaCha8([32]byte{byte(i)}))
		}
		if err != nil {
			return nil, err
		}
		s.guards = append(s.guards, *g)
	}
	return s, p.look()
}

func (s *Site) newGuard(i int, secret []byte, random io.Reader) (*guard, error) {
	a, err := visit.NewAnonymiser(visit.Options{Secret: secret, Zone: time.UTC, Locator: s.Population, Random: random, Capacity: 4_000_000})
	return &guard{secret: secret, rules: &s.rules, anonymiser: a, let: make(map[Cell]let), aggregator: stats.NewAggregator(stats.Options{
		Instance: fmt.Sprint("guard ", i), Floors: s.rules.Floors, Shards: 1, LeaveViews: s.rules.LeaveViews, Together: cmp.Or(s.rules.Together, stats.Together),
	})}, err
}

// take counts a hit of a visitor.
func (g *guard) take(who netip.Addr, hit visit.Hit, res visit.Response) visit.Pageview {
	if g.mirror != nil {
		g.mirror.take(who, hit, res)
	}
	pv := g.anonymiser.Page(hit, res)
	if g.rules.KeyedLots {
		sum := sha256.Sum256(who.AppendTo(slices.Clone(g.secret)))
		pv.Lot, pv.Step.Lot = sum[0]%lots, sum[0]%lots
	}
	g.aggregator.Add(&pv)
	return pv
}

// aPage is how a page is answered. It is never written to.
var aPage = visit.Response{Status: 200, ContentType: "text/html"}

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

// Run lets page views come evenly from a moment of the day to a later one, both as shares of the day, and
// hands over what may leave each second, as a site does.
func (s *Site) Run(ctx context.Context, views int, from, to float64) error {
	start, end := moment(from), moment(to)
	if err := s.until(ctx, start); err != nil {
		return err
	}
	for i := range views {
		at := start.Add(time.Duration(float64(end.Sub(start)) * float64(i) / float64(views)))
		if err := s.until(ctx, at); err != nil {
			return err
		}
		s.view()
	}
	return s.until(ctx, end)
}

func moment(share float64) time.Time {
	return midnight.Add(time.Duration(share * 24 * float64(time.Hour)))
}

// until lets time pass: a flush at the end of each second in which anything came, and of each hour.
func (s *Site) until(ctx context.Context, at time.Time) error {
	if at.Unix() > s.Now.Unix() {
		if err := s.cut(ctx, stats.Running); err != nil {
			return err
		}
	}
	s.Now = at
	if at.Hour() == s.hour && at.Before(midnight.AddDate(0, 0, 1)) {
		return nil
	}
	s.hour = at.Hour()
	return s.cut(ctx, stats.HourOver)
}

// view is one page view by one of every second address.
func (s *Site) view() {
	i := s.random.IntN(len(s.Population.Addrs)) &^ 1 // every second address comes
	if s.random.IntN(2) == 0 {
		i = i / 4 * 4 // some of them often
	}
	from := [...]string{"", "", "https://search.example/?q=a", "https://news.example/"}[s.random.IntN(4)]
	page := fmt.Sprintf("/section%c/page%c", 'a'+s.random.IntN(5), 'a'+s.random.IntN(9))
	if s.rules.Pages > 0 {
		page = fmt.Sprintf("/page%d", s.random.IntN(s.rules.Pages))
	}
	if s.Swap[0] != s.Swap[1] && i == s.Swap[0] {
		i = s.Swap[1]
	}
	s.View(i, s.Population.Agent(i), page, from)
}

// View is one page view by an address.
func (s *Site) View(i int, agent, page, from string) {
	s.Population.Came[i] = true
	at := s.random.IntN(len(s.guards))
	pv := s.guards[at].take(s.Population.Addrs[i], s.Population.hit(i, agent, page, from, s.Now), aPage)
	s.Events = append(s.Events, eventOf(i, at, &pv))
}

// Live returns what a guard still holds.
func (s *Site) Live(guard int) *stats.Aggregator { return s.guards[guard].aggregator }

// Flood is requests for made-up paths, from made-up sources and campaigns, by one address.
func (s *Site) Flood(n int) {
	for i := range n {
		hit := s.Population.hit(0, s.Population.Agent(0), fmt.Sprintf("/made-%x?utm_campaign=up-%x", i*7919, i), fmt.Sprintf("https://x%d.example/", i), s.Now)
		pv := s.guards[i%len(s.guards)].take(s.Population.Addrs[0], hit, aPage)
		s.Events = append(s.Events, eventOf(0, i%len(s.guards), &pv))
	}
	s.Population.Came[0] = true
}

func (s *Site) cut(ctx context.Context, moment stats.Moment) error {
	for i := range s.guards {
		a := s.guards[i].aggregator
		a.Cut(moment)
		if s.guards[i].mirror != nil {
			s.guards[i].mirror.aggregator.Cut(moment)
		}
		for {
			b, ok := a.Outgoing()
			s.reflect(&s.guards[i], &b)
			if !ok {
				break
			}
			if err := s.outbox.Put(ctx, b); err != nil {
				return err
			}
			a.Delivered(b)
			for j := range b.Rows {
				r := &b.Rows[j]
				l := s.guards[i].let[Cell{r.Dim, r.Value}]
				l = let{l.views + r.Counts[stats.Views], l.visitors + r.Counts[stats.Visitors], l.requests + r.Counts[stats.Requests]}
				s.guards[i].let[Cell{r.Dim, r.Value}] = l
			}
			if s.Watch != nil {
				s.Watch(b)
			}
		}
	}
	return nil
}

// End ends the day: keys are erased, everything leaves that may.
func (s *Site) End(ctx context.Context) error {
	for i := range s.guards {
		for g := &s.guards[i]; g != nil; g = g.mirror {
			g.aggregator.EndDays(Day() + 1)
			g.anonymiser.Drop(Day())
		}
	}
	return s.cut(ctx, stats.HourEnd)
}

// Close ends the day, and the store closes it.
func (s *Site) Close(ctx context.Context) error {
	err := s.End(ctx)
	_, closing := stats.NewCloser(s.store, s.store, s.rules.Floors).Close(ctx, Day()+1)
	return errors.Join(err, closing)
}
