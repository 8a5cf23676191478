package server

import (
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// sharePage is what whoever has a link sees: totals and lists under the floor of Config.Shared, nothing to click
// but the range and the tabs.
type sharePage struct {
	overviewPage
	Label, Until string
	K            int
}

// sharePanels are the panels of a shared page.
var sharePanels = []string{"pages", "sources", "places", "people"}

// Requests for shared pages: a burst, then one per interval, per client.
const shareBurst, shareEvery = 60, time.Second

// Read reports whether client may read another shared page now.
func (l *limits) Read(client netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.take(l.key(client, "\x00share"), shareEvery, shareBurst)
	return ok
}

func (s *Server) shared(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer") // the address holds the token
	if !s.limits.Read(s.cfg.Client(r)) {
		w.Header().Set("Retry-After", "10")
		s.fail(w, r, http.StatusTooManyRequests, "login.slow")
		return
	}
	token := r.PathValue("token")
	link, err := s.findShare(r.Context(), token)
	if errors.Is(err, errNoShare) {
		s.fail(w, r, http.StatusNotFound, "share.gone")
		return
	}
	var page sharePage
	if err == nil {
		page, err = s.newSharePage(r, link, token)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "share", page)
}

func (s *Server) newSharePage(r *http.Request, link share, token string) (sharePage, error) {
	ctx, rep, q := r.Context(), s.cfg.Shared, url.Values{}
	for _, name := range append([]string{"range", "from", "to", "by", "compare", "metric"}, sharePanels...) {
		if v := r.URL.Query().Get(name); v != "" {
			q.Set(name, v)
		}
	}
	l := s.pages[s.view(r).lang].locale
	page := sharePage{Label: clean(link.Label, 4*shareLabelMax), Until: l.Moment(link.Expires, s.cfg.Zone), K: rep.Floors().Of(stats.DimCountry)}
	held, err := s.readSpan(ctx)
	if err != nil {
		return page, err
	}
	p := parsePeriod(q, held, s.cfg.Now(), s.cfg.Zone)
	a := newAddress(s.cfg.Prefix+"/share/"+token, q, &p)
	page.overviewPage = overviewPage{Bar: newRangeBar(l, &p, a, held), Nothing: !held.ok}
	now, past, err := readBoth(ctx, rep, &p, held)
	if err != nil {
		return page, err
	}
	told := metricsUnder(stats.Filter{Dim: stats.DimCountry}, &p) // those that are about people alone
	m := drawnMetric(told, q.Get("metric"), &p)
	page.Chart = newChart(l, &p, m, now, past)
	page.cards(l, a, &p, m, told, now, past)
	page.before(l, &p, past)
	page.Panels, err = s.panels(ctx, rep, l, &p, a, q, &now, sharePanels)
	for i := range page.Panels {
		page.Panels[i].public()
	}
	return page, err
}

// public takes out what leads to pages that need an account.
func (box *panel) public() {
	box.More, box.Source, box.Exports = "", "", nil
	for i := range box.List.Rows {
		box.List.Rows[i].Href = ""
	}
}

// logged is the path of a request as logs may hold it: without the token of a share link.
func (s *Server) logged(r *http.Request) slog.Attr {
	path := r.URL.Path
	if head := s.cfg.Prefix + "/share/"; strings.HasPrefix(path, head) {
		path = head + "…"
	}
	return slog.String("path", path)
}
