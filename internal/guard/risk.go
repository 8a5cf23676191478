package guard

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
)

// RiskUse says what becomes of verdicts.
type RiskUse uint8

const (
	RiskOff     RiskUse = iota // nothing is judged
	RiskShadow                 // requests are judged, and nothing else happens: see what would
	RiskEnforce                // verdicts are carried out
)

// Risk says how requests are judged for security and against fraud (package risk). The zero Risk judges nothing.
type Risk struct {
	// Use says what becomes of verdicts. Default: RiskOff.
	Use RiskUse
	// Rules are the site's own: networks that may do anything, signals not to use, rules, limits. Default: none.
	Rules risk.Rules
	// Capacity is how many addresses and networks are remembered. Default: 32,768.
	Capacity int
	// Crawlers says how search engines are known. Default: their names are neither believed nor held against them.
	Crawlers risk.CrawlerOptions
	// Shared are counters that the limits of several processes share, and Nodes how many processes.
	// Default: each process counts for itself.
	Shared risk.Shared
	Nodes  int
	// Shelf keeps incidents, blocks, what is known of accounts and the seeds of keys, for an admin, a restart and other processes, apart from
	// the Store. Both stores of the house have one; over that in Redis processes tell each other what they judge. Default: memory, which
	// dies with the process.
	Shelf risk.Shelf
	// Keep is how long incidents are kept, at most 90 days. Default: 30 days.
	Keep time.Duration
	// Purpose is the purpose that allows device cookies and time zones to be used for the protection of accounts (see
	// [risk.Event]). Default: none does.
	Purpose consent.Purpose
	// API lets a site that is no Go program tell of its accounts over HTTP. Default: there is none.
	API RiskAPI
}

// HeaderRisk tells a site behind a proxy what a verdict asks of it: "step_up". A visitor who sends it is not believed.
const HeaderRisk = "Kelisim-Risk"

// riskGuard is what a guard needs to judge; nil where it does not.
type riskGuard struct {
	engine   *risk.Engine
	crawlers *risk.Crawlers
	events   riskEvents
	api      *riskAPI // nil for none
	desk     *risk.Desk
	peers    *riskPeers // nil for none
	looks    chan struct{}
	cancel   context.CancelFunc
	running  sync.WaitGroup
	told     limiter
}

// newRisk is nil where nothing is to be judged.
func newRisk(c Config) (*riskGuard, error) {
	if c.Risk.Use == RiskOff {
		return nil, nil
	}
	if c.Risk.Purpose == consent.Necessary {
		return nil, fmt.Errorf("config: Risk.Purpose %q needs no consent, which device cookies do: name another purpose", c.Risk.Purpose)
	}
	known := func(p consent.PurposeInfo) bool { return p.ID == c.Risk.Purpose }
	if c.Risk.Purpose != "" && !slices.ContainsFunc(c.Policy.Purposes, known) {
		return nil, fmt.Errorf("config: Risk.Purpose %q is no purpose of the policy", c.Risk.Purpose)
	}
	r := &riskGuard{looks: make(chan struct{}, 1)}
	var err error
	if r.api, err = newRiskAPI(c.Risk.API); err != nil {
		return nil, err
	}
	if c.Risk.Crawlers.Resolver != nil || len(c.Risk.Crawlers.Networks) > 0 {
		r.crawlers = risk.NewCrawlers(c.Risk.Crawlers)
	}
	mode := risk.ModeShadow
	if c.Risk.Use == RiskEnforce {
		mode = risk.ModeEnforce
	}
	options := risk.Options{
		Secret: c.Secret, Mode: mode, Rules: c.Risk.Rules, Capacity: c.Risk.Capacity, Crawlers: r.crawlers,
		Shared: c.Risk.Shared, Nodes: c.Risk.Nodes, GeoBuilt: c.Locator.Built, Shelf: c.Risk.Shelf,
	}
	if r.peers, err = newRiskPeers(c.Risk.Shelf, c.Secret, c.Now); err != nil {
		return nil, err
	}
	if r.peers != nil {
		options.Tell = r.peers.tell
	}
	engine, err := risk.New(options)
	if err != nil {
		r.close()
		return nil, err
	}
	r.engine = engine
	r.desk = risk.NewDesk(risk.DeskOptions{Engine: engine, Shelf: c.Risk.Shelf, Keep: c.Risk.Keep, Now: c.Now})
	return r, nil
}

func (r *riskGuard) close() {
	if r == nil {
		return
	}
	if r.cancel != nil {
		r.cancel()
		r.running.Wait()
	}
	if r.crawlers != nil {
		r.crawlers.Close()
	}
}

// riskState is what an exchange knows of its request's verdict.
type riskState struct {
	request risk.Request
	verdict risk.Verdict
	judged  bool
	refused bool // the guard answers instead of the site
}

// judge asks for the verdict on a request. Whatever goes wrong, the request goes on.
func (e *Exchange) judge(r *http.Request, now time.Time) {
	g := e.guard
	ok := true
	defer g.rescue("risk", &ok)
	e.risk.request.Capture(r, &e.hit, &e.location, g.secure(r) || loopback(r.Host))
	e.risk.request.SetDevice(e.device)
	e.risk.verdict = g.risk.engine.Assess(&e.risk.request)
	e.risk.judged = true
	v := &e.risk.verdict
	if v.Action == risk.ActionAllow {
		return
	}
	e.risk.refused = v.Mode == risk.ModeEnforce && v.Refuses()
	if v.Action >= risk.ActionThrottle {
		g.risk.tell(riskEvent(g, v, r, now))
	}
}

// loopback reports a host of this machine, to which browsers send what they send over TLS only
// (https://www.w3.org/TR/secure-contexts/#is-origin-trustworthy).
func loopback(host string) bool {
	return len(host) > 8 && (host[:4] == "127." || host[:9] == "localhost")
}

// observe tells the engine how the site answered.
func (e *Exchange) observe(status int) {
	if !e.risk.judged || e.risk.refused {
		return
	}
	e.risk.judged = false
	g := e.guard
	ok := true
	defer g.rescue("risk", &ok)
	v, changed := g.risk.engine.Observe(&e.risk.request, status)
	if changed && v.Action >= risk.ActionThrottle && v.Action > e.risk.verdict.Action {
		g.risk.tell(riskEvent(g, &v, e.outer, g.config.Now()))
	}
}

// handOn is the request as the site may see it: with what the verdict asks of the site, and without what a visitor says of that.
func (e *Exchange) handOn(r *http.Request) *http.Request {
	asks := e.risk.judged && e.risk.verdict.Mode == risk.ModeEnforce && e.risk.verdict.Action == risk.ActionStepUp
	_, forged := r.Header[HeaderRisk]
	if !asks && !forged {
		return r
	}
	changed := *r
	changed.Header = r.Header.Clone()
	changed.Header.Del(HeaderRisk)
	if asks {
		for name := range changed.Header { // what programs behind CGI or WSGI cannot tell from ours
			if len(name) == len(HeaderRisk) && strings.EqualFold(strings.ReplaceAll(name, "_", "-"), HeaderRisk) {
				delete(changed.Header, name)
			}
		}
		changed.Header.Set(HeaderRisk, risk.ActionStepUp.String())
	}
	return &changed
}

// Instead is what answers instead of the site; nil where the site does. It is to be called with [Exchange.Writer].
func (e *Exchange) Instead() http.Handler {
	if e.skipped || !e.risk.refused {
		return nil
	}
	return http.HandlerFunc(e.refuse)
}

// refuse answers what the verdict keeps from the site.
func (e *Exchange) refuse(w http.ResponseWriter, r *http.Request) {
	v := &e.risk.verdict
	switch v.Action {
	case risk.ActionThrottle:
		w.Header().Set("Retry-After", strconv.Itoa(seconds(v.Wait)))
		e.guard.riskPage(w, r, http.StatusTooManyRequests, riskView{Kind: "slow", Seconds: seconds(v.Wait)})
	case risk.ActionChallenge:
		e.guard.ask(w, r, e.hit.Addr(), "", r.URL.RequestURI())
	default:
		e.guard.riskPage(w, r, http.StatusForbidden, riskView{Kind: "deny"})
	}
}

// seconds rounds up.
func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// Verdict is what is known of the request r, which w answers: the judgement of its exchange where requests are judged, else
// where its network is.
func (g *Guard) Verdict(w http.ResponseWriter, r *http.Request) risk.Verdict {
	built := g.config.Locator.Built()
	if gated := gateOf(w); gated != nil {
		if e, ok := gated.Observer().(*Exchange); ok && e.risk.verdict.Who != (risk.Pseudonym{}) {
			v := e.risk.verdict
			v.GeoBuilt = built
			return v
		}
	}
	return risk.Assess(g.locate(r), built)
}

func (g *Guard) locate(r *http.Request) geo.Location {
	return g.config.Locator.Locate(g.config.Trust.Addr(r))
}

// RiskEngine judges the requests of this guard; nil where nothing is judged.
func (g *Guard) RiskEngine() *risk.Engine {
	if g.risk == nil {
		return nil
	}
	return g.risk.engine
}

// Status is the status of the answer so far, for frameworks that keep their own.
func (e *Exchange) Status() int { return e.writer.Status() }
