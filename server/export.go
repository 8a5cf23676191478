package server

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
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
	Total map[string]int64 `json:"total"`
	Other map[string]int64 `json:"other"`
	Rows  []exportedRow    `json:"rows"`
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
	if (!known && name != "series") || (kind != "csv" && kind != "json") {
		http.NotFound(w, r)
		return
	}
	held, err := s.readSpan(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p := parsePeriod(r.URL.Query(), held, s.cfg.Now(), s.cfg.Zone)
	rep, err := s.narrow(r.URL.Query())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	if known && !spec.told(rep.Filter()) {
		http.Error(w, "this list is not counted together with what the address narrows it to", http.StatusUnprocessableEntity)
		return
	}
	var file exported
	var measures []stats.Measure
	if known {
		file, measures, err = s.exportList(r, rep, &p, spec)
	} else {
		file, measures, err = s.exportSeries(r, rep, &p)
	}
	if err != nil {
		s.broken(w, r, err)
		return
	}
	file.List, file.First, file.Last, file.Zone = name, p.First.String(), p.Last.String(), s.zoneName(&p, known)
	file.Under = filterText(rep.Filter())
	body, mime := file.json(), "application/json"
	if kind == "csv" {
		body, mime = file.csv(measures), "text/csv; charset=utf-8; header=present"
	}
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+"-"+file.First+"-"+file.Last+"."+kind+`"`)
	send(w, r, http.StatusOK, body)
}

// zoneName names the zone that an export's days are counted in: lists are always in the site's.
func (s *Server) zoneName(p *period, list bool) string {
	if p.Zoned && !list {
		return offsetName(p.Offset * 3600)
	}
	return s.cfg.Zone.String()
}

func (s *Server) exportList(r *http.Request, rep Reports, p *period, spec listSpec) (exported, []stats.Measure, error) {
	l := s.pages[s.cfg.Languages[0]].locale
	list, err := readList(r.Context(), rep, l, p, spec, all, cut(r.URL.Query().Get("q"), searchMax))
	if err != nil {
		return exported{}, nil, err
	}
	measures := list.Columns
	if spec.bounced() {
		measures = append(measures, stats.Bounces, stats.Seconds)
	}
	file := exported{K: list.Why.K, Total: named(&list.Top.Whole, measures), Other: named(&list.Top.Other.Counts, measures), Rows: []exportedRow{}}
	for _, row := range list.Rows {
		file.Rows = append(file.Rows, exportedRow{Value: clean(row.Value, valueMax), Counts: named(&row.Counts, measures)})
	}
	return file, measures, nil
}

func (s *Server) exportSeries(r *http.Request, rep Reports, p *period) (exported, []stats.Measure, error) {
	now, err := readSeries(r.Context(), rep, p, p.First, p.Last, noCutoff)
	if err != nil {
		return exported{}, nil, err
	}
	measures := []stats.Measure{stats.Visitors, stats.Visits, stats.Views, stats.Bounces, stats.Seconds, stats.Requests, stats.Bots, stats.Events, stats.Refused}
	file := exported{Total: named(&now.Total, measures), Other: map[string]int64{}, Rows: []exportedRow{}}
	for _, c := range now.Columns {
		at := c.Day.String()
		if c.Hour >= 0 {
			at = civil(c.Day).Add(time.Duration(c.Hour) * time.Hour).Format("2006-01-02T15:04")
		}
		file.Rows = append(file.Rows, exportedRow{Time: at, Counts: named(&c.Counts, measures)})
	}
	return file, measures, nil
}

func named(c *stats.Counts, measures []stats.Measure) map[string]int64 {
	out := make(map[string]int64, len(measures))
	for _, m := range measures {
		out[m.String()] = c[m]
	}
	return out
}

func (e *exported) json() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	_ = enc.Encode(e) // a buffer, and nothing in it that cannot be encoded
	return b.Bytes()
}

// csv writes RFC 4180. The line of what no row names has an empty value and stands last.
func (e *exported) csv(measures []stats.Measure) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	first := "value"
	if e.List == "series" {
		first = "time"
	}
	line := []string{first}
	for _, m := range measures {
		line = append(line, m.String())
	}
	_ = w.Write(line)
	write := func(label string, counts map[string]int64) {
		line := []string{label}
		for _, m := range measures {
			line = append(line, strconv.FormatInt(counts[m.String()], 10))
		}
		_ = w.Write(line)
	}
	for _, row := range e.Rows {
		write(formula(row.Value+row.Time), row.Counts)
	}
	if len(e.Other) > 0 {
		write("(other)", e.Other)
	}
	w.Flush()
	return b.Bytes()
}
