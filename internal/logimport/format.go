package logimport

import (
	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/internal/goatcounter"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Format is what the lines of a file look like.
type Format uint8

// Formats.
const (
	AccessLog   Format = iota // of nginx, Apache or Caddy: see package accesslog
	GoatCounter               // page views as GoatCounter exports them: see package goatcounter
)

// entry is what one line says.
type entry struct {
	visit.LogLine
	place  visit.Place
	placed bool   // place is told, so that the address is not looked up
	event  string // name of a custom event; then the line is no request
	title  string // of the page
}

func (f Format) parser() func(line string) (entry, error) {
	if f == GoatCounter {
		var p goatcounter.Parser
		return func(line string) (entry, error) {
			row, err := p.Parse(line)
			return entry{LogLine: row.LogLine, place: visit.Place{Country: row.Country}, placed: true, event: row.Event, title: row.Title}, err
		}
	}
	var p accesslog.Parser
	return func(line string) (entry, error) {
		l, err := p.Parse(line)
		return entry{LogLine: l}, err
	}
}

// title counts the title of a page view of a person.
func (im *run) title(hit visit.Hit, pv *visit.Pageview, title string) {
	if title == "" || !pv.View() {
		return
	}
	if value := visit.Title(title); value != "" {
		im.signal(hit, stats.Signal{Day: pv.Day, Hour: pv.Hour, Dim: stats.DimTitle, Value: value})
	}
}

// event counts a custom event of a person.
func (im *run) event(hit visit.Hit, res visit.Response, name string) {
	pv := im.anonymiser.Event(hit, res, name)
	im.see(pv.Day)
	im.counted(pv.Day)
	if value := visit.Name(name); value != "" && pv.Bot == "" {
		im.report.Events++
		im.signal(hit, stats.Signal{Day: pv.Day, Hour: pv.Hour, Dim: stats.DimEvent, Value: value})
	}
}

// signal counts s, and the visitor once a day and value.
func (im *run) signal(hit visit.Hit, s stats.Signal) {
	if day, key, ok := im.anonymiser.Pseudonym(hit); ok && day == s.Day {
		s.Visitor = im.anonymiser.First(day, key, s.Dim.String()+" "+s.Value)
	}
	im.aggregator.AddSignal(&s)
}
