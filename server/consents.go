package server

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kelisim/kelisim/stats"
)

// Purpose is a purpose of the site's policy.
type Purpose struct {
	ID    string            // as in the policy: "statistics"
	Names map[string]string // by language; the ID stands where a language has none
}

// name is the purpose in the language of l.
func (p Purpose) name(l *locale) string {
	if name := p.Names[l.lang]; name != "" {
		return clean(name, valueMax)
	}
	return l.word("purpose.", clean(p.ID, valueMax))
}

// consentPage is the page about what became of asking.
type consentPage struct {
	Bar     rangeBar
	Cards   []consentCard
	Parts   []lossPart
	Chart   chart
	Curve   bool // there are enough columns for one
	Tables  []consentTable
	Nothing bool // nobody was asked in the range
	Show    string
	Exports []item
	Refused string // hits of visitors who refused
	K       int
	Before  string
	NoPast  bool
}

// consentCard is one of the numbers at its head.
type consentCard struct {
	card
	Times string // the number behind a share
}

func (s *Server) consents(w http.ResponseWriter, r *http.Request) {
	ctx, q := r.Context(), r.URL.Query()
	held, err := s.readSpan(ctx)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p := s.consentPeriod(q, held)
	l := s.pages[s.view(r).lang].locale
	answers, err := s.cfg.Reports.Consents(ctx, stats.Range{First: p.First, Last: p.Last})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	page, err := s.newConsentPage(ctx, l, &p, q, held, &answers)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "consents", page)
}

// consentPeriod is the range of an address, by days of the site: acts are told by no finer time.
func (s *Server) consentPeriod(q url.Values, held span) period {
	q.Del("tz")
	p := parsePeriod(q, held, s.cfg.Now(), s.cfg.Zone)
	if p.By == byHour {
		p.By = byDay
	}
	return p
}

func (s *Server) newConsentPage(ctx context.Context, l *locale, p *period, q url.Values, held span, answers *stats.Consents) (consentPage, error) {
	m := findConsentMetric(q.Get("metric"))
	a := newAddress(s.cfg.Prefix+"/consents", q, p)
	if m.Name != consentMetrics()[1].Name {
		a.values.Set("metric", m.Name)
	}
	page := consentPage{Bar: newRangeBar(l, p, a, held), Nothing: answers.Total == stats.Answers{}, K: s.cfg.Reports.Floors().Of(stats.DimConsentCountry)}
	page.Bar.By = withoutHours(l, page.Bar.By)
	page.Show = a.With("range", "12m", "from", "", "to", "", "by", "")
	for _, kind := range []string{"csv", "json"} {
		page.Exports = append(page.Exports, item{Label: kind, Href: a.To(s.cfg.Prefix + "/export/consents." + kind)})
	}
	whole, err := readSeries(ctx, s.cfg.Reports, p, p.First, p.Last, noCutoff)
	if err != nil {
		return page, err
	}
	page.Refused = l.Number(whole.Total[stats.Refused])
	now := answerSeries(p, answers)
	page.Curve = len(now.Columns) > 1
	page.Chart = newChart(l, p, m, now, nil)
	page.cards(l, a, m, now, &answers.Total)
	page.parts(l, &answers.Total)
	page.Tables = s.consentTables(l, answers)
	return page, nil
}

func withoutHours(l *locale, by []item) (kept []item) {
	for _, step := range by {
		if step.Label != l.T("by."+string(byHour)) {
			kept = append(kept, step)
		}
	}
	return kept
}

// answerSeries sorts the days of a range into the columns of the chart.
func answerSeries(p *period, answers *stats.Consents) series {
	out := series{Columns: columns(p, p.First, p.Last), Total: pack(&answers.Total), Any: answers.Total != stats.Answers{}}
	at := 0
	for i := range answers.Days {
		day := &answers.Days[i]
		for at < len(out.Columns)-1 && out.Columns[at].End < day.Day {
			at++
		}
		c := pack(&day.Answers)
		out.Columns[at].Counts.Add(&c)
	}
	return out
}

func (page *consentPage) cards(l *locale, a address, current metric, now series, total *stats.Answers) {
	for i, m := range consentMetrics() {
		name := m.Name
		if i == 1 {
			name = ""
		}
		c := consentCard{card: card{
			Name: m.Name, Label: l.T("metric." + m.Name), Help: l.T("metric." + m.Name + ".help"), Value: m.Unit.Format(l, m.Value(&now.Total)),
			Href: a.With("metric", name), Current: m.Name == current.Name, Spark: newSpark(now.values(m), m.Unit),
		}}
		if n := m.countOf(total); n >= 0 {
			c.Times = l.Number(n)
		}
		page.Cards = append(page.Cards, c)
	}
}

// parts draws what became of everybody who was asked as one bar.
func (page *consentPage) parts(l *locale, total *stats.Answers) {
	asked, at := total.Asked(), 0.0
	for _, part := range []lossPart{
		{Class: "accepted", Count: total.Accepted}, {Class: "customised", Count: total.Customised},
		{Class: "rejected", Count: total.Rejected}, {Class: "ignored", Count: total.Ignored},
	} {
		share := 0.0
		if asked > 0 {
			share = float64(part.Count) / float64(asked) * 100
		}
		part.Label, part.X, part.Width = l.T("metric."+part.Class), num(at)+"%", num(share)+"%"
		at += share
		page.Parts = append(page.Parts, part)
	}
}
