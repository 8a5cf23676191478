package server

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// returningPage is about visitors who consented to statistics, and whether they come again.
type returningPage struct {
	Bar           rangeBar
	Units         []item
	Exports       []item
	CohortExports []item
	Title         string
	Empty         bool
	Columns       []loyalColumn
	Keys          []lossPart
	From, To      string
	Months        []string
	Cohorts       []cohortRow
	K             int
}

// loyalColumn is one day, week or month: those seen before stand on those who are new.
type loyalColumn struct {
	Label, Title      string
	Visitors          int64
	New, Back         int64
	X, Width          string
	NewY, NewHeight   string
	BackY, BackHeight string
}

type cohortRow struct {
	Label string
	Cells []cohortCell
}

type cohortCell struct{ Class, Text, Title string }

// units of the page, by the step of an address.
func unitOf(by step) stats.Unit {
	switch by {
	case byWeek:
		return stats.ByWeek
	case byMonth:
		return stats.ByMonth
	}
	return stats.ByDay
}

// returningPeriod is the range of the page of those who return, in days, weeks or months.
func (s *Server) returningPeriod(q url.Values, held span) period {
	p := s.consentPeriod(q, held)
	if by := step(q.Get("by")); by == byWeek || by == byMonth || by == byDay {
		p.By = by
	}
	return p
}

func (s *Server) newReturningPage(ctx context.Context, l *locale, p *period, q url.Values, held span) (returningPage, error) {
	a := newAddress(s.cfg.Prefix+"/returning", q, p)
	page := returningPage{Bar: newRangeBar(l, p, a, held), Title: l.T("returning." + string(p.By)), K: s.cfg.Reports.Floors().Of(stats.DimCohort)}
	for _, by := range []step{byDay, byWeek, byMonth} {
		page.Units = append(page.Units, item{l.T("by." + string(by)), a.With("by", string(by)), p.By == by})
	}
	page.Exports, page.CohortExports = exportLinks(s.cfg.Prefix, "returning", a), exportLinks(s.cfg.Prefix, "cohorts", a)
	days := stats.Range{First: p.First, Last: p.Last}
	loyal, err := s.cfg.Reports.Loyalty(ctx, days, unitOf(p.By))
	if err != nil {
		return page, err
	}
	page.columns(l, p, loyal)
	months, cohorts, err := s.cfg.Reports.Cohorts(ctx, days)
	if err != nil {
		return page, err
	}
	page.cohorts(l, months, cohorts)
	return page, nil
}

func (page *returningPage) columns(l *locale, p *period, loyal stats.Loyalty) {
	var most, all, fresh int64
	for _, point := range loyal.Points {
		most, all, fresh = max(most, point.Visitors), all+point.Visitors, fresh+point.New
	}
	page.Empty = all == 0
	if page.Empty {
		return
	}
	n := float64(len(loyal.Points))
	for i, point := range loyal.Points {
		label := l.ShortDate(point.First)
		switch p.By {
		case byWeek:
			label = l.Span(point.First, point.First+6)
		case byMonth:
			label = l.Month(point.First)
		}
		total, back := float64(point.Visitors)/float64(most), float64(point.Returning)/float64(most)
		page.Columns = append(page.Columns, loyalColumn{
			Label: label, Visitors: point.Visitors, New: point.New, Back: point.Returning,
			Title: label + ": " + l.T("returning.of", l.Number(point.Visitors), l.Number(point.Returning)),
			X:     width0((float64(i) + .1) / n), Width: width0(.8 / n),
			NewY: width0(1 - (total - back)), NewHeight: width0(total - back), BackY: width0(1 - total), BackHeight: width0(back),
		})
	}
	page.From, page.To = page.Columns[0].Label, page.Columns[len(page.Columns)-1].Label
	page.Keys = []lossPart{{Class: "a-new", Label: l.T("returning.new"), Count: fresh}, {Class: "a-back", Label: l.T("returning.back"), Count: all - fresh}}
}

// cohorts shades each month by the share of those who came in the first one told of.
func (page *returningPage) cohorts(l *locale, months []string, cohorts []stats.Cohort) {
	for _, m := range months {
		page.Months = append(page.Months, monthName(l, m))
	}
	for _, c := range cohorts {
		row := cohortRow{Label: monthName(l, c.Month)}
		var most int64
		for _, n := range c.Came {
			most = max(most, n)
		}
		for i, n := range c.Came {
			cell := cohortCell{Class: "h0"}
			if n > 0 {
				cell = cohortCell{Class: "h" + num(float64(level(n, most, heatShades, 1))), Text: l.Number(n), Title: row.Label + " → " + page.Months[i]}
			}
			row.Cells = append(row.Cells, cell)
		}
		page.Cohorts = append(page.Cohorts, row)
	}
}

// monthName writes "2026-03" in words.
func monthName(l *locale, month string) string {
	t, err := time.Parse("2006-01", strings.TrimSpace(month))
	if err != nil {
		return clean(month, valueMax)
	}
	return l.ShortMonth(visit.DateOf(t.Year(), t.Month(), 1))
}
