package middleware

import (
	"context"
	"html/template"
	"net/http"
	"net/netip"
	"path"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/ledger"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Config says how a site is guarded. Store, Policy, Secret and Trust are required.
type Config = guard.Config

// MemoryDir finds a folder of the machine's memory for Config.Memory; "" where there is none.
func MemoryDir() string { return guard.MemoryDir() }

// Store is where counts and consent records rest.
type Store = guard.Store

// Form is how the question is laid out.
type Form = guard.Form

// The forms of the question.
const (
	FormBox    = guard.FormBox    // in the lower corner; the page stays usable
	FormBar    = guard.FormBar    // along the lower edge; the page stays usable
	FormDialog = guard.FormDialog // in the middle; the page waits for the answer
)

// ConsentMode is how a site uses Google Consent Mode v2.
type ConsentMode = guard.ConsentMode

// Risk says how requests are judged for security and against fraud; see package risk.
type Risk = guard.Risk

// RiskUse says what becomes of verdicts.
type RiskUse = guard.RiskUse

// RiskEvent is a verdict that asked for more than a note.
type RiskEvent = guard.RiskEvent

// What becomes of verdicts.
const (
	RiskOff     = guard.RiskOff     // nothing is judged
	RiskShadow  = guard.RiskShadow  // requests are judged, and nothing else happens
	RiskEnforce = guard.RiskEnforce // verdicts are carried out
)

// Use says whether Google's tags run before consent.
type Use = guard.Use

// The uses of [ConsentMode].
const (
	UseBasic    = guard.UseBasic    // they wait for consent
	UseAdvanced = guard.UseAdvanced // they run at once: Google is told of every visitor, those who refuse included
	UseOff      = guard.UseOff      // mode.js says nothing
)

// State is what an admin is shown of a running guard.
type State = guard.State

// TrustDirect takes the address of the connection itself: right where no proxy stands in front.
var TrustDirect = visit.TrustDirect

// TrustCIDR believes X-Forwarded-For as far as the chain names addresses within prefixes; see [visit.TrustCIDR].
func TrustCIDR(prefixes ...netip.Prefix) (visit.Trust, error) { return visit.TrustCIDR(prefixes...) }

// TrustHops believes the n-th address from the right of X-Forwarded-For; see [visit.TrustHops].
func TrustHops(n int) (visit.Trust, error) { return visit.TrustHops(n) }

// TrustHeader believes the address in the named header when it comes from peers; see [visit.TrustHeader].
func TrustHeader(name string, peers ...netip.Prefix) (visit.Trust, error) {
	return visit.TrustHeader(name, peers...)
}

// Guard guards an Echo site. It is safe for concurrent use.
type Guard struct {
	core *guard.Guard
}

// New makes a guard, or reports everything that is wrong with c at once. It opens the spool folder and
// starts handing counts to the store; call Shutdown in the end.
func New(c Config) (*Guard, error) {
	core, err := guard.New(c)
	if err != nil {
		return nil, err
	}
	return &Guard{core: core}, nil
}

// Process is the middleware. Use it first.
func (g *Guard) Process(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		response := c.Response()
		inner, outer := response.Writer, c.Request()
		if known := g.core.WellKnown(outer); known != nil {
			known.ServeHTTP(response, outer)
			return nil
		}
		e := g.core.Begin(inner, outer)
		gated := e.Writer(inner)
		response.Writer = gated
		if r := e.Request(); r != outer {
			c.SetRequest(r)
		}
		if refusal := e.Instead(); refusal != nil {
			refusal.ServeHTTP(gated, e.Request())
			response.Committed, response.Status = true, e.Status()
			response.Writer = inner
			return e.End()
		}
		settled := false
		defer func() {
			if !settled { // a panic: Recover may answer yet, through the gate
				e.Leave()
			}
		}()
		err := next(c)
		settled = true
		if err != nil { // Echo's error handler runs after all middleware, and must answer through the gate
			e.Leave()
			return err
		}
		if response.Writer != gated { // somebody within wrapped the writer, and may still hold it
			return e.Finish()
		}
		response.Writer = inner
		return e.End()
	}
}

// Register adds the privacy centre's routes to group: banner files, choices, the centre itself. The
// group's path must be Config.Prefix.
func (g *Guard) Register(group *echo.Group) {
	handler := echo.WrapHandler(g.core.Centre())
	group.Match([]string{http.MethodGet, http.MethodHead, http.MethodPost}, "", func(c echo.Context) error {
		return c.Redirect(http.StatusMovedPermanently, path.Join("/", g.core.Prefix())+"/")
	})
	group.Any("/*", handler)
}

// Choice is what the visitor decided, opt-outs of the browser applied. The answer depends on it from now
// on, so that it becomes private to this visitor; ask before the answer begins.
func (g *Guard) Choice(c echo.Context) consent.Choice {
	return g.core.Choice(c.Response().Writer, c.Request())
}

// Verdict is what is known of the request: where its network is and who provides it and, where Config.Risk says so, how it
// was judged. A site acts on step_up itself.
func (g *Guard) Verdict(c echo.Context) risk.Verdict {
	return g.core.Verdict(c.Response().Writer, c.Request())
}

// RiskEvents are the last verdicts that asked for more than a note, the last first.
func (g *Guard) RiskEvents() []RiskEvent { return g.core.RiskEvents() }

// RiskEngine judges the requests; nil where Config.Risk says that nothing is judged.
func (g *Guard) RiskEngine() *risk.Engine { return g.core.RiskEngine() }

// Banner is the banner's markup for the page that answers c, for templates that print it themselves
// (Config.ByTemplate). It is in the language that the address names ("/ru/…" or "?lang=ru"), else in that which the visitor's
// browser prefers; a template that knows the language of its page takes BannerIn.
func (g *Guard) Banner(c echo.Context) template.HTML {
	return g.core.Banner(c.Response().Writer, c.Request())
}

// BannerIn is Banner in the language of the page, a BCP 47 tag such as "kk" or "pt-BR". Where the policy does not have the
// language, or for "", it is Banner.
func (g *Guard) BannerIn(c echo.Context, lang string) template.HTML {
	return g.core.BannerIn(c.Response().Writer, c.Request(), lang)
}

// Handler guards a plain net/http handler, such as a reverse proxy, and answers the privacy centre itself.
func (g *Guard) Handler(next http.Handler) http.Handler { return g.core.Handler(next) }

// SetPolicy puts another policy in force without a pause: requests under way end under the one they began with, and
// choices stand unless the revision is material. The error names every fault; then the former policy stands. See
// package policyfile for one that follows a file. Safe for concurrent use.
func (g *Guard) SetPolicy(p consent.Policy) error { return g.core.SetPolicy(p) }

// Refresh puts in force at once what was added to the policy in the dashboard, which otherwise takes up to half a minute.
func (g *Guard) Refresh(ctx context.Context) error { return g.core.Refresh(ctx) }

// Rules returns the policy in force.
func (g *Guard) Rules() *consent.Rulebook { return g.core.Rules() }

// Live is what this process has counted and still holds, for stats.NewReports.
func (g *Guard) Live() *stats.Aggregator { return g.core.Live() }

// Kept is from which day on each kind of statistics is kept, for stats.NewReports.
func (g *Guard) Kept() stats.Kept { return g.core.Kept() }

// Ledger returns the log of the consent ledger, for receipts, erasure and exports. Its Sequence and Expire are
// the guard's own business.
func (g *Guard) Ledger() *ledger.Log { return g.core.Log() }

// Record records a choice that was made outside the visitor's browser, or by a legal representative (S4-4.1.1), and returns the
// receipt for whoever made it. Parse s with [consent.ParseSubmission] under Rules; its Method must be consent.MethodAPI
// or consent.MethodRepresentative.
func (g *Guard) Record(ctx context.Context, s consent.Submission) (ledger.Receipt, error) {
	return g.core.Record(ctx, s)
}

// State returns the present state, for an admin.
func (g *Guard) State() State { return g.core.State() }

// Shutdown hands over what is counted and stops; see [Config.Dir] for what the store does not take in
// time. Call it once the server is down.
func (g *Guard) Shutdown(ctx context.Context) error { return g.core.Shutdown(ctx) }
