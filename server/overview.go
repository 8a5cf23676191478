package server

import (
	"context"
	"math"
	"net/url"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// overviewPage is the first page: totals, the curve, and the panels.
type overviewPage struct {
	Bar     rangeBar
	Cards   []card
	Chart   chart
	Panels  []panel
	Nothing bool   // the store is empty
	Quiet   bool   // the store is not, but the range is
	Show    string // where there is something to see
	Exports []item
	Before  string // what is compared with, in words; "" for nothing
	NoPast  bool   // a comparison was wanted, but nothing was counted then
	Chips   *chips
	Who     []item // people, bots
	Notes   notePage
	Views   viewMenu
	Apart   []string // panels that are not counted together with the filter
	Since   string   // the first day of which what the filter leaves is kept, where it is within the range
}

// card is one of the totals.
type card struct {
	Name, Label, Help, Value string
	Href                     string
	Current                  bool
	Change                   change
	Past                     string
	Spark                    spark
}

func (s *Server) newOverview(ctx context.Context, l *locale, p *period, q url.Values, held span) (overviewPage, error) {
	rep, err := s.narrow(q)
	if err != nil {
		return overviewPage{}, err
	}
	a := newAddress(s.cfg.Prefix+"/", q, p)
	page := overviewPage{Bar: newRangeBar(l, p, a, held), Nothing: !held.ok, Chips: newChips(l, rep, a), Who: newWho(l, a)}
	now, past, err := readBoth(ctx, rep, p, held)
	if err != nil {
		return page, err
	}
	name, told := q.Get("metric"), metricsUnder(rep.Filter(), p)
	if a.bots() && name == "" {
		name = "bots"
	}
	m := drawnMetric(told, name, p)
	page.Since = sinceWhen(l, p, chartFrom(rep, p))
	page.Chart = newChart(l, p, m, now, past)
	notes, err := s.notesOf(ctx, p)
	if err != nil {
		return page, err
	}
	page.Chart.annotate(now.Columns, notes)
	page.Notes = newNotePage(l, p, a, notes)
	if page.Views, err = s.viewMenu(ctx, a); err != nil {
		return page, err
	}
	page.Quiet = held.ok && !now.Any
	page.Show = a.With("range", "", "from", max(held.first, held.last-6).String(), "to", held.last.String(), "by", "")
	page.cards(l, a, p, m, told, now, past)
	page.before(l, p, past)
	page.Exports = append(exportLinks(s.cfg.Prefix, "series", a), item{Label: l.T("export.everything"), Href: a.To(s.cfg.Prefix+"/export/everything.json", filterParam, "", whoParam, "")})
	page.Panels, err = s.panels(ctx, rep, l, p, a, q, &now, panelNames[:technicalPanels])
	page.Panels, page.Apart = setApart(page.Panels)
	return page, err
}

// setApart takes out the panels of which no list is counted together with the filter; their titles are told
// instead.
func setApart(panels []panel) (told []panel, apart []string) {
	for _, box := range panels {
		if box.Unpaired && (len(box.Tabs) <= 1 || !slices.ContainsFunc(tabs(box.Name), func(spec listSpec) bool { return spec.told(box.under) })) {
			apart = append(apart, box.Title)
			continue
		}
		told = append(told, box)
	}
	return told, apart
}

// newWho is the choice between people and bots.
func newWho(l *locale, a address) []item {
	return []item{{l.T("who.people"), a.With(whoParam, ""), !a.bots()}, {l.T("who.bots"), a.With(whoParam, whoBots, filterParam, ""), a.bots()}}
}

// readBoth reads the range and the one it is compared with, past being nil for none.
func readBoth(ctx context.Context, rep Reports, p *period, held span) (now series, past *series, err error) {
	first, last, ok := p.before()
	if !ok || first < max(held.first, chartFrom(rep, p)) { // half a range is no measure
		now, err = readSeries(ctx, rep, p, p.First, p.Last, noCutoff)
		return now, nil, err
	}
	var before series
	err = together(ctx, 2, func(ctx context.Context, i int) (err error) {
		if i == 0 {
			now, err = readSeries(ctx, rep, p, p.First, p.Last, noCutoff)
		} else {
			before, err = readSeries(ctx, rep, p, first, last, p.cutoff())
		}
		return err
	})
	return now, &before, err
}

func (page *overviewPage) cards(l *locale, a address, p *period, current metric, told []metric, now series, past *series) {
	for i, m := range told {
		value := m.Value(&now.Total)
		name := m.Name
		if i == 0 {
			name = ""
		}
		c := card{Name: m.Name, Label: l.T("metric." + m.Name), Help: l.T("metric." + m.Name + ".help"), Value: m.Unit.Format(l, value),
			Href: a.With("metric", name), Current: m.Name == current.Name, Spark: newSpark(now.values(m), m.Unit)}
		if m.Unit == unitCount && math.Abs(value) >= 1e6 {
			c.Value = l.Short(int64(value))
		}
		if past != nil && past.Any && (!m.Daily || p.cutoff() == noCutoff) { // a part of a day is no measure of what is known of days
			before := m.Value(&past.Total)
			c.Change, c.Past = compare(l, m, value, before), m.Unit.Format(l, before)
		}
		page.Cards = append(page.Cards, c)
	}
}

func (page *overviewPage) before(l *locale, p *period, past *series) {
	first, last, ok := p.before()
	switch {
	case !ok:
	case past == nil || !past.Any:
		page.NoPast = true
	default:
		page.Before = l.Span(first, last)
	}
}

// panels makes the panels of a page, a few at a time.
func (s *Server) panels(ctx context.Context, rep Reports, l *locale, p *period, a address, q url.Values, now *series, names []string) ([]panel, error) {
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return a.bots() && !bottedPanel(name, q) })
	boxes := make([]panel, len(names))
	err := together(ctx, len(names), func(ctx context.Context, i int) (err error) {
		if slices.Contains(drawn[:], names[i]) {
			boxes[i], err = s.drawnPanel(ctx, rep, l, p, a, names[i], now)
			return err
		}
		boxes[i], err = s.newPanel(ctx, rep, l, p, a, chosenFor(names[i], q, a.bots()))
		if names[i] == "consent" && !boxes[i].Unpaired {
			boxes[i].Refused, boxes[i].ShowRefused = now.Total[stats.Refused], true
		}
		return err
	})
	return boxes, err
}

// chosenFor is the tab of a panel that q asks for, or its first one where that has nothing of bots.
func chosenFor(name string, q url.Values, bots bool) listSpec {
	spec := chosen(name, q)
	if bots && !spec.botted() {
		return tabs(name)[0]
	}
	return spec
}

// bottedPanel reports whether a panel has anything of bots.
func bottedPanel(name string, q url.Values) bool {
	return !slices.Contains(drawn[:], name) && chosenFor(name, q, true).botted()
}
