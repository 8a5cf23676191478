package server

import (
	"context"
	"strconv"

	"github.com/kelisim/kelisim/stats"
)

// exportHours writes the map of hours: "1/14" is Mondays from 14:00 to 15:00 (ISO 8601 numbers weekdays from Monday).
func exportHours(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	now, err := readSeries(ctx, rep, p, p.First, p.Last, noCutoff)
	if err != nil {
		return exported{}, nil, err
	}
	measures := []stats.Measure{stats.Views, stats.Visits, stats.Visitors}
	if rep.Filter().Dim == stats.DimPage {
		measures = []stats.Measure{stats.Views, stats.Entries}
	}
	file := exported{Since: p.since(hoursFrom(rep, p)), Total: map[string]int64{}, Rows: []exportedRow{}}
	for weekday := range now.Heat {
		for hour := range now.Heat[weekday] {
			file.add(exportedRow{Value: strconv.Itoa(weekday+1) + "/" + pad(int64(hour)), Counts: named(&now.Heat[weekday][hour], measures)})
		}
	}
	return file, texts(measures), nil
}

// exportFolds writes what closing has folded: "2026-03-05/country" is of one day and list, with the k that it was folded under.
func exportFolds(ctx context.Context, s *Server, _ Reports, p *period) (exported, []string, error) {
	folds, err := s.cfg.Reports.Folds(ctx, p.days())
	file := exported{Total: map[string]int64{}, Rows: []exportedRow{}}
	for i := range folds {
		f := &folds[i]
		if f.Values == 0 {
			continue
		}
		counts := map[string]int64{"values": int64(f.Values), "requests": f.Counts[stats.Requests], "views": f.Counts[stats.Views], "events": f.Counts[stats.Events]}
		file.add(exportedRow{Value: f.Day.String() + "/" + f.Dim.String(), Counts: counts})
		file.Rows[len(file.Rows)-1].Counts["k"] = int64(f.K)
	}
	delete(file.Total, "k")
	return file, []string{"values", "requests", "views", "events", "k"}, err
}

// exportNow writes the last 30 minutes: a row for each minute, and one for each value that the realtime page names.
func exportNow(ctx context.Context, s *Server, _ Reports, _ *period) (exported, []string, error) {
	now := s.cfg.Now()
	s.now.look(now)
	if err := s.now.refresh(ctx, now, watchEvery); err != nil {
		return exported{}, nil, err
	}
	page := s.newRealtimePage(s.pages[s.cfg.Languages[0]].locale, now)
	file := exported{K: page.K, Total: map[string]int64{}, Rows: []exportedRow{}}
	for _, bar := range page.Bars {
		file.add(exportedRow{Time: bar.At.Format("2006-01-02T15:04"), Counts: map[string]int64{"views": bar.Views}})
	}
	for _, list := range page.Lists {
		for _, row := range list.Rows {
			value := row.Value
			if row.Other {
				value = "(other)"
			}
			file.Rows = append(file.Rows, exportedRow{Value: list.Name + ": " + clean(value, valueMax), Counts: map[string]int64{"views": row.Count}})
		}
	}
	return file, []string{"views"}, nil
}

// narrowedExport reports whether an export that is no list follows a filter. Ways through the site do for pages.
func narrowedExport(name string, f stats.Filter) bool {
	return f == (stats.Filter{}) || name == "series" || name == "hours" || name == "flows" && f.Dim == stats.DimPage
}

// exportLinks are the files of an export under an address, as links.
func exportLinks(prefix, name string, a address) []item {
	links := fileLinks(prefix, name, "")
	for i := range links {
		links[i].Href = a.To(links[i].Href)
	}
	return links
}

// fileLinks are the files of an export, as links with a query.
func fileLinks(prefix, name, query string) (links []item) {
	for _, kind := range []string{"csv", "json"} {
		links = append(links, item{Label: kind, Href: prefix + "/export/" + name + "." + kind + query})
	}
	return links
}
