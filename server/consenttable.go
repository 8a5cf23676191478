package server

import (
	"slices"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// consentTable is one table of the page about consent.
type consentTable struct {
	Name, Title, First string
	Heads              []string
	Rows               []consentRow
	Plain              bool // without bars
	Full               bool // over the whole width
	Note               string
	More               int
}

// consentRow is a line of it. Width is that of its bar.
type consentRow struct {
	Label, Width string
	Cells        []string
}

func (s *Server) consentTables(l *locale, c *stats.Consents) []consentTable {
	all := []consentTable{s.purposeTable(l, c)}
	for _, f := range facetTables(c) {
		if f.name != "variant" || len(f.rows) > 0 {
			all = append(all, newFacetTable(l, f, c))
		}
	}
	ways := methodTable(l, c)
	ways.Full = len(all)%2 == 1 // the last box of an odd number would stand alone
	return append(all, timeTable(l, c), ways)
}

// facetsOf is a list of the report with what is needed to show it.
type facetsOf struct {
	name  string
	label func(*locale, string) string
	rows  []stats.FacetAnswers
}

func facetTables(c *stats.Consents) []facetsOf {
	return []facetsOf{
		{"country", func(l *locale, v string) string { return l.names().Country(v) }, c.Countries},
		{"language", func(l *locale, v string) string { return l.names().Language(v) }, c.Languages},
		{"device", func(l *locale, v string) string { return word(l, stats.DimDevice.String(), v) }, c.Devices},
		{"variant", func(_ *locale, v string) string { return clean(v, valueMax) }, c.Variants},
	}
}

// newFacetTable shows how many of those asked granted something, value by value.
func newFacetTable(l *locale, f facetsOf, c *stats.Consents) consentTable {
	t := consentTable{Name: f.name, Title: l.T("consents.by." + f.name), First: l.T("consents." + f.name),
		Heads: []string{l.T("metric.shown"), l.T("consents.granted"), "%"}}
	shown, granted := c.Total.Shown, c.Total.Accepted+c.Total.Customised
	for i, row := range f.rows {
		shown, granted = shown-row.Shown, granted-row.Accepted-row.Customised
		if i >= panelRows {
			t.More++
			continue
		}
		label := l.T("value.none")
		if row.Value != "" {
			label = f.label(l, row.Value)
		}
		share, width, n := "–", "0%", row.Accepted+row.Customised
		if part, ok := row.Share(); ok {
			share, width = l.Percent(part), num(part*100)+"%"
		}
		t.Rows = append(t.Rows, consentRow{label, width, []string{l.Number(row.Shown), l.Number(n), share}})
	}
	if len(t.Rows) > 0 && (shown > 0 || granted > 0) {
		t.Note = l.T("consents.untold", l.Number(max(0, shown)), l.Number(max(0, granted)))
	}
	return t
}

// timeTable shows how long those who granted something took.
func timeTable(l *locale, c *stats.Consents) consentTable {
	t := consentTable{Name: "time", Title: l.T("consents.by.time"), First: l.T("consents.time"), Heads: []string{l.T("consents.grants"), "%"}}
	sum, most := int64(0), int64(0)
	for _, row := range c.Times {
		n := row.Accepted + row.Customised
		sum, most = sum+n, max(most, n)
	}
	for _, class := range consent.ElapsedClasses() {
		i := slices.IndexFunc(c.Times, func(f stats.FacetAnswers) bool { return f.Value == class })
		if i < 0 || sum <= 0 {
			continue
		}
		n := c.Times[i].Accepted + c.Times[i].Customised
		t.Rows = append(t.Rows, consentRow{l.T("value.time." + class), num(float64(n)/float64(most)*100) + "%", []string{l.Number(n), l.Percent(float64(n) / float64(sum))}})
	}
	return t
}

// purposeTable shows the answers for each purpose: to accept is to grant all, to reject is to refuse all.
func (s *Server) purposeTable(l *locale, c *stats.Consents) consentTable {
	t := consentTable{Name: "purpose", Title: l.T("consents.by.purpose"), First: l.T("consents.purpose"),
		Heads: []string{l.T("consents.granted"), l.T("consents.refused"), l.T("metric.withdrawn"), "%"}}
	untold := int64(0)
	for _, p := range s.purposes(c) {
		sum := stats.PurposeAnswers{Untold: c.Total.Customised}
		if i := slices.IndexFunc(c.Purposes, func(a stats.PurposeAnswers) bool { return a.Purpose == p.ID }); i >= 0 {
			sum = c.Purposes[i]
		}
		granted, refused := c.Total.Accepted+sum.Granted, c.Total.Rejected+sum.Refused
		share, width := "–", "0%"
		if told := granted + refused; told > 0 {
			part := float64(granted) / float64(told)
			share, width = l.Percent(part), num(part*100)+"%"
		}
		untold = max(untold, sum.Untold)
		t.Rows = append(t.Rows, consentRow{p.name(l), width, []string{l.Number(granted), l.Number(refused), l.Number(sum.Withdrawn), share}})
	}
	if untold > 0 {
		t.Note = l.T("consents.untoldpurposes", l.Number(untold))
	}
	return t
}

// purposes are those of the policy that can be refused, and those that answers name beside them.
func (s *Server) purposes(c *stats.Consents) (list []Purpose) {
	if s.cfg.Purposes != nil {
		for _, p := range s.cfg.Purposes() {
			if p.ID != string(consent.Necessary) {
				list = append(list, p)
			}
		}
	}
	for _, a := range c.Purposes {
		if !slices.ContainsFunc(list, func(p Purpose) bool { return p.ID == a.Purpose }) {
			list = append(list, Purpose{ID: a.Purpose})
		}
	}
	return list
}

// methodTable shows the ways on which answers came.
func methodTable(l *locale, c *stats.Consents) consentTable {
	t := consentTable{Name: "method", Title: l.T("consents.by.method"), First: l.T("consents.method"), Plain: true}
	for _, name := range []string{"accepted", "customised", "rejected", "withdrawn", "changed"} {
		t.Heads = append(t.Heads, l.T("metric."+name))
	}
	for i := range c.Methods {
		m := &c.Methods[i]
		if m.Given()+m.Withdrawn+m.Changed == 0 {
			continue
		}
		row := consentRow{Label: word(l, stats.DimConsent.String(), m.Method)}
		for _, n := range []int64{m.Accepted, m.Customised, m.Rejected, m.Withdrawn, m.Changed} {
			row.Cells = append(row.Cells, l.Number(n))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
