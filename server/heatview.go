package server

import (
	"strconv"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// heatShades is the number of shades of the map of hours.
const heatShades = 7

// heatView is page views by weekday and hour, as a table.
type heatView struct {
	Hours []heatHour
	Rows  []heatRow
	Empty bool
	Best  string // when most happens, in words
	Since string // the first day of which hours are kept, where it is within the range
}

type heatHour struct {
	Label string
	Full  string
	Shown bool // every third one: there is no room for more
}

type heatRow struct {
	Label string
	Cells []heatCell
}

type heatCell struct{ Class, Value, Title string }

func newHeatView(l *locale, h *heat) *heatView {
	v := &heatView{Empty: true}
	var most int64
	for _, day := range h {
		for _, counts := range day {
			most = max(most, counts[stats.Views])
		}
	}
	for hour := range 24 {
		v.Hours = append(v.Hours, heatHour{pad(int64(hour)), l.T("format.clock", pad(int64(hour))), hour%3 == 0})
	}
	for i, day := range h {
		row := heatRow{Label: l.Weekday(time.Weekday((i + 1) % 7))}
		for hour, counts := range day {
			n := max(0, counts[stats.Views])
			when := row.Label + ", " + v.Hours[hour].Full
			if n > 0 {
				v.Empty = false
			}
			if n == most && v.Best == "" && n > 0 {
				v.Best = l.T("heat.best", when, l.Number(n))
			}
			row.Cells = append(row.Cells, heatCell{"h" + strconv.Itoa(level(n, most, heatShades, 1)), l.Number(n), when + ": " + l.Number(n)})
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}
