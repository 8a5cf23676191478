package guard

import (
	"net/http"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/recorder"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// Exchange is one request and its response while the site's handler runs. It belongs to the goroutine
// that serves the request.
type Exchange struct {
	guard     *Guard
	regime    *regime // under which it began
	writer    gate.Writer
	request   *http.Request // as the handler may see it
	outer     *http.Request // as it came
	hit       visit.Hit
	choice    consent.Choice
	location  geo.Location
	asks      bool // the page asks the visitor for a choice
	news      bool // the page tells of a minor revision
	counts    bool // the request is to be counted
	own       bool // the privacy centre answers
	excluded  bool // the site's own people ask
	answering bool // the response is on its way
	skipped   bool
	device    string // of a visitor who consents, where the policy declares DeviceCookie
	tag       []byte // of the beacon, used again
	risk      riskState
}

// Begin takes a request in. The handler is to be called with [Exchange.Writer] and [Exchange.Request],
// and End after it, whatever happens.
func (g *Guard) Begin(w http.ResponseWriter, r *http.Request) *Exchange {
	e := g.exchanges.Get().(*Exchange)
	e.guard, e.regime, e.outer, e.request = g, g.now(), r, r
	if g.config.Skip(r) {
		e.skipped = true
		return e
	}
	if !e.open(w, r) {
		e.openClosed(w, r)
	}
	return e
}

// open does everything that may go wrong, and reports whether it went well.
func (e *Exchange) open(w http.ResponseWriter, r *http.Request) (ok bool) {
	g := e.guard
	defer g.rescue("begin", &ok)
	now := g.config.Now()
	e.hit.Capture(r, g.config.Trust, now)
	e.location = g.config.Locator.Locate(e.hit.Addr())
	e.choice = e.regime.choice(r, e.location.Country, now)
	plan := gate.Plan{Rules: e.regime.rules, Choice: e.choice, Now: now, Secure: g.secure(r), Observer: e}
	own := g.own(r.URL.Path)
	e.own = own
	e.excluded = g.excluded(r)
	plan.Whole, plan.Tail, plan.House = e.regime.sources.Varies(), e, own
	if g.risk != nil && !own {
		e.findDevice(r, now)
		e.judge(r, now)
	}
	if !own && !g.config.ByTemplate && !e.risk.refused {
		e.dress(&plan, r)
	}
	e.counts = !own
	if !own { // the centre is ours, and must see which cookies there are to delete
		e.request = gate.Hide(r, &plan)
		if g.risk != nil {
			e.request = e.handOn(e.request)
		}
	}
	e.answering = true
	e.writer.Reset(w, e.request, plan)
	return true
}

// dress chooses the markup for the page that may come.
func (e *Exchange) dress(plan *gate.Plan, r *http.Request) {
	face, settled := e.regime.faces.of(r)
	notice := e.regime.rules.Notice(e.choice).Kind
	e.news = notice == consent.NoticeMinor
	e.asks = asks(notice)
	plan.Markup, plan.Shared = face.of(notice).markup, face.shared
	if !settled {
		plan.Tongues, plan.SharedVary = e.regime.faces, "Accept-Language"
	}
}

// asks reports whether a notice puts the question.
func asks(notice consent.NoticeKind) bool {
	return notice != consent.NoticeNone && notice != consent.NoticeMinor
}

// openClosed is what remains when open failed: the zero Choice, no markup, nothing counted.
func (e *Exchange) openClosed(w http.ResponseWriter, r *http.Request) {
	g := e.guard
	e.choice, e.asks, e.news, e.counts, e.excluded, e.request = consent.Choice{}, false, false, false, true, r
	e.device = ""
	e.own, e.answering = g.own(r.URL.Path), true
	e.writer.Reset(w, r, gate.Plan{Rules: e.regime.rules, Now: time.Now(), House: e.own, Whole: e.regime.sources.Varies(), Observer: e})
}

// own reports whether a path is the privacy centre's.
func (g *Guard) own(path string) bool {
	rest, ok := strings.CutPrefix(path, g.config.Prefix)
	return ok && (rest == "" || rest[0] == '/')
}

// secure reports whether the browser reaches the site over TLS.
func (g *Guard) secure(r *http.Request) bool { return g.config.Secure || r.TLS != nil }

// Writer is what the handler must write to.
func (e *Exchange) Writer(inner http.ResponseWriter) http.ResponseWriter {
	if e.skipped {
		return inner
	}
	return &e.writer
}

// Request is what the handler may see of the request.
func (e *Exchange) Request() *http.Request { return e.request }

// Commit implements [gate.Observer]: the response is about to leave, so the hit can be counted.
func (e *Exchange) Commit(status int, h http.Header) (private bool) {
	g := e.guard
	e.observe(status)
	private = e.tell(status, h)
	private = e.comesBack(status, h) || private
	private = e.giveDevice(status, h) || private
	private = e.restrict(status, h) || private
	if !e.counts || g.down.Load() {
		return private
	}
	e.counts = false
	ok := true
	defer g.rescue("count", &ok)
	if e.excluded {
		g.leaveOut(e.hit, status, contentType(h))
		return private
	}
	g.recorder.Hit(&e.hit, e.choice, e.location, status, contentType(h), recorder.Ask{Asked: e.asks})
	return private
}

func contentType(h http.Header) string {
	if v := h["Content-Type"]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Unclassified implements [gate.Observer].
func (e *Exchange) Unclassified(name string, d consent.Decision) { e.noteCookie(name, d) }

// End settles an exchange whose handler returned, and lets it be used again: nobody may write to its
// Writer any more. The error is that of the connection.
func (e *Exchange) End() error {
	ok, err := e.finish()
	if ok {
		e.release()
	}
	return err
}

// Finish is End where somebody outside may still hold the Writer.
func (e *Exchange) Finish() error {
	_, err := e.finish()
	return err
}

func (e *Exchange) finish() (ok bool, err error) {
	if e.skipped {
		return true, nil
	}
	ok = true
	defer e.guard.rescue("end", &ok)
	err = e.writer.Finish()
	gate.Settle(e.outer, e.request)
	return ok, err
}

// Leave is End for a handler that returned an error or panicked: somebody outside may still answer, and
// must answer through the gate, so that the exchange stays alive as long as they hold its Writer.
func (e *Exchange) Leave() {
	if e.skipped {
		e.release()
		return
	}
	ok := true
	defer e.guard.rescue("leave", &ok)
	e.writer.Abandon()
	gate.Settle(e.outer, e.request)
}

// release erases the exchange, raw hit and all, and lets it be used again.
func (e *Exchange) release() {
	g := e.guard
	e.writer.Clear()
	e.guard, e.regime, e.request, e.outer, e.hit = nil, nil, nil, nil, visit.Hit{}
	e.choice, e.location, e.device = consent.Choice{}, geo.Location{}, ""
	e.asks, e.news, e.counts, e.own, e.excluded, e.answering, e.skipped = false, false, false, false, false, false, false
	if e.risk.verdict.Who != (risk.Pseudonym{}) {
		e.risk = riskState{}
	}
	g.exchanges.Put(e)
}

// rescue keeps a panic of ours from the site.
func (g *Guard) rescue(where string, ok *bool) {
	if err := recover(); err != nil {
		*ok = false
		g.faults.note(where, err)
	}
}
