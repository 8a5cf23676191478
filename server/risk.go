package server

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// RiskDesk is where security incidents come from and blocks go to; [*risk.Desk] is one.
type RiskDesk interface {
	Hours(ctx context.Context, first, last time.Time) ([]risk.Hour, error)
	Blocks(ctx context.Context) ([]risk.Block, error)
	Deeds(ctx context.Context) ([]risk.Deed, error)
	Block(ctx context.Context, who risk.Pseudonym, of time.Time, term time.Duration, by string) error
	Unblock(ctx context.Context, who risk.Pseudonym, by string) error
	Mode() risk.Mode
	Figures() risk.Figures
}

var _ RiskDesk = (*risk.Desk)(nil)

// riskDays are the ranges of the page.
var riskDays = [...]int{1, 7, 30}

// blockTerms are for how long somebody may be blocked, in hours.
var blockTerms = [...]int{1, 24, 72, 168}

func (s *Server) security(w http.ResponseWriter, r *http.Request) {
	page, err := s.newSecurityPage(r, s.pages[s.view(r).lang].locale)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	switch r.URL.Query().Get("done") {
	case "block", "unblock", "old", "full":
		page.Done = "risk.done." + r.URL.Query().Get("done")
	}
	s.show(w, r, http.StatusOK, "security", page)
}

// riskDaysOf is the range that somebody asks for; the first one where they ask for another.
func riskDaysOf(r *http.Request) int {
	for _, d := range riskDays {
		if r.URL.Query().Get("days") == strconv.Itoa(d) {
			return d
		}
	}
	return riskDays[0]
}

func (s *Server) newSecurityPage(r *http.Request, l *locale) (page securityPage, err error) {
	desk, now, zone := s.cfg.Risk, s.cfg.Now(), s.cfg.Zone
	hours, span, err := s.riskHours(r, now)
	if err != nil {
		return page, err
	}
	page = securityPage{Mode: desk.Mode().String(), Days: span.days, K: s.cfg.Reports.Floors().Person}
	for _, d := range riskDays {
		page.Ranges = append(page.Ranges, item{Label: l.T("risk.days." + strconv.Itoa(d)), Href: s.cfg.Prefix + "/security?days=" + strconv.Itoa(d), Current: d == span.days})
	}
	asked := "?days=" + strconv.Itoa(span.days)
	page.Exports, page.IncidentExports = fileLinks(s.cfg.Prefix, "security", asked), fileLinks(s.cfg.Prefix, "incidents", asked)
	var most int64
	page.Bars, most = bars(l, hours, &span, zone)
	page.Most, page.Wide = l.Number(most), len(page.Bars)*barStep
	page.Would = would(l, hours)
	figures := desk.Figures()
	page.Reasons = reasons(l, hours, figures.Labels)
	page.Lists = lists(l, hours, page.K)
	page.Incidents, page.Left = incidents(l, hours, now, zone)
	page.Facts = riskFacts(l, hours, figures)
	for _, h := range blockTerms {
		page.Terms = append(page.Terms, choice{Value: strconv.Itoa(h), Label: l.T("risk.term." + strconv.Itoa(h)), Selected: h == 24})
	}
	return page, s.fillDeeds(r.Context(), l, &page)
}

// riskFacts are the figures above everything.
func riskFacts(l *locale, hours []risk.Hour, f risk.Figures) []riskFact {
	var did, shadow int64
	for i := range hours {
		done, instead := doneAndWould(hours[i].Counts)
		did, shadow = did+done, shadow+instead
	}
	return []riskFact{
		{l.T("risk.did"), l.Number(did), l.T("risk.did.help")},
		{l.T("risk.would"), l.Number(shadow), l.T("risk.would.help")},
		{l.T("risk.assessed"), l.Number(f.Assessed), l.T("risk.assessed.help")},
		{l.T("risk.remembered"), l.Number(int64(f.Remembered)), l.T("risk.remembered.help")},
	}
}

func (s *Server) fillDeeds(ctx context.Context, l *locale, page *securityPage) error {
	blocks, err := s.cfg.Risk.Blocks(ctx)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		page.Blocks = append(page.Blocks, blockView{b.Who.String(), l.Moment(b.Made, s.cfg.Zone), l.Moment(b.Ends, s.cfg.Zone), clean(b.By, valueMax)})
	}
	deeds, err := s.cfg.Risk.Deeds(ctx)
	for _, d := range deeds[:min(len(deeds), listedMost)] {
		v := deedView{When: l.Moment(d.At, s.cfg.Zone), By: clean(d.By, valueMax), What: l.word("risk.deed.", d.What), Who: d.Who.String()}
		if !d.Ends.IsZero() {
			v.Ends = l.Moment(d.Ends, s.cfg.Zone)
		}
		page.Deeds = append(page.Deeds, v)
	}
	return err
}

// block keeps out whoever an incident was of.
func (s *Server) block(w http.ResponseWriter, r *http.Request) {
	who, of, term, err := blockForm(r)
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	s.decided(w, r, "block", s.cfg.Risk.Block(r.Context(), who, of, term, s.user(r)))
}

func (s *Server) unblock(w http.ResponseWriter, r *http.Request) {
	who, err := risk.ParsePseudonym(r.PostFormValue("who"))
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	s.decided(w, r, "unblock", s.cfg.Risk.Unblock(r.Context(), who, s.user(r)))
}

var errForm = errors.New("server: the form cannot be read")

func blockForm(r *http.Request) (who risk.Pseudonym, of time.Time, term time.Duration, err error) {
	if err := r.ParseForm(); err != nil {
		return who, of, 0, errForm
	}
	at, err := strconv.ParseInt(r.PostFormValue("of"), 10, 64)
	if err != nil {
		return who, of, 0, errForm
	}
	for _, hours := range blockTerms {
		if r.PostFormValue("hours") == strconv.Itoa(hours) {
			term = time.Duration(hours) * time.Hour
		}
	}
	if term == 0 {
		return who, of, 0, errForm
	}
	who, err = risk.ParsePseudonym(r.PostFormValue("who"))
	return who, time.Unix(at, 0), term, err
}

// decided logs who decided, and goes back to the page.
func (s *Server) decided(w http.ResponseWriter, r *http.Request, what string, err error) {
	switch {
	case errors.Is(err, risk.ErrBlockOld):
		what = "old"
	case errors.Is(err, risk.ErrBlockFull):
		what = "full"
	case err != nil:
		s.broken(w, r, err)
		return
	default:
		s.cfg.Logger.LogAttrs(r.Context(), slog.LevelInfo, "server: security decision", slog.String("what", what), slog.String("account", s.user(r)))
	}
	redirect(w, r, s.cfg.Prefix+"/security?done="+what)
}
