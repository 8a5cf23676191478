package guard

import (
	"errors"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/internal/csp"
)

// maxOrigins bounds the third parties that are kept, each with each kind of content.
const maxOrigins = 500

// ThirdParty is somebody else from whom pages loaded something, or tried to, that the visitor had not granted.
type ThirdParty struct {
	Origin    string    // "https://pixel.example"
	Directive string    // what was loaded, as "img-src" or "script-src"
	Service   string    // the declared service that it belongs to; "" if no policy declares it
	Blocked   bool      // the browser blocked it
	Count     int64     // reports; browsers are not asked for all of them, see ReportFigures
	First     time.Time // the day of the first one
	Page      string    // and its page, scrubbed
}

// ReportFigures say what became of the reports that browsers sent.
type ReportFigures struct {
	Taken   int64            // deliveries that were read
	Refused int64            // deliveries over the limit; pages ask for no more until the next minute
	Faulty  int64            // deliveries that could not be read
	Classes map[string]int64 // reports by what they were about: "third-party", "injected" by extensions, "inline" …
}

// originSeen is what is kept of a third party.
type originSeen struct {
	Origin    string `json:"origin"`
	Directive string `json:"directive"`
	Blocked   bool   `json:"blocked,omitempty"`
}

func (s originSeen) merge(other originSeen) originSeen {
	s.Blocked = s.Blocked || other.Blocked
	return s
}

// reports takes in what browsers tell of blocked sources.
type reports struct {
	limiter limiter
	origins tally[originSeen]

	taken, refused, faulty atomic.Int64
	classes                [csp.Classes]atomic.Int64
}

// wanted reports whether pages shall ask for reports: not while more come than are read.
func (r *reports) wanted(now time.Time) bool { return !r.limiter.full(now) }

// withReports answers the report endpoint, and leaves everything else under the prefix to the centre.
func (g *Guard) withReports(centre http.Handler) http.Handler {
	return hearing(g.reportPath(), centre, func(_ http.ResponseWriter, r *http.Request) int { return g.report(r) })
}

func (g *Guard) reportPath() string { return g.config.Prefix + "/report" }

func refuse(w http.ResponseWriter, status int) {
	switch status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "60")
	}
	http.Error(w, http.StatusText(status), status)
}

// report takes a delivery in, and returns the status to answer with.
func (g *Guard) report(r *http.Request) (status int) {
	now, from := g.config.Now(), g.config.Trust.Addr(r)
	switch {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed
	case r.Header.Get("Sec-Fetch-Site") == "cross-site": // another site names our endpoint in its own policy
		return http.StatusForbidden
	case !g.reports.limiter.allow(from, now):
		g.reports.refused.Add(1)
		return http.StatusTooManyRequests
	}
	violations, err := csp.ParseReports(r.Header.Get("Content-Type"), r.Body)
	for _, v := range violations {
		g.noteViolation(v, from)
	}
	switch {
	case errors.Is(err, csp.ErrType):
		return http.StatusUnsupportedMediaType
	case err != nil && len(violations) == 0:
		g.reports.faulty.Add(1)
		return http.StatusBadRequest
	}
	g.reports.taken.Add(1)
	return http.StatusNoContent
}

func (g *Guard) noteViolation(v csp.Violation, from netip.Addr) {
	g.reports.classes[v.Class].Add(1)
	if v.Class != csp.ThirdParty {
		return
	}
	page := func() string { return g.scrubber.Path(v.Page) }
	g.reports.origins.note(v.Directive+" "+v.Origin, from, g.today(), page, func(s *originSeen) {
		s.Origin, s.Directive, s.Blocked = v.Origin, v.Directive, s.Blocked || v.Enforced
	})
}

func (g *Guard) thirdParties() []ThirdParty {
	rows := g.reports.origins.list()
	all := make([]ThirdParty, len(rows))
	for i, r := range rows {
		service, _ := g.now().sources.Service(r.What.Origin)
		all[i] = ThirdParty{
			Origin: r.What.Origin, Directive: r.What.Directive, Service: service, Blocked: r.What.Blocked,
			Count: r.Count, First: r.First, Page: r.Page,
		}
	}
	return all
}

func (r *reports) figures() ReportFigures {
	f := ReportFigures{Taken: r.taken.Load(), Refused: r.refused.Load(), Faulty: r.faulty.Load(), Classes: map[string]int64{}}
	for class := range r.classes {
		if n := r.classes[class].Load(); n > 0 {
			f.Classes[csp.Class(class).String()] = n
		}
	}
	return f
}
