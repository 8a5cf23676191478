package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// healthPage is what the page about the program itself shows.
type healthPage struct {
	Known       bool
	Health      Health
	Zone        *time.Location
	Bar         []lossPart
	Dropped     int64
	Missing     int64 // accepted that is nowhere: must be 0
	Span        string
	Days        int
	Open        []string
	Folds       []foldSummary
	FoldDays    int
	FoldExports []item
	Mails       bool // digests or alerts can be sent
	Sent        string
	SentBad     string // when something could not be sent
	SentWhat    string
}

// lossPart is one part of what was accepted.
type lossPart struct {
	Class, Label string
	Count        int64
	X, Width     string // on the bar
}

// foldSummary is what closing took out of one dimension, over the days shown.
type foldSummary struct {
	List     string
	Days, K  int
	Values   int64
	Requests int64
}

// sent tells what became of the last mails and events.
func (page *healthPage) sent(ctx context.Context, s *Server, l *locale) error {
	last, _, err := load[delivery](ctx, s.cfg.Documents, deliveryKey)
	page.Mails = s.cfg.Mail != nil || s.cfg.Hooks != nil
	page.Sent = l.Moment(last.Sent, s.cfg.Zone)
	if !last.Fault.IsZero() {
		page.SentBad, page.SentWhat = l.Moment(last.Fault, s.cfg.Zone), "notify.fault."+last.What
	}
	return err
}

// foldDays is how far back the health page sums folds up.
const foldDays = 30

func (s *Server) health(w http.ResponseWriter, r *http.Request) {
	l := s.pages[s.view(r).lang].locale
	page := healthPage{Zone: s.cfg.Zone, FoldDays: foldDays}
	if s.cfg.Health != nil {
		page.Known, page.Health = true, s.cfg.Health(r.Context())
		page.account(l)
	}
	held, err := s.readSpan(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if held.ok {
		page.Span, page.Days = l.Span(held.first, held.last), int(held.last-held.first)+1
	}
	for _, day := range page.Health.OpenDays {
		page.Open = append(page.Open, l.ShortDate(day))
	}
	if err := page.sent(r.Context(), s, l); err != nil {
		s.broken(w, r, err)
		return
	}
	today := s.dayOf(s.cfg.Now())
	folds, err := s.cfg.Reports.Folds(r.Context(), stats.Range{First: today - foldDays, Last: today})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	page.Folds = summarise(l, folds)
	for _, kind := range []string{"csv", "json"} {
		page.FoldExports = append(page.FoldExports, item{Label: kind, Href: s.cfg.Prefix + "/export/folds." + kind + "?from=" + (today - foldDays).String() + "&to=" + today.String()})
	}
	s.show(w, r, http.StatusOK, "health", page)
}

// account checks that accepted = stored + waiting + spooled + dropped, and draws the bar.
func (page *healthPage) account(l *locale) {
	h := &page.Health
	h.Dropped = slices.DeleteFunc(slices.Clone(h.Dropped), func(d Drop) bool { return d.Count == 0 })
	slices.SortFunc(h.Dropped, func(a, b Drop) int { return strings.Compare(a.Reason, b.Reason) })
	for _, d := range h.Dropped {
		page.Dropped += d.Count
	}
	page.Missing = h.Accepted - h.Stored - h.Waiting - h.Spooled - page.Dropped
	at := 0.0
	for _, part := range []lossPart{
		{Class: "stored", Count: h.Stored}, {Class: "waiting", Count: h.Waiting}, {Class: "spooled", Count: h.Spooled}, {Class: "dropped", Count: page.Dropped},
	} {
		share := 0.0
		if h.Accepted > 0 {
			share = max(0, float64(part.Count)/float64(h.Accepted)) * 100
		}
		part.Label, part.X, part.Width = l.T("health."+part.Class), num(at)+"%", num(share)+"%"
		at += share
		page.Bar = append(page.Bar, part)
	}
}

func summarise(l *locale, folds []stats.Fold) []foldSummary {
	var all []foldSummary
	for dim := range stats.Dimensions() {
		sum := foldSummary{List: l.T("dimension." + dim.String())}
		for _, f := range folds {
			if f.Dim != dim || f.Values == 0 {
				continue
			}
			sum.Days, sum.Values, sum.K = sum.Days+1, sum.Values+int64(f.Values), max(sum.K, f.K)
			sum.Requests += f.Counts[stats.Requests]
		}
		if sum.Days > 0 {
			all = append(all, sum)
		}
	}
	return all
}
