package server

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// exported is a list as a JSON file.
type exported struct {
	List  string           `json:"list"`
	First string           `json:"first"` // day, YYYY-MM-DD
	Last  string           `json:"last"`
	Zone  string           `json:"zone"`
	Under string           `json:"under,omitempty"` // what it is narrowed to: "country:KZ"
	K     int              `json:"k,omitempty"`     // visitors below which values are part of other
	Since string           `json:"since,omitempty"` // day, where what the file tells is kept for less long than its range
	Total map[string]int64 `json:"total"`
	Other map[string]int64 `json:"other"`
	Why   *otherWhy        `json:"other_why,omitempty"` // parts of other, by the measure that the list is ordered by
	Rows  []exportedRow    `json:"rows"`
}

// otherWhy says why values are in other; see [why].
type otherWhy struct {
	Hidden  int64 `json:"hidden"`  // fewer than k visitors of their day carry them
	Folded  int64 `json:"folded"`  // closing folded them: see folds.csv for the days
	Expired int64 `json:"expired"` // their days are no longer kept by value
	Rest    int64 `json:"rest"`    // waiting, over the cap, late, or not known
}

type exportedRow struct {
	Value  string           `json:"value,omitempty"`
	Time   string           `json:"time,omitempty"` // "2026-03-05" or "2026-03-05T14:00"
	Counts map[string]int64 `json:"counts"`
}

// export answers with a list or the totals over time, as a file: "page.csv", "series.json".
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	name, kind, _ := strings.Cut(r.PathValue("file"), ".")
	spec, known := findList(name)
	drawn := drawnExports[name]
	if (!known && drawn == nil) || (kind != "csv" && kind != "json") {
		http.NotFound(w, r)
		return
	}
	held, err := s.readSpan(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p := parsePeriod(r.URL.Query(), held, s.cfg.Now(), s.cfg.Zone)
	spec = spec.of(r.URL.Query().Get(whoParam) == whoBots)
	rep, err := s.narrow(r.URL.Query())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if known && !spec.told(rep.Filter()) || !known && !narrowedExport(name, rep.Filter()) {
		http.Error(w, "this list is not counted together with what the address narrows it to", http.StatusUnprocessableEntity)
		return
	}
	var file exported
	var columns []string
	if known {
		file, columns, err = s.exportList(r.Context(), rep, &p, spec, cut(r.URL.Query().Get("q"), searchMax))
	} else {
		file, columns, err = drawn(r.Context(), s, rep, &p)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	file.List, file.First, file.Last, file.Zone = name, p.First.String(), p.Last.String(), s.zoneName(&p, name != "series" && name != "hours")
	file.Under = filterText(rep.Filter())
	if file.Under != "" {
		name += "-narrowed"
	}
	s.attach(w, r, name+"-"+file.First+"-"+file.Last, &file, func() []byte { return file.csv(columns) })
}

// zoneName names the zone that an export's days are counted in: lists are always in the site's.
func (s *Server) zoneName(p *period, list bool) string {
	if p.Zoned && !list {
		return offsetName(p.Offset * 3600)
	}
	return s.cfg.Zone.String()
}

func (s *Server) exportList(ctx context.Context, rep Reports, p *period, spec listSpec, search string) (exported, []string, error) {
	l := s.pages[s.cfg.Languages[0]].locale
	list, err := readList(ctx, rep, l, p, spec, all, search)
	if err != nil {
		return exported{}, nil, err
	}
	measures := list.Columns
	for _, m := range []stats.Measure{stats.Bounces, stats.Seconds, stats.Timed} {
		if list.Told.Has(m) && spec.Order != stats.Bots {
			measures = append(measures, m)
		}
	}
	w := list.Why
	from := p.First
	if w.Expired > 0 {
		from = list.Top.KeptFrom
	}
	file := exported{K: w.K, Since: p.since(from), Why: &otherWhy{w.Hidden, w.Folded, w.Expired, w.Rest}, Total: named(&list.Top.Whole, measures), Other: named(&list.Top.Other.Counts, measures), Rows: []exportedRow{}}
	for _, m := range measures {
		if !list.addsUp(m) {
			delete(file.Total, m.String())
			delete(file.Other, m.String())
		}
	}
	for _, row := range list.Rows {
		file.Rows = append(file.Rows, exportedRow{Value: clean(row.Value, valueMax), Counts: named(&row.Counts, measures)})
	}
	return file, texts(measures), nil
}

func exportSeries(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	now, err := readSeries(ctx, rep, p, p.First, p.Last, noCutoff)
	if err != nil {
		return exported{}, nil, err
	}
	from := chartFrom(rep, p)
	measures := []stats.Measure{stats.Visitors, stats.Visits, stats.Views, stats.Bounces, stats.Seconds, stats.Requests, stats.Bots, stats.Events, stats.Refused, stats.Beacons, stats.Engaged, stats.Scrolled}
	if rep.Filter().Dim == stats.DimPage {
		measures = pageMeasures(p.By != byHour && !p.Zoned, len(rep.Filter().Values()))
	}
	file := exported{Since: p.since(from), Total: named(&now.Total, measures), Other: map[string]int64{}, Rows: []exportedRow{}}
	for _, c := range now.Columns {
		at := c.Day.String()
		if c.Hour >= 0 {
			at = civil(c.Day).Add(time.Duration(c.Hour) * time.Hour).Format("2006-01-02T15:04")
		}
		file.Rows = append(file.Rows, exportedRow{Time: at, Counts: named(&c.Counts, measures)})
	}
	return file, texts(measures), nil
}

// pageMeasures are what is counted of so many pages by time: of days, or of hours.
func pageMeasures(daily bool, pages int) []stats.Measure {
	all := []stats.Measure{stats.Views, stats.Entries, stats.Bounces}
	if daily {
		all = append(all, stats.Exits, stats.Seconds, stats.Timed)
	}
	if daily && pages == 1 {
		all = append([]stats.Measure{stats.Visitors}, all...)
	}
	return all
}

// since is the day from which on something is kept; "" where that is the whole range.
func (p *period) since(from stats.Day) string {
	if from <= p.First {
		return ""
	}
	return from.String()
}

func texts(measures []stats.Measure) (names []string) {
	for _, m := range measures {
		names = append(names, m.String())
	}
	return names
}

func named(c *stats.Counts, measures []stats.Measure) map[string]int64 {
	out := make(map[string]int64, len(measures))
	for _, m := range measures {
		out[m.String()] = c[m]
	}
	return out
}

// csv writes the rows. The line of what no row names has an empty value and stands last.
func (e *exported) csv(columns []string) []byte {
	first := "value"
	if n := len(e.Rows); n > 0 && e.Rows[n-1].Time != "" || e.List == "series" {
		first = "time"
	}
	t := newTable(append([]string{first}, columns...)...)
	write := func(label string, counts map[string]int64) {
		line := []string{label}
		for _, name := range columns {
			n, known := counts[name]
			if !known && label == "(other)" {
				line = append(line, "")
				continue
			}
			line = append(line, strconv.FormatInt(n, 10))
		}
		t.line(line...)
	}
	for _, row := range e.Rows {
		label := row.Value + row.Time
		if row.Value != "" && row.Time != "" {
			label = row.Time + " " + row.Value
		}
		write(formula(label), row.Counts)
	}
	if len(e.Other) > 0 {
		write("(other)", e.Other)
	}
	return t.bytes()
}
