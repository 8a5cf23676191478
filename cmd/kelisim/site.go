package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// site is a guarded site with its dashboard.
type site struct {
	flags     siteFlags
	streams   streams
	store     database
	guard     *middleware.Guard
	dashboard *server.Server
	socket    *ledgerSocket
	places    *places
	floors    stats.Floors
	started   time.Time
	watch     *policyfile.Watcher // nil where there is no policy file
	closeRisk func() error
	shelved   bool // incidents rest in the store
	keep      map[stats.Kind]consent.Period
}

// choices are what the commands decide differently where the user says nothing.
type choices struct {
	floor int
	trust string
}

// newSite opens everything that a site needs, or says what is wrong and leaves nothing behind.
func newSite(ctx context.Context, f siteFlags, policy consent.Policy, or choices, s streams) (_ *site, err error) {
	zone, zoneErr := f.zone()
	trust, trustErr := f.trust(or.trust)
	floors, floorErr := f.floors(or.floor)
	places, geoErr := f.locator()
	plan, planErr := f.plan()
	rules, rulesErr := f.rulesWith(f.Policy)
	config := middleware.Config{Policy: policy, Plan: plan}
	keep, keepErr := f.terms()
	config.Keep = keep
	consentErr, trafficErr := f.consentFlags.apply(&config), f.trafficFlags.apply(&config)
	if err := errors.Join(zoneErr, trustErr, floorErr, geoErr, planErr, rulesErr, keepErr, consentErr, trafficErr); err != nil {
		return nil, err
	}
	secret, err := f.load(f.Data)
	if err != nil {
		return nil, err
	}
	old, err := f.former(f.Data)
	if err != nil {
		return nil, err
	}
	if err := f.makeData(); err != nil { // with Redis, too: what waits for it is kept there
		return nil, err
	}
	store, err := f.open(ctx, s)
	if err != nil {
		return nil, err
	}
	judging, closeRisk, err := f.riskUse(ctx, f.Site, f.Redis, store, s.logger)
	if err != nil {
		return nil, errors.Join(err, store.Shutdown())
	}
	st := &site{flags: f, streams: s, store: store, places: places, floors: floors, started: time.Now(), closeRisk: closeRisk, shelved: judging.Shelf != nil, keep: keep}
	config.Store, config.Secret, config.OldSecrets, config.Trust, config.Dir, config.Memory, config.Zone = store, secret, old, trust, f.Data, f.memory(), zone
	config.Locator, config.Floors, config.Secure, config.Skip, config.Logger = places.Locator, floors, f.Secure, ownPath, s.logger
	config.Risk, config.Risk.Rules = judging, rules
	st.guard, err = middleware.New(config)
	if err != nil {
		return nil, errors.Join(usageError{err}, closeRisk(), store.Shutdown())
	}
	if err := st.open(policy, plan, zone, trust); err != nil {
		return nil, errors.Join(err, st.close(ctx))
	}
	if f.Redis == "" {
		st.answerLedger(ctx, secret, old)
	}
	return st, nil
}

// open has the guard follow the policy's file, and makes the dashboard.
func (s *site) open(policy consent.Policy, plan *visit.Plan, zone *time.Location, trust visit.Trust) (err error) {
	f := s.flags
	if f.Policy != "" {
		if s.watch, err = policyfile.NewWatcher(f.Policy, policy, func(p consent.Policy) error { return s.guard.SetPolicy(f.policy(p)) }); err != nil {
			return usageError{err}
		}
		s.watch.With(f.section(s.guard.RiskEngine()))
	}
	mail, hooks, err := f.sender()
	if err != nil {
		return err
	}
	live, asked := s.guard.Live(), stats.ReportOptions{Zone: zone, Floors: s.floors, Kept: s.guard.Kept}
	shared := asked
	shared.Floors, shared.Apart = f.shareFloors(s.floors), true
	board := server.Config{
		Mail: mail, Hooks: hooks,
		Reports: stats.NewReports(s.store, live, asked),
		Passing: stats.NewReports(s.store, live.Passing(), asked),
		// Strangers read rows that rest: what waits is told to those who have an account.
		Shared:    stats.NewReports(s.store, live.Resting(), shared),
		Documents: s.store, Archive: s.archive, Health: s.health, Purposes: s.purposes, Plan: plan, Findings: s.findings, Changed: s.guard.Refresh, Site: policy.Site.Name, Zone: zone, Secure: f.Secure, Client: trust.Addr, Logger: s.streams.logger,
	}
	if desk := s.guard.RiskDesk(); desk != nil {
		board.Risk = desk
	}
	if s.dashboard, err = server.New(board); err != nil {
		return usageError{err}
	}
	return nil
}

// answerLedger answers the ledger commands, which cannot open the file while this process has it. A site does not fail by that.
func (s *site) answerLedger(ctx context.Context, secret []byte, old [][]byte) {
	b, err := newLocalBook(ctx, s.store, secret, old, s.flags.Data)
	if err == nil {
		b.log, b.policy, b.closed = s.guard.Ledger(), s.record, func() error { return nil }
		s.socket, err = serveLedger(s.flags.Data, b)
	}
	if err != nil {
		s.streams.logger.Warn("the ledger commands need this program stopped: it cannot answer them", "error", err)
	}
}

// ownPath exempts the admin's pages from the guard: they are not the site's.
func ownPath(r *http.Request) bool {
	path := r.URL.Path
	return path == "/healthz" || path == "/admin" || len(path) > 6 && path[:7] == "/admin/"
}

// close hands over what is counted and lets the store go.
func (s *site) close(ctx context.Context) error {
	return errors.Join(s.socket.close(), s.guard.Shutdown(ctx), s.closeRisk(), s.store.Shutdown())
}

// healthz answers whether the site is served, and how the store is.
func (s *site) healthz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Second)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	away, faulty := s.store.Ping(ctx) != nil, s.policyFault() != nil
	if away || faulty {
		fmt.Fprintln(w, "ok: pages are served"+note(away, "the store is away, counts wait on disk")+
			note(faulty, "the policy file is faulty, the last good policy is in force"))
		return
	}
	if s.guard.State().Ledger.Fault != "" {
		fmt.Fprintln(w, "ok: pages are served; the ledger is not signed, see the log and docs/ledger.md")
		return
	}
	fmt.Fprintln(w, "ok")
}

func note(holds bool, text string) string {
	if holds {
		return "; " + text
	}
	return ""
}

// health is what the dashboard shows of this process.
func (s *site) health(ctx context.Context) server.Health {
	version, commit := build()
	state := s.guard.State()
	h := server.Health{
		Version: version, Commit: commit, Go: runtime.Version(), Started: s.started,
		Store: s.store.Kind(), Fault: state.Spool.Fault, Flushed: state.Spool.Handed,
		Accepted: state.Figures.Accepted, Waiting: state.Figures.Waiting,
		GeoBuilt: s.places.Built(), GeoTables: s.places.tables(time.Now()), Policy: s.guard.Rules().Hash(), Revision: s.guard.Rules().Revision(),
	}
	if fault := s.policyFault(); fault != nil {
		h.PolicyFault = clip(fault.Error())
	}
	if h.Fault == "" {
		h.Fault = state.Ledger.Fault
	}
	for _, credit := range geo.Credits() {
		h.GeoSource += credit.Text + " "
	}
	h.Spooled = state.Spool.Hits
	h.Stored = state.Spool.Stored
	h.Late, h.Folded = state.Figures.Late, state.Spool.Folded
	for reason, n := range state.Figures.Dropped {
		h.Dropped = append(h.Dropped, server.Drop{Reason: reason, Count: n})
	}
	h.Others, h.Told, h.Own = others(state.Figures), told(state.Beacon), state.Own
	h.Peers, h.Apart = state.Peers.Others, state.Line && !state.Peers.Up
	for _, a := range state.Anew {
		h.Anew = append(h.Anew, server.Anew{At: a.At, Upto: a.Upto})
	}
	h.Floors = []server.Floor{{Class: "attribute", K: s.floors.Person, Low: s.floors.Person < 2}, {Class: "page", K: max(1, s.floors.Open)}}
	h.Retention, h.Kept = s.kept()
	h.Anonymity = anonymity(state, s.guard.Live())
	zone, _ := s.flags.zone()
	today, _ := visit.DayOf(time.Now(), zone)
	if open, err := s.store.Open(ctx, today+1); err == nil {
		h.OpenDays = open
	} else {
		h.Fault = "store"
	}
	return h
}

// listen takes the port, or says who to ask.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, usage("%s is taken by another program: stop it, or give another address with --addr", addr)
	}
	if err != nil {
		return nil, usage("cannot listen on %q: %v: give an address such as 127.0.0.1:8080 with --addr", addr, err)
	}
	return l, nil
}

// Bounds of one connection. There is no write timeout: downloads and streams may last.
const (
	headerTime = 10 * time.Second
	idleTime   = 2 * time.Minute
	drainTime  = 20 * time.Second
)

// serve serves until SIGTERM or SIGINT, then drains: requests under way are answered, counts handed over.
func (s *site) serve(ctx context.Context, handlers map[net.Listener]http.Handler) error {
	if err := s.metrics(ctx, handlers); err != nil {
		return errors.Join(err, s.close(ctx))
	}
	ctx, stop := signal.NotifyContext(ctx, s.ends()...)
	defer stop()
	defer s.follow()()
	s.places.warn(s.streams.logger, time.Now())
	defer s.places.follow(s.streams.logger)()
	defer s.background(ctx)()
	failed := make(chan error, len(handlers))
	var servers []*http.Server
	for listener, handler := range handlers {
		srv := &http.Server{Handler: handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: 64 << 10}
		servers = append(servers, srv)
		go func() { failed <- srv.Serve(listener) }()
	}
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		stop() // a second signal ends it at once
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	for _, srv := range servers {
		if e := srv.Shutdown(drain); e != nil {
			err = errors.Join(err, e, srv.Close())
		}
	}
	return errors.Join(err, s.close(drain))
}

// background runs what the dashboard does beside answering, until ctx is done; the function it returns waits for that.
func (s *site) background(ctx context.Context) (wait func()) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); s.dashboard.Run(ctx) }()
	return func() { stop(); <-done }
}

// invite prints the one-time link by which the first admin makes an account, where there is none yet.
func (s *site) invite(ctx context.Context, base string) error {
	link, err := s.dashboard.SetupLink(ctx, base)
	if err != nil {
		return fmt.Errorf("the set-up link could not be made: %w", err)
	}
	if link != "" {
		fmt.Fprintf(s.streams.out, "\n  First admin     %s\n                  works once, for a day\n", link)
	}
	return nil
}

// base is the address that a browser on this machine reaches a listener by.
func base(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
