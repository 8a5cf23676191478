package guard

import (
	"bytes"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/internal/beacon"
	"github.com/kelisim/kelisim/internal/recorder"
	"github.com/kelisim/kelisim/static/banner"
	"github.com/kelisim/kelisim/visit"
)

// fate is what became of deliveries.
type fate struct{ atomic.Int64 }

const (
	fateSigned  = iota // counted: the page's token held
	fateOpen           // in the open lane: no token, or one that does not hold
	fateLimited        // left out: more than the open lane takes
	fateRefused        // left out: the visitor does not want to be counted
	fateBot            // left out: sent by a program
	fateFaulty         // left out: could not be read
	numFates
)

// fateNames is never written to.
var fateNames = [numFates]string{"signed", "open", "limited", "refused", "bot", "faulty"}

// BeaconFigures say what became of what pages told.
type BeaconFigures struct {
	Fates  map[string]int64 // deliveries by what became of them: signed, open, limited, refused, bot, faulty
	Tokens int              // remembered as used
}

func (p *post) figures() BeaconFigures {
	f := BeaconFigures{Fates: map[string]int64{}, Tokens: p.mint.Held()}
	for i := range p.taken {
		f.Fates[fateNames[i]] = p.taken[i].Load()
	}
	return f
}

func (g *Guard) beaconPath() string { return g.config.Prefix + "/beacon" }

// withBeacon answers the beacon's endpoint, and leaves everything else under the prefix to next.
func (g *Guard) withBeacon(next http.Handler) http.Handler {
	path := g.beaconPath()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case g.post.opening != "" && r.URL.Path == path:
		case g.post.opening != "" && r.URL.Path == path+".js" && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			g.serveBeacon(w, r)
			return
		default:
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		status, token := g.told(r)
		if status == http.StatusMethodNotAllowed {
			h.Set("Allow", http.MethodPost)
		}
		if token == "" { // the script takes any text for a token
			w.WriteHeader(status)
			return
		}
		h.Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(token))
	})
}

// serveBeacon answers with the script under a name that stays, for pages that the guard never sees: they have no token.
func (g *Guard) serveBeacon(w http.ResponseWriter, r *http.Request) {
	asset, _ := banner.Lookup(banner.Name(g.post.file))
	h := w.Header()
	h.Set("Content-Type", asset.Type)
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("ETag", asset.ETag)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(asset.Content))
}

// told takes a delivery in. It returns the status to answer with, and the token of a virtual page.
func (g *Guard) told(r *http.Request) (status int, token string) {
	ok := true
	status = http.StatusNoContent // after a fault of ours
	defer g.rescue("beacon", &ok)
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, ""
	case site != "" && site != "same-origin": // another site's page
		return http.StatusForbidden, ""
	}
	now := g.config.Now()
	location := g.config.Locator.Locate(g.config.Trust.Addr(r))
	regime := g.now()
	choice := regime.choice(r, location.Country, now)
	if !g.mayTell(choice) || g.excluded(r) || g.down.Load() {
		g.post.taken[fateRefused].Add(1)
		return http.StatusNoContent, ""
	}
	report, err := beacon.Parse(r.Header.Get("Content-Type"), r.Body)
	if err != nil {
		g.post.taken[fateFaulty].Add(1)
		if errors.Is(err, beacon.ErrType) {
			return http.StatusUnsupportedMediaType, ""
		}
		return http.StatusBadRequest, ""
	}
	hit := visit.Capture(r, g.config.Trust, now).On(report.Path)
	told, err := g.redeem(&report, hit, now)
	t := recorder.Telling{Report: &report, Told: told, Signed: err == nil, Hit: hit, Location: location, Agreed: agreed(choice), Declared: g.post.declared}
	if err != nil && !g.post.lane.Allow(hit.Addr(), now) {
		g.post.taken[fateLimited].Add(1)
		return http.StatusTooManyRequests, ""
	}
	if !g.counted(t) {
		g.post.taken[fateBot].Add(1)
		return http.StatusNoContent, ""
	}
	if err != nil {
		g.post.taken[fateOpen].Add(1)
		return http.StatusNoContent, ""
	}
	g.post.taken[fateSigned].Add(1)
	if report.Next == "" {
		return http.StatusNoContent, ""
	}
	ask := recorder.Ask{Asked: report.Shown() && !g.config.ByTemplate && asks(regime.rules.Notice(choice).Kind)}
	return g.virtual(t, ask, now)
}

// counted counts what was told, false for programs. A page that says no more than that it is shown tells of itself later, under
// the token that it gets for that; without a token nobody knows that it was not counted when it was served.
func (g *Guard) counted(t recorder.Telling) bool {
	if t.Report.Shown() {
		return g.recorder.Person(t.Hit)
	}
	return g.recorder.Told(t)
}

// redeem checks the delivery's token: was this page given out to this visitor, by the pseudonym of that day?
func (g *Guard) redeem(report *beacon.Report, hit visit.Hit, now time.Time) (beacon.Told, error) {
	page := beacon.Page{Path: g.anonymiser.Path(report.Path)}
	day, ok := beacon.DayOf(report.Token)
	if !ok {
		return beacon.Told{}, beacon.ErrToken
	}
	page.Day = day
	if page.Visitor, ok = g.anonymiser.PseudonymOn(day, hit); !ok {
		return beacon.Told{}, beacon.ErrExpired
	}
	return g.post.mint.Redeem(report, page, now)
}

// virtual counts the page that a document shows now, in place of its former one or again, and gives it a token of its own. It
// is good for a page as often as a document may change, and each token for one change.
func (g *Guard) virtual(t recorder.Telling, ask recorder.Ask, now time.Time) (status int, token string) {
	day, key, ok := g.anonymiser.Pseudonym(t.Hit)
	if !ok {
		return http.StatusNoContent, ""
	}
	next := beacon.Page{Path: g.anonymiser.Path(t.Report.Next), Visitor: key, Day: day}
	if token = g.post.mint.Follow(t.Told, next, now); token == "" {
		return http.StatusNoContent, ""
	}
	g.recorder.Virtual(t, t.Report.Next, t.Told.Hasty(now), ask)
	return http.StatusOK, token
}
