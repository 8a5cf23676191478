package server

import (
	"net/http"
	"strconv"

	"github.com/kelisim/kelisim/stats"
)

// consentFile is the page about consent as a JSON file. Counts of 0 are left out; what a row cannot know
// (who ignored the banner in one language) is no key of it.
type consentFile struct {
	First string             `json:"first"`
	Last  string             `json:"last"`
	Zone  string             `json:"zone"`
	K     int                `json:"k"` // acts below which a value is not told
	Rows  []consentExportRow `json:"rows"`
}

type consentExportRow struct {
	Table  string           `json:"table"` // total, day, method, purpose, country, language, device, variant, time
	Value  string           `json:"value"`
	Counts map[string]int64 `json:"counts"`
}

// consentColumns are the columns of the CSV file, in order.
var consentColumns = [...]string{"shown", "accepted", "customised", "rejected", "ignored", "withdrawn", "changed", "granted", "refused", "untold", "rest"}

func (s *Server) exportConsents(w http.ResponseWriter, r *http.Request) {
	held, err := s.readSpan(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p := s.consentPeriod(r.URL.Query(), held)
	answers, err := s.cfg.Reports.Consents(r.Context(), stats.Range{First: p.First, Last: p.Last})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	file := consentFile{First: p.First.String(), Last: p.Last.String(), Zone: s.cfg.Zone.String(), K: s.cfg.Reports.Floors().Of(stats.DimConsentCountry), Rows: consentRows(&answers)}
	s.attach(w, r, "consents-"+file.First+"-"+file.Last, &file, file.csv)
}

func consentRows(c *stats.Consents) []consentExportRow {
	rows := []consentExportRow{{"total", "", answerCounts(&c.Total)}}
	for i := range c.Days {
		rows = append(rows, consentExportRow{"day", c.Days[i].Day.String(), answerCounts(&c.Days[i].Answers)})
	}
	for i := range c.Methods {
		rows = append(rows, consentExportRow{"method", clean(c.Methods[i].Method, valueMax), answerCounts(&c.Methods[i].Answers)})
	}
	for _, p := range c.Purposes {
		rows = append(rows, consentExportRow{"purpose", clean(p.Purpose, valueMax), told("granted", p.Granted, "refused", p.Refused, "untold", p.Untold, "withdrawn", p.Withdrawn)})
	}
	facets := append(facetTables(c), facetsOf{name: "time", rows: c.Times})
	for _, f := range facets {
		for _, v := range f.rows {
			rows = append(rows, consentExportRow{f.name, clean(v.Value, valueMax), told("shown", v.Shown, "accepted", v.Accepted, "customised", v.Customised, "rest", v.Rest)})
		}
	}
	return rows
}

func answerCounts(a *stats.Answers) map[string]int64 {
	return told("shown", a.Shown, "accepted", a.Accepted, "customised", a.Customised, "rejected", a.Rejected,
		"ignored", a.Ignored, "withdrawn", a.Withdrawn, "changed", a.Changed)
}

// told makes a map of names and numbers, without the numbers that are 0.
func told(pairs ...any) map[string]int64 {
	counts := make(map[string]int64)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, named := pairs[i].(string)
		if n, ok := pairs[i+1].(int64); named && ok && n != 0 {
			counts[name] = n
		}
	}
	return counts
}

func (f *consentFile) csv() []byte {
	t := newTable(append([]string{"table", "value"}, consentColumns[:]...)...)
	for _, row := range f.Rows {
		line := []string{row.Table, formula(row.Value)}
		for _, column := range consentColumns {
			line = append(line, strconv.FormatInt(row.Counts[column], 10))
		}
		t.line(line...)
	}
	return t.bytes()
}
