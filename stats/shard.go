package stats

import (
	"net/http"
	"sync"

	"github.com/kelisim/kelisim/visit"
)

// maxDays is the number of days a shard counts at once between two gatherings.
const maxDays = 512

// shard is one of the places where requests are counted. Its size keeps neighbours off its cache lines.
type shard struct {
	mu      sync.Mutex
	tallies map[Day]*tally
	last    *tally // the one used last
	limits  *limits
	dropped [numDrops]int64
	late    int64 // hits counted on a later day than their own
	closed  Day   // days before have no rows
	_       [64]byte
}

// limits are the sizes of a shard's tables.
type limits struct{ people, arrivals, pages, files, missing, robots, events, facets, signals, joints, asked int }

// tally is one day in one shard.
type tally struct {
	day      Day
	accepted int64 // hits, counted when they come and before anything is made of them
	hours    [24]Counts
	used     uint32 // hours that counted something, a bit each; bit 24 for what has no hour
	status   [6]cell
	shape    shape
	people   table[person]
	arrivals table[arrival]
	pages    table[text]
	files    table[text]
	missing  table[text]
	robots   table[robot]
	events   table[text]
	facets   table[facet]
	signals  table[facet]
	engaged  table[text]
	joints   joints
	asked    askedTable
}

func newTally(day Day, l *limits) *tally {
	return &tally{
		day:      day,
		people:   newTable[person](l.people),
		arrivals: newTable[arrival](l.arrivals),
		pages:    newTable[text](l.pages),
		files:    newTable[text](l.files),
		missing:  newTable[text](l.missing),
		robots:   newTable[robot](l.robots),
		events:   newTable[text](l.events),
		facets:   newTable[facet](l.facets),
		signals:  newTable[facet](l.signals),
		engaged:  newTable[text](l.pages),
		joints:   newJoints(l.joints),
		asked:    askedTable{table: newTable[asked](l.asked)},
	}
}

// noHour is the bit of used for what is counted by day only.
const noHour = 1 << 24

// hour returns the totals of an hour of the day.
func (t *tally) hour(h uint8) *Counts {
	t.used |= 1 << h
	return &t.hours[h]
}

// tally returns the tally of day, which has no rows once the day has ended; nil if there are too many.
func (s *shard) tally(day Day) *tally {
	if s.last != nil && s.last.day == day {
		return s.last
	}
	t := s.tallies[day]
	if t == nil {
		if len(s.tallies) >= maxDays {
			return nil
		}
		l := s.limits
		if day < s.closed {
			l = &limits{}
		}
		t = newTally(day, l)
		s.tallies[day] = t
	}
	s.last = t
	return t
}

// add counts one request. The caller holds mu.
func (s *shard) add(pv *visit.Pageview) {
	if pv.Hour > 23 {
		s.dropped[dropHour]++
		return
	}
	t := s.tally(pv.Day)
	if t == nil {
		s.dropped[dropDays]++
		return
	}
	t.accepted++
	if pv.Late {
		s.late++
	}
	t.answered(pv)
	if pv.View() {
		s.addView(t, pv)
		return
	}
	m := Requests
	if pv.Bot != "" || pv.BotClass != "" {
		m = Bots
		t.robot(pv).n[Bots]++
	}
	t.hour(pv.Hour)[m]++
	t.addTarget(pv, m)
	t.addFile(pv, m)
	t.statusCell(pv.Status).n[m]++
	t.people.cells[t.person(pv)].n[m]++
	t.arrival(pv.Source, pv.Channel, pv.Campaign).n[m]++
}

// addTarget counts a request that is no page view under what it asked for: a page or a file.
func (t *tally) addTarget(pv *visit.Pageview, m Measure) {
	total := &t.hours[pv.Hour]
	if pv.Kind != visit.KindPage {
		total[either(m, Files, FileBots)]++
		count(&t.files, pv, m)
		return
	}
	count(&t.pages, pv, m)
	if pv.Status == http.StatusNotFound || pv.Status == http.StatusGone {
		total[either(m, Missing, MissingBots)]++
		cellOf(&t.missing, pv.Path, true).n[m]++
	}
}

// addFile counts a file that was sent or received.
func (t *tally) addFile(pv *visit.Pageview, m Measure) {
	if pv.Download {
		t.path(DimDownload, pv.Path).n[m]++
	}
	if pv.Upload {
		t.path(DimUpload, pv.Path).n[m]++
	}
}

// path returns the cell of a path in a dimension that few requests have a value in.
func (t *tally) path(dim Dimension, path string) *cell {
	k := facet{dim: dim, value: path}
	return &t.signals.cells[t.signals.find(quickText(path)+uint64(dim), &k, true)]
}

// count counts a request under its path.
func count(paths *table[text], pv *visit.Pageview, m Measure) {
	good := pv.Status < http.StatusBadRequest
	c := cellOf(paths, pv.Path, good)
	c.n[m]++
	c.good = c.good || good
}

// cellOf returns the cell of s, to be used until the next look-up in the same table.
func cellOf(t *table[text], s string, good bool) *cell {
	k := text(s)
	return &t.cells[t.find(quickText(s), &k, good)]
}

// page returns the index of the cell of a page.
func (t *tally) page(path string) int32 {
	k := text(path)
	return t.pages.find(quickText(path), &k, true)
}

// arrival returns the cell of an arrival, to be used until the next look-up in the same table.
func (t *tally) arrival(source, channel, campaign string) *cell {
	return &t.arrivals.cells[t.from(source, channel, campaign)]
}

// from returns the index of the cell of an arrival.
func (t *tally) from(source, channel, campaign string) int32 {
	k := arrival{source, channel, campaign}
	return t.arrivals.find(quickArrival(source, channel, campaign), &k, true)
}

func (t *tally) robot(pv *visit.Pageview) *cell {
	k := robot{pv.BotClass, pv.Bot}
	return &t.robots.cells[t.robots.find(quickArrival(k.class, k.name, ""), &k, true)]
}

// person returns the index of the cell of who asks.
func (t *tally) person(pv *visit.Pageview) int32 {
	k := person{
		pv.Country, pv.Region, pv.City, pv.Provider, pv.Browser,
		pv.BrowserVersion, pv.OS, pv.OSVersion, pv.Device, pv.Language, pv.Network,
	}
	return t.people.find(quickPerson(pv), &k, true)
}

// either returns people if m counts people's requests, otherwise bots.
func either(m, people, bots Measure) Measure {
	if m == Requests {
		return people
	}
	return bots
}

func (t *tally) statusCell(status int) *cell {
	class := status / 100
	if class < 1 || class >= len(t.status) {
		class = 0
	}
	return &t.status[class]
}
