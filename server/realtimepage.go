package server

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

func dayIn(t time.Time, zone *time.Location) stats.Day {
	day, _ := visit.DayOf(t, zone)
	return day
}

// realtimePage is what happened in the last 30 minutes.
type realtimePage struct {
	Cards  []card
	Bars   []minuteBar
	Lists  []nowList
	K      int
	Few    int64 // page views that lists wait for; 0 where they do not wait
	Stream string
	Files  string // address of the export, without its ending
	Most   string
}

type minuteBar struct {
	X, Width, Y, Height, Title string
	At                         time.Time
	Views                      int64
}

type nowList struct {
	Name, Title string
	Rows        []nowRow
}

type nowRow struct {
	Value, Label, Width, Href string
	Count                     int64
	Other                     bool
}

const nowRows = 8

func (s *Server) realtimePage(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Now()
	s.now.look(now)
	if err := s.now.refresh(r.Context(), now, watchEvery); err != nil {
		s.broken(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "realtime", s.newRealtimePage(s.pages[s.view(r).lang].locale, now))
}

// newRealtimePage adds the minutes up.
func (s *Server) newRealtimePage(l *locale, now time.Time) realtimePage {
	rt := s.now
	rt.mu.Lock()
	defer rt.mu.Unlock()
	page := realtimePage{K: rt.rep.Floors().Of(stats.DimCountry), Stream: s.cfg.Prefix + "/realtime/stream", Files: s.cfg.Prefix + "/export/now."}
	var sum stats.Counts
	rows, last := rowCounts{}, now.Unix()/60
	views := make([]int64, minutes)
	for i := range rt.minutes {
		if m := &rt.minutes[i]; m.at > last-minutes && m.at <= last {
			sum.Add(&m.counts)
			rows.add(m.rows)
			views[minutes-1-(last-m.at)] += max(0, m.counts[stats.Views])
		}
	}
	if rt.together > 1 {
		page.Few = rt.together
	}
	for _, m := range []stats.Measure{stats.Views, stats.Visits, stats.Visitors, stats.Bots, stats.Refused} {
		page.Cards = append(page.Cards, card{Name: m.String(), Label: l.T("now." + m.String()), Value: l.Number(max(0, sum[m]))})
	}
	page.bars(l, views, now.In(rt.zone))
	for _, name := range nowLists {
		spec, _ := findList(name)
		page.Lists = append(page.Lists, newNowList(l, spec, rows[spec.Dim], rt.rep.Floors().Of(spec.Dim), s.cfg.Prefix))
	}
	return page
}

func (page *realtimePage) bars(l *locale, views []int64, now time.Time) {
	page.Most = l.Number(slices.Max(views))
	most := max(1, slices.Max(views))
	for i, n := range views {
		share := float64(n) / float64(most)
		if n > 0 {
			share = max(share, .02)
		}
		at := now.Add(-time.Duration(minutes-1-i) * time.Minute)
		page.Bars = append(page.Bars, minuteBar{X: width0((float64(i) + .12) / minutes), Width: width0(.76 / minutes), Y: width0(1 - share), Height: width0(share),
			Title: at.Format("15:04") + ": " + l.Number(n), At: at, Views: n})
	}
}

// newNowList folds values that fewer than k carry: within 30 minutes nobody begins two visits.
func newNowList(l *locale, spec listSpec, rows map[string]stats.Counts, k int, prefix string) nowList {
	list := nowList{Name: spec.Name, Title: l.T("list." + spec.Name)}
	if spec.Dim == stats.DimDevice {
		list.Title = l.T("panel.people")
	}
	var other, most int64
	for value, c := range rows {
		n := c[stats.Views]
		switch {
		case n <= 0:
		case k > 1 && max(c[stats.Visitors], c[stats.Visits]) < int64(k):
			other += n
		default:
			on := filterText(stats.Filter{Dim: spec.Dim, Value: value})
			list.Rows = append(list.Rows, nowRow{Value: value, Label: spec.Label(l, value), Count: n, Href: prefix + "/?range=today&" + filterParam + "=" + queryEscape(on)})
		}
	}
	slices.SortFunc(list.Rows, func(a, b nowRow) int {
		if a.Count != b.Count {
			return int(b.Count - a.Count)
		}
		return strings.Compare(a.Label, b.Label)
	})
	for i := nowRows; i < len(list.Rows); i++ {
		other += list.Rows[i].Count
	}
	list.Rows = list.Rows[:min(nowRows, len(list.Rows))]
	if other > 0 {
		list.Rows = append(list.Rows, nowRow{Label: l.T("list.other"), Count: other, Other: true})
	}
	for _, row := range list.Rows {
		most = max(most, row.Count)
	}
	for i := range list.Rows {
		list.Rows[i].Width = width(float64(list.Rows[i].Count) / float64(most))
	}
	return list
}
