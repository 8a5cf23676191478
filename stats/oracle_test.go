package stats_test

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// someone is a visitor: attributes stay the same all day, since the key of a visitor is made of them.
type someone struct {
	country, region, city, provider, browser, version, os, osVersion, device, language, network string
	prefix                                                                                      visit.Prefix
}

// crowd returns n visitors that share some of their attributes.
func crowd(n int) []someone {
	pick := func(i int, list ...string) string { return list[i%len(list)] }
	people := make([]someone, n)
	for i := range people {
		p := someone{
			country: pick(i, "KZ", "KZ", "KZ", "DE", ""), provider: pick(i, "One", "Two", "One", "Three"),
			browser: pick(i, "Chrome", "Firefox", "Chrome Mobile"), os: pick(i, "Windows", "Android"),
			device: pick(i, "desktop", "mobile"), language: pick(i, "kk", "ru", "kk", "kk", "en", "kk", ""),
		}
		if p.country == "KZ" {
			p.region = pick(i/2, "Almaty", "Astana", "Almaty", "")
		}
		if p.region == "Almaty" {
			p.city = pick(i/3, "Almaty", "", "Talgar")
		}
		p.version = p.browser + pick(i, " 1", " 2", " 1", "")
		p.osVersion = p.os + pick(i/2, " 10", " 11")
		p.network = pick(i, "isp", "isp", "", "hosting")
		p.prefix = visit.PrefixOf(netip.AddrFrom4([4]byte{203, byte(i % 3)}))
		people[i] = p
	}
	return people
}

// seen is one page view of a visit, and what its browser told of it.
type seen struct {
	at   time.Time
	path string

	tells             int       // how often it told
	stayed            bool      // it told of time that was not known
	told              time.Time // when it told last
	engaged, scrolled int       // seconds and percent, as it told last
}

// left is when the page was looked at last, as far as anybody knows.
func (s *seen) left() time.Time {
	if s.told.After(s.at) {
		return s.told
	}
	return s.at
}

// met is something that a goal may be about.
type met struct {
	at  time.Time
	aim visit.Aim
}

// journey is a visit, as it was.
type journey struct {
	who             int
	source, channel string
	campaign        string
	pages           []seen
	met             []met
}

// oracle knows every raw event and counts them anew for each question.
type oracle struct {
	now      time.Time
	people   []someone
	visits   []*journey
	current  map[int]*journey
	requests []visit.Pageview
	viewed   map[string]bool // pages and sections by visitor and day
	missed   int             // of which the house's tracker said that they had been viewed before
	askers   map[string]bool // visitors by day, those included who viewed no page
	asked    []int           // whose each of requests is
	refused  map[hourKey]int64
	signals  []signalled
	acts     []stats.Act
	returns  []returned
	plan     *visit.Plan
	tracker  *visit.Tracker // the house's, whose steps are what is counted
}

func newOracle(n int, start time.Time) *oracle {
	return &oracle{
		now: start, people: crowd(n), current: map[int]*journey{}, askers: map[string]bool{}, viewed: map[string]bool{},
		refused: map[hourKey]int64{}, plan: aims(), tracker: visit.NewTracker(0, 4, aims()),
	}
}

// request returns a request of a visitor that is no page view yet.
func (o *oracle) request(who int, kind visit.Kind, path string, status int, source string) visit.Pageview {
	p := o.people[who]
	pv := visit.Pageview{
		Kind: kind, Path: path, Section: visit.Section(path), Status: status, Source: source,
		Country: p.country, Region: p.region, City: p.city, Provider: p.provider, Browser: p.browser,
		BrowserVersion: p.version, OS: p.os, OSVersion: p.osVersion, Device: p.device, Language: p.language, Network: p.network, Prefix: p.prefix,
	}
	if source != "" {
		pv.Channel = "referral"
	}
	pv.Day, pv.Hour = visit.DayOf(o.now, time.UTC)
	return pv
}

// see makes a request. Where it is a page view the oracle notes it in the visit that it is of, by itself, and the
// house's tracker says what it adds to a visit.
func (o *oracle) see(who int, pv visit.Pageview) visit.Pageview {
	if pv.View() {
		o.note(who, &pv)
		o.tracker.Observe(o.key(who, pv.Day), o.carry(who, pv.Day), o.now, &pv)
		pv.Step.Lot = uint8(who % 64)
		o.exactly(who, &pv)
	}
	if key := fmt.Sprint(who, pv.Day); pv.Bot == "" {
		pv.Asker, pv.Lot = !o.askers[key], uint8(who%64)
		o.askers[key] = true
	}
	o.requests, o.asked = append(o.requests, pv), append(o.asked, who)
	return pv
}

func (o *oracle) note(who int, pv *visit.Pageview) {
	j := o.open(who)
	if j == nil {
		j = &journey{who: who, source: pv.Source, channel: pv.Channel, campaign: pv.Campaign}
		o.current[who] = j
		o.visits = append(o.visits, j)
	}
	j.pages = append(j.pages, seen{at: o.now, path: pv.Path})
	j.met = append(j.met, met{o.now, visit.Aim{Page: pv.Path}})
}

// open returns the visit of who that has had no pause over 30 minutes; nil for none.
func (o *oracle) open(who int) *journey {
	j := o.current[who]
	if j == nil || o.now.Sub(j.pages[len(j.pages)-1].at) > 30*time.Minute {
		return nil
	}
	return j
}

// key is what the house knows a visitor by on one day.
func (o *oracle) key(who int, day stats.Day) visit.Key {
	return visit.Key{uint64(who) + 1, uint64(day)<<16 | uint64(who) + 1}
}

// carry is the key of the day before, as long as a visit may have begun on it.
func (o *oracle) carry(who int, day stats.Day) visit.Key {
	if o.now.Sub(day.Time(time.UTC)) > 30*time.Minute {
		return visit.Key{}
	}
	return o.key(who, day-1)
}

// tally is what an oracle counts: the same shape as the store's.
type tally struct {
	totals map[hourKey]stats.Counts
	rows   map[valueKey]stats.Counts
	events []event

	troubled map[valueKey]map[int]bool // by provider and hour: whose requests failed
	askers   map[valueKey]int64        // by networks: how many asked
	asked    []request                 // of people
}

func (t *tally) row(day stats.Day, dim stats.Dimension, value string, m stats.Measure, n int64) {
	if !dim.Spec().Measures.Has(m) || n == 0 {
		return
	}
	k := valueKey{day, dim, value}
	c := t.rows[k]
	c[m] += n
	t.rows[k] = c
}

func (t *tally) total(day stats.Day, hour uint8, m stats.Measure, n int64) {
	k := hourKey{day, hour}
	c := t.totals[k]
	c[m] += n
	t.totals[k] = c
}

// person counts under every attribute of a visitor.
func (t *tally) person(day stats.Day, p someone, m stats.Measure, n int64) {
	t.row(day, stats.DimCountry, p.country, m, n)
	if p.region != "" {
		t.row(day, stats.DimRegion, p.country+"/"+p.region, m, n)
	}
	if p.city != "" {
		t.row(day, stats.DimCity, p.country+"/"+p.region+"/"+p.city, m, n)
	}
	t.row(day, stats.DimProvider, p.provider, m, n)
	t.row(day, stats.DimBrowser, p.browser, m, n)
	t.row(day, stats.DimBrowserVersion, p.version, m, n)
	t.row(day, stats.DimOS, p.os, m, n)
	t.row(day, stats.DimOSVersion, p.osVersion, m, n)
	t.row(day, stats.DimDevice, p.device, m, n)
	t.row(day, stats.DimLanguage, p.language, m, n)
	if p.network != "" {
		t.row(day, stats.DimNetwork, p.network, m, n)
	}
}

func (t *tally) page(day stats.Day, path string, m stats.Measure, n int64) {
	t.row(day, stats.DimPage, path, m, n)
	t.row(day, stats.DimSection, visit.Section(path), m, n)
}

func (t *tally) arrival(day stats.Day, source, channel, campaign string, m stats.Measure, n int64) {
	t.row(day, stats.DimSource, source, m, n)
	t.row(day, stats.DimChannel, channel, m, n)
	t.row(day, stats.DimCampaign, campaign, m, n)
}

// count counts everything from the beginning.
func (o *oracle) count() *tally {
	t := &tally{totals: map[hourKey]stats.Counts{}, rows: map[valueKey]stats.Counts{}, troubled: map[valueKey]map[int]bool{}, askers: map[valueKey]int64{}}
	defer func() { t.cross(o.visits) }()
	for i := range o.requests {
		t.request(&o.requests[i])
		t.answered(&o.requests[i], o.asked[i])
	}
	firsts := map[string]bool{}
	for _, j := range o.visits {
		t.journey(j, o.people[j.who])
	}
	t.viewers(o.viewsInOrder())
	for _, pv := range o.viewsInOrder() {
		if key := fmt.Sprint(pv.who, pv.day); !firsts[key] {
			firsts[key] = true
			t.total(pv.day, pv.hour, stats.Visitors, 1)
			t.person(pv.day, o.people[pv.who], stats.Visitors, 1)
			t.page(pv.day, pv.path, stats.Visitors, 1)
			t.arrival(pv.day, pv.source, pv.channel, pv.campaign, stats.Visitors, 1)
			t.row(pv.day, stats.DimStatus, "2xx", stats.Visitors, 1)
			t.events = append(t.events, event{pv.who, pv.day, o.people[pv.who].values(pv.hour, pv.path, pv.source, pv.channel, pv.campaign), stats.Visitors, 1, false})
		}
	}
	for k, n := range o.refused {
		t.total(k.day, k.hour, stats.Refused, n)
	}
	o.countTold(t)
	return t
}

// request counts what a request is in itself.
func (t *tally) request(pv *visit.Pageview) {
	m, files, missing := stats.Requests, stats.Files, stats.Missing
	if pv.Bot != "" {
		m, files, missing = stats.Bots, stats.FileBots, stats.MissingBots
		t.row(pv.Day, stats.DimBot, pv.BotClass+": "+pv.Bot, m, 1)
	}
	t.total(pv.Day, pv.Hour, m, 1)
	t.person(pv.Day, someone{
		pv.Country, pv.Region, pv.City, pv.Provider, pv.Browser, pv.BrowserVersion, pv.OS, pv.OSVersion, pv.Device, pv.Language, pv.Network, pv.Prefix,
	}, m, 1)
	if pv.Latency > 0 && pv.Bot == "" {
		t.row(pv.Day, stats.DimLatency, latencyBucket(pv), stats.Requests, 1)
	}
	if pv.Download {
		t.row(pv.Day, stats.DimDownload, pv.Path, m, 1)
	}
	if pv.Upload {
		t.row(pv.Day, stats.DimUpload, pv.Path, m, 1)
	}
	t.arrival(pv.Day, pv.Source, pv.Channel, pv.Campaign, m, 1)
	t.row(pv.Day, stats.DimStatus, fmt.Sprintf("%dxx", pv.Status/100), m, 1)
	switch {
	case pv.Kind != visit.KindPage:
		t.total(pv.Day, pv.Hour, files, 1)
		t.row(pv.Day, stats.DimFile, pv.Path, m, 1)
		return
	case pv.Status == 404 || pv.Status == 410:
		t.total(pv.Day, pv.Hour, missing, 1)
		t.row(pv.Day, stats.DimNotFound, pv.Path, m, 1)
	}
	t.page(pv.Day, pv.Path, m, 1)
	if pv.View() {
		t.row(pv.Day, stats.DimStatus, "2xx", stats.Views, 1)
	}
}

// journey counts a whole visit, knowing how it ended.
func (t *tally) journey(j *journey, p someone) {
	seen := false
	everywhere := func(at time.Time, path string, m stats.Measure, n int64) {
		day, hour := visit.DayOf(at, time.UTC)
		t.total(day, hour, m, n)
		t.page(day, path, m, n)
		t.person(day, p, m, n)
		t.arrival(day, j.source, j.channel, j.campaign, m, n)
		t.events = append(t.events, event{j.who, day, p.values(hour, path, j.source, j.channel, j.campaign), m, n, seen})
	}
	first, last := &j.pages[0], &j.pages[len(j.pages)-1]
	everywhere(first.at, first.path, stats.Visits, 1)
	everywhere(first.at, first.path, stats.Entries, 1)
	everywhere(last.at, last.path, stats.Exits, 1)
	if len(j.pages) == 1 {
		everywhere(first.at, first.path, stats.Bounces, 1)
	}
	day, _ := visit.DayOf(first.at, time.UTC)
	t.row(day, stats.DimDepth, bucket([]int{1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50}, len(j.pages)), stats.Visits, 1)
	t.row(day, stats.DimDuration, bucket([]int{0, 10, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200}, int(last.left().Sub(first.at).Seconds())), stats.Visits, 1)
	for i, s := range j.pages {
		seen = true
		everywhere(s.at, s.path, stats.Views, 1)
		left := s.left()
		if seen = false; i+1 < len(j.pages) { // time is counted where the visit began, and nobody is by it
			left = j.pages[i+1].at
		} else if left.Equal(s.at) {
			continue
		}
		everywhere(first.at, s.path, stats.Seconds, int64(left.Sub(s.at).Seconds()))
		t.page(day, s.path, stats.Timed, 1)
	}
}

// bucket returns the first of the ends that n does not exceed.
func bucket(ends []int, n int) string {
	for _, end := range ends {
		if n <= end {
			return fmt.Sprint(end)
		}
	}
	return "more"
}

type view struct {
	who                   int
	at                    time.Time
	day                   stats.Day
	hour                  uint8
	path, source, channel string
	campaign              string
}

// viewsInOrder returns all page views by visitor, in order of time for each.
func (o *oracle) viewsInOrder() (list []view) {
	for _, j := range o.visits {
		for _, s := range j.pages {
			day, hour := visit.DayOf(s.at, time.UTC)
			list = append(list, view{j.who, s.at, day, hour, s.path, j.source, j.channel, j.campaign})
		}
	}
	return list
}
