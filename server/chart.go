package server

import (
	"math"
	"strings"
)

// chart is the curve over time: an SVG drawing for browsers without scripts, and the table that is
// its text for everyone and the data of the script.
type chart struct {
	Metric           string
	Unit             unit
	Line, Area, Past string
	Unfinished       string // the part of the line that is not over yet
	Grid             []gridLine
	Labels           []axisLabel
	Rows             []chartRow
	Marks            []string // where notes stand, from the left
	Compared         bool
	Empty            bool
	Most             string // the value at the top edge
}

// gridLine and axisLabel stand at a percentage of the drawing's height and width.
type gridLine struct{ Label, Y string }

type axisLabel struct{ Label, X, Anchor string }

// chartRow is one column of the chart as a line of its table.
type chartRow struct {
	Label       string
	From, To    string // days, for zooming in
	Value       string
	Raw         string // for the script; "" for none
	PastLabel   string
	Past        string
	PastRaw     string
	Unfinished  bool
	WithoutPast bool
	Note        string // what people wrote about it
}

const chartWidth, chartHeight = 1000.0, 260.0

func newChart(l *locale, p *period, m metric, now series, past *series) chart {
	c := chart{Metric: m.Name, Unit: m.Unit, Compared: past != nil && past.Any, Empty: !now.Any}
	values, before := now.values(m), []float64(nil)
	if c.Compared {
		before = past.values(m)
		before = before[:min(len(before), len(values))]
	}
	most, between := scale(math.Max(top(values), top(before)), m.Unit == unitCount)
	if m.Unit == unitSeconds && most < 60 {
		most, between = 60, 15
	}
	c.Most = raw(most)
	c.draw(values, before, most, now.Columns)
	for v := 0.0; v <= most*1.0001; v += between {
		c.Grid = append(c.Grid, gridLine{Label: axis(l, m.Unit, v, most), Y: num(100-v/most*100) + "%"})
	}
	for i, column := range now.Columns {
		row := chartRow{Label: column.label(l, p), From: column.Day.String(), To: column.End.String(),
			Value: m.Unit.Format(l, values[i]), Raw: raw(values[i]), Unfinished: !column.Whole && column.End == p.Today}
		if c.Compared && i < len(before) {
			row.PastLabel, row.Past, row.PastRaw = past.Columns[i].label(l, p), m.Unit.Format(l, before[i]), raw(before[i])
		} else {
			row.WithoutPast = true
		}
		c.Rows = append(c.Rows, row)
	}
	c.Labels = axisLabels(l, p, now.Columns)
	return c
}

// draw leaves the last column, where it is not over, to a dotted line of its own.
func (c *chart) draw(values, before []float64, most float64, columns []column) {
	c.Past = curve(stretch(before, len(values)), most, chartWidth, chartHeight, 0)
	line := curve(values, most, chartWidth, chartHeight, 0)
	if line == "" {
		return
	}
	c.Area = line + "L" + num(chartWidth) + " " + num(chartHeight) + "L0 " + num(chartHeight) + "Z"
	last := len(columns) - 1
	cut := strings.LastIndex(line, "L")
	if last < 2 || columns[last].Whole {
		c.Line = line
		return
	}
	c.Line = line[:cut]
	from := strings.LastIndexAny(c.Line, "ML")
	c.Unfinished = "M" + c.Line[from+1:] + line[cut:]
}

// stretch cuts or fills values to n, so that the same column stands above the same.
func stretch(values []float64, n int) []float64 {
	if len(values) == 0 {
		return nil
	}
	out := make([]float64, n)
	copy(out, values)
	return out
}

func (s *series) values(m metric) []float64 {
	out := make([]float64, len(s.Columns))
	for i := range s.Columns {
		out[i] = m.Value(&s.Columns[i].Counts)
	}
	return out
}

func raw(v float64) string {
	if math.IsNaN(v) {
		return ""
	}
	return num(v*1000) + "e-3"
}

// axis labels a grid line; all lines of one drawing are cut short alike.
func axis(l *locale, u unit, v, most float64) string {
	if u == unitCount && v > 0 && v < 1e4 && most >= 1e4 && most < 1e6 {
		return l.Decimal(v/1e3, 1) + l.texts()["format.thousand"]
	}
	if u == unitCount {
		return l.Short(int64(v))
	}
	return u.Format(l, v)
}

func (c *column) label(l *locale, p *period) string {
	switch {
	case c.Hour >= 0 && p.Days() == 1:
		return l.T("format.clock", pad(int64(c.Hour)))
	case c.Hour >= 0:
		return l.DayMonth(c.Day) + ", " + l.T("format.clock", pad(int64(c.Hour)))
	case c.Day == c.End && p.By == byDay:
		return l.WeekdayDate(c.Day)
	case p.By == byMonth && c.Whole:
		return l.Month(c.Day)
	}
	return l.Span(c.Day, c.End)
}

// axisLabels are at most seven short labels under the drawing.
func axisLabels(l *locale, p *period, columns []column) []axisLabel {
	const most = 7
	every := max(1, (len(columns)+most-1)/most)
	var labels []axisLabel
	for i := 0; i < len(columns); i += every {
		a := axisLabel{X: num(100*float64(i)/float64(max(1, len(columns)-1))) + "%", Anchor: "middle"}
		switch i {
		case 0:
			a.Anchor = "start"
		case len(columns) - 1:
			a.Anchor = "end"
		}
		switch c := columns[i]; {
		case c.Hour >= 0 && p.Days() <= 2:
			a.Label = l.T("format.clock", pad(int64(c.Hour)))
		case p.By == byMonth, p.Days() > 366: // a day and a month may be those of several years
			a.Label = l.ShortMonth(c.Day)
		default:
			a.Label = l.DayMonth(c.Day)
		}
		labels = append(labels, a)
	}
	return labels
}
