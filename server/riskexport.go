package server

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// securityFile is what was judged, in numbers. Counts of 0 are left out.
type securityFile struct {
	First string        `json:"first"` // in the site's zone, 2026-03-05T14:00
	Last  string        `json:"last"`
	Zone  string        `json:"zone"`
	Mode  string        `json:"mode"`
	K     int           `json:"k"` // addresses below which a country, network or path is part of the rest
	Rows  []securityRow `json:"rows"`
}

type securityRow struct {
	Table  string           `json:"table"` // hour, action, reason, countries, networks, paths
	Value  string           `json:"value"` // of the rest: "(other)"
	Counts map[string]int64 `json:"counts"`
}

// securityColumns are the columns of the CSV file, in order. Addresses are counted up to 99.
var securityColumns = [...]string{"incidents", "did", "would", "addresses", "weight", "genuine", "fraud"}

// incidentRow is an incident, a block that holds or a decision, one by one, as the page shows it.
type incidentRow struct {
	Kind    string   `json:"kind"` // "incident"; "blocked" for a block that holds; "block", "unblock" for a decision
	Time    string   `json:"time"`
	Who     string   `json:"who"` // the beginning of a pseudonym, which means nothing once its key is dead
	Country string   `json:"country,omitempty"`
	Net     string   `json:"net,omitempty"`
	Path    string   `json:"path,omitempty"`
	Action  string   `json:"action,omitempty"`
	Mode    string   `json:"mode,omitempty"`
	Rule    string   `json:"rule,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
	Until   string   `json:"until,omitempty"`
	By      string   `json:"by,omitempty"`
}

// riskHours are the hours that a request of the page or of its files is about.
func (s *Server) riskHours(r *http.Request, now time.Time) ([]risk.Hour, riskSpan, error) {
	span := riskSpanOf(now, riskDaysOf(r), s.cfg.Zone)
	hours, err := s.cfg.Risk.Hours(r.Context(), span.first(), now)
	return hours, span, err
}

// exportSecurity answers with the numbers of the page as a file.
func (s *Server) exportSecurity(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Now()
	hours, span, err := s.riskHours(r, now)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	file := securityFile{
		First: s.minute(span.first()), Last: s.minute(now), Zone: s.cfg.Zone.String(), Mode: s.cfg.Risk.Mode().String(), K: s.cfg.Reports.Floors().Person,
	}
	file.Rows = s.securityRows(hours, s.cfg.Risk.Figures().Labels, file.K)
	s.attach(w, r, "security-"+s.spanName(&span, now), &file, func() []byte { return securityCSV(file.Rows) })
}

func (s *Server) securityRows(hours []risk.Hour, labels map[risk.Code]risk.Labels, k int) []securityRow {
	rows := []securityRow{}
	for i := range hours {
		did, would := doneAndWould(hours[i].Counts)
		rows = append(rows, securityRow{"hour", s.minute(hours[i].At), told("did", did, "would", would)})
	}
	sums := outcomes(hours)
	for a := risk.ActionLog; a <= risk.ActionDeny; a++ {
		did, would := sums[risk.Outcome{Mode: risk.ModeEnforce, Action: a}], sums[risk.Outcome{Mode: risk.ModeShadow, Action: a}]
		rows = append(rows, securityRow{"action", a.String(), told("did", did, "would", would)})
	}
	for _, c := range raised(hours, labels) {
		rows = append(rows, securityRow{"reason", string(c.Code), told("incidents", c.count, "weight", int64(c.Weight), "genuine", c.told.Genuine, "fraud", c.told.Fraud)})
	}
	for _, d := range riskDims() {
		values, held := d.shown(hours, k)
		for _, v := range values {
			rows = append(rows, securityRow{d.name, v.value, told("incidents", v.Incidents, "addresses", v.Addresses)})
		}
		if held > 0 {
			rows = append(rows, securityRow{d.name, "(other)", told("incidents", held)})
		}
	}
	return rows
}

func securityCSV(rows []securityRow) []byte {
	t := newTable(append([]string{"table", "value"}, securityColumns[:]...)...)
	for _, row := range rows {
		line := []string{row.Table, formula(row.Value)}
		for _, column := range securityColumns {
			line = append(line, strconv.FormatInt(row.Counts[column], 10))
		}
		t.line(line...)
	}
	return t.bytes()
}

// exportIncidents answers with what is kept one by one, as a file: incidents, blocks that hold, and who decided what.
func (s *Server) exportIncidents(w http.ResponseWriter, r *http.Request) {
	now := s.cfg.Now()
	hours, span, err := s.riskHours(r, now)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	rows := []incidentRow{}
	for i := range hours {
		for j := range hours[i].Incidents {
			rows = append(rows, s.incidentRow(&hours[i].Incidents[j]))
		}
	}
	decided, err := s.decidedRows(r)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	rows = append(rows, decided...)
	s.attach(w, r, "incidents-"+s.spanName(&span, now), rows, func() []byte { return incidentsCSV(rows) })
}

func (s *Server) incidentRow(in *risk.Incident) incidentRow {
	row := incidentRow{
		Kind: "incident", Time: s.minute(in.Time), Who: shortWho(in.Who.String()), Country: in.Country, Net: in.Net, Path: clean(in.Path, valueMax),
		Action: in.Action.String(), Mode: in.Mode.String(), Rule: clean(in.Rule, valueMax), Until: s.minute(in.Expires),
	}
	for _, reason := range in.Reasons {
		row.Reasons = append(row.Reasons, string(reason.Code))
	}
	return row
}

func (s *Server) decidedRows(r *http.Request) (rows []incidentRow, err error) {
	blocks, err := s.cfg.Risk.Blocks(r.Context())
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		rows = append(rows, incidentRow{Kind: "blocked", Time: s.minute(b.Made), Who: shortWho(b.Who.String()), Until: s.minute(b.Ends), By: clean(b.By, valueMax)})
	}
	deeds, err := s.cfg.Risk.Deeds(r.Context())
	for _, d := range deeds {
		rows = append(rows, incidentRow{Kind: d.What, Time: s.minute(d.At), Who: shortWho(d.Who.String()), Until: s.minute(d.Ends), By: clean(d.By, valueMax)})
	}
	return rows, err
}

func incidentsCSV(rows []incidentRow) []byte {
	t := newTable("kind", "time", "who", "country", "net", "path", "action", "mode", "rule", "reasons", "until", "by")
	for i := range rows {
		row := &rows[i]
		t.line(row.Kind, row.Time, row.Who, formula(row.Country), formula(row.Net), formula(row.Path), row.Action, row.Mode, formula(row.Rule),
			strings.Join(row.Reasons, " "), row.Until, formula(row.By))
	}
	return t.bytes()
}

// spanName is the end of a file's name.
func (s *Server) spanName(span *riskSpan, now time.Time) string {
	return s.dayText(span.first()) + "-" + s.dayText(now)
}

// minute writes a time in the site's zone, as files do; nothing for none.
func (s *Server) minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.cfg.Zone).Format("2006-01-02T15:04")
}
