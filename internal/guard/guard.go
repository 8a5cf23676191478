package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/internal/recorder"
	"github.com/kelisim/kelisim/internal/spool"
	"github.com/kelisim/kelisim/ledger"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Guard stands in front of a site. It is safe for concurrent use.
type Guard struct {
	config     Config
	keys       *consent.Keys
	inForce    atomic.Pointer[regime]
	swapping   sync.Mutex // one policy after the other
	refreshing sync.Mutex
	keeper     keeper
	centre     http.Handler
	spool      *spool.Spool
	aggregator *stats.Aggregator
	flusher    *stats.Flusher
	anonymiser *visit.Anonymiser
	recorder   *recorder.Recorder
	carrier    *carrier
	company    company
	janitor    janitor
	log        *ledger.Log
	witness    witness
	flood      flood
	exchanges  sync.Pool
	faults     faults
	cookies    tally[cookieSeen]
	scrubber   *visit.Scrubber
	reports    reports
	post       *post
	ownViews   atomic.Int64
	risk       *riskGuard // nil where nothing is judged
	down       atomic.Bool
}

// New mounts nothing yet: it checks the configuration, reporting every fault at once, opens the spool
// and starts to hand over what an earlier run left. Call Shutdown in the end.
func New(c Config) (*Guard, error) {
	c, err := c.normalise()
	if _, policyErr := c.compile(c.Policy, consent.Overlay{}); errors.Join(err, policyErr) != nil {
		return nil, fmt.Errorf("guard: %w", errors.Join(err, policyErr))
	}
	g := &Guard{config: c, faults: faults{logger: c.Logger}, scrubber: visit.NewScrubber(1024)}
	g.keeper.wake = make(chan struct{}, 1)
	g.cookies = newTally[cookieSeen](maxUndeclared, c.atLeast())
	g.reports.origins = newTally[originSeen](maxOrigins, c.atLeast())
	g.exchanges.New = func() any { return new(Exchange) }
	if err := g.build(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	g.carrier.restore(g.aggregator)
	if err := g.resume(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	g.spool.Start(c.Store)
	g.flusher.Start()
	g.janitor.start(g)
	g.witness.start(g)
	g.keeper.start(g)
	g.risk.start(g)
	return g, nil
}

func (g *Guard) build() (err error) {
	c := g.config
	if g.keys, err = consent.NewKeys(c.Secret, c.OldSecrets...); err != nil {
		return err
	}
	if g.post, err = g.newPost(); err != nil {
		return err
	}
	first, err := g.newRegime(c.Policy, c.firstOverlay())
	if err != nil {
		return err
	}
	g.enact(first)
	if g.log, err = g.newLog(); err != nil {
		return err
	}
	if g.risk, err = newRisk(c); err != nil {
		return err
	}
	g.centre = inTime(g.withDevice(g.withRisk(g.withLedger(g.withReports(g.withBeacon(g.withExclusion(g.withCentre())))))))
	if g.carrier, err = newCarrier(c.Dir, c.Memory, c.Secret, c.Logger); err != nil {
		return err
	}
	g.anonymiser, err = visit.NewAnonymiser(visit.Options{Secret: c.Secret, Zone: c.Zone, Hosts: c.Hosts, Tags: c.CampaignTags, Spam: c.Spam, Capacity: c.Capacity, Plan: c.Plan})
	if err != nil {
		return err
	}
	if err = g.newCompany(); err != nil {
		return err
	}
	if g.spool, err = spool.Open(spool.Options{Dir: filepath.Join(c.Dir, "spool"), Now: c.Now, Logger: c.Logger}); err != nil {
		return err
	}
	g.aggregator = stats.NewAggregator(stats.Options{Instance: g.spool.Instance(), Floors: c.Floors, Together: together(c.Floors)})
	if g.recorder, err = recorder.New(c.Zone, g.anonymiser, g.aggregator); err != nil {
		return err
	}
	routes, err := visit.NewPaths(c.Beacon.Routes)
	if err != nil {
		return err
	}
	g.recorder.Routes(routes)
	g.recorder.Clock(c.Now)
	g.flusher = stats.NewFlusher(g.aggregator, g.spool, stats.FlusherOptions{Interval: c.FlushEvery, Zone: c.Zone, Now: c.Now, Log: c.Logger})
	return nil
}

// together is how many page views readers get to know together: a demonstration hides nobody.
func together(f stats.Floors) int {
	if f.Of(stats.DimCountry) <= 1 {
		return 1
	}
	return stats.Together
}

// Rules returns the policy in force.
func (g *Guard) Rules() *consent.Rulebook { return g.now().rules }

// Prefix returns where the privacy centre is mounted.
func (g *Guard) Prefix() string { return g.config.Prefix }

// Live returns what this process has counted and not let out of memory yet, for [stats.NewReports].
func (g *Guard) Live() *stats.Aggregator { return g.aggregator }

// Centre returns the handler of everything under the prefix: banner files, choices, the privacy centre.
// Requests must reach it with their full path.
func (g *Guard) Centre() http.Handler { return g.centre }

// Shutdown writes out what is counted, hands it to the store for as long as ctx lasts, and stops. What
// the store does not have by then waits on disk for the next run; nothing is lost. Requests that come
// later are still gated, and no longer counted.
func (g *Guard) Shutdown(ctx context.Context) error {
	if g.down.Swap(true) {
		return nil
	}
	g.risk.close()
	g.janitor.stop()
	g.witness.stop()
	g.release(ctx)
	g.keeper.stop()
	g.keeper.store(ctx, g)
	if kept := g.keepMet(ctx, true); kept != nil {
		g.config.Logger.Warn("undeclared cookies and third parties of the last hour are not kept", "error", kept)
	}
	err := g.flusher.Shutdown(ctx)
	err = errors.Join(err, g.carrier.save(g.aggregator))
	g.part(ctx)
	if drained := g.spool.Drain(ctx); drained != nil {
		g.config.Logger.Warn("the store did not take everything in time; the rest waits on disk", "error", drained)
	}
	return errors.Join(err, g.spool.Close())
}

// faults counts what went wrong on our side, and logs the first of each kind.
type faults struct {
	logger *slog.Logger
	count  atomic.Int64
	logged sync.Map
}

func (f *faults) note(where string, err any) {
	f.count.Add(1)
	if _, seen := f.logged.LoadOrStore(where, true); !seen {
		f.logger.Error("a fault in the guard; pages are served, cookies that need consent are not", "where", where, "error", err)
	}
}

// State is what an admin is shown of a running guard.
type State struct {
	Spool        spool.State
	Figures      stats.Figures
	Visitors     visit.TrackerStats
	Faults       int64                 // panics of ours that were kept from the site
	Undeclared   []Undeclared          // cookies that no rule declares
	ThirdParties []ThirdParty          // origins that pages loaded from without the visitor's consent, as browsers report
	Reports      ReportFigures         // what became of such reports
	Beacon       BeaconFigures         // what became of what pages told of themselves
	Peers        peers.VisitorsFigures // other processes that count together with this one; zero where the store has no line
	Line         bool                  // the store lets processes reach each other
	Anew         []Anew                // of today: who had been seen was not known any more, and may count twice
	Own          int64                 // page views that were not counted because they were the site's own people's
	Ledger       LedgerState
	Unkept       int // policies that were in force and that the store has not taken yet
	Now          time.Time
}

// account returns what memory and what the spool say of the same moment, or of nearly the same where counts never
// stop moving between them.
func (g *Guard) account() (f stats.Figures, s spool.State) {
	for range 5 {
		before := g.spool.State()
		if f, s = g.aggregator.Figures(), g.spool.State(); before.Stored == s.Stored && before.Hits == s.Hits && f.Handed == s.Stored+s.Hits {
			break
		}
	}
	return f, s
}

// State returns the present state.
func (g *Guard) State() State {
	figures, waiting := g.account()
	return State{
		Spool: waiting, Figures: figures, Visitors: g.anonymiser.Stats(),
		Faults: g.faults.count.Load(), Undeclared: g.undeclared(),
		ThirdParties: g.thirdParties(), Reports: g.reports.figures(), Ledger: g.ledgerState(), Unkept: g.keeper.waiting(), Now: g.config.Now(),
		Beacon: g.post.figures(), Own: g.ownViews.Load(), Peers: g.company.figures(), Line: g.company.visitors != nil, Anew: g.company.list(g.config.Now(), g.config.Zone),
	}
}
