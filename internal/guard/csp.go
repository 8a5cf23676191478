package guard

import (
	"context"
	"errors"
	"net/http"

	"github.com/kelisim/kelisim/internal/csp"
	"github.com/kelisim/kelisim/internal/gate"
)

// CSP says what browsers are told of the services that a visitor has not granted; see package csp.
type CSP = csp.Options

// CSPMode says what becomes of sources that the visitor has not granted.
type CSPMode = csp.Mode

// Modes of [CSP].
const (
	CSPReportOnly = csp.ReportOnly
	CSPEnforce    = csp.Enforce
	CSPOff        = csp.Off
)

// restrict tells the browser what the visitor's choice means for the page that is about to leave. The privacy
// centre has a policy of its own.
func (e *Exchange) restrict(status int, h http.Header) (private bool) {
	g, ok := e.guard, true
	if e.own {
		return false
	}
	defer g.rescue("csp", &ok)
	return e.regime.sources.Apply(h, csp.Response{
		Request: e.outer, Status: status, Choice: e.choice, Secure: g.secure(e.outer), Shared: gate.Cacheable(h),
		Reporting: g.reports.wanted(e.hit.Time()),
	})
}

// Keys of the documents in which what was met is kept.
const (
	cookiesKey = "met/cookies"
	originsKey = "met/origins"
)

// keepMet exchanges what was met, undeclared cookies and third parties, with the store, where it keeps documents.
func (g *Guard) keepMet(ctx context.Context, last bool) error {
	docs, ok := g.config.Store.(Documents)
	if !ok {
		return nil
	}
	now := g.config.Now()
	return errors.Join(g.cookies.sync(ctx, docs, cookiesKey, now, last), g.reports.origins.sync(ctx, docs, originsKey, now, last))
}
