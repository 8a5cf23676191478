package server_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"io/fs"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// zone is the site's zone in tests: whole hours, no daylight saving.
var zone = time.FixedZone("UTC+5", 5*3600)

// now is a Monday afternoon.
var now = time.Date(2026, 11, 23, 15, 20, 0, 0, zone)

func today() stats.Day { d, _ := visit.DayOf(now, zone); return d }

// documents are accounts in memory.
type documents struct {
	mu   sync.Mutex
	docs map[string]string
	err  error // answers everything, where set
}

func newDocuments() *documents { return &documents{docs: make(map[string]string)} }

func (d *documents) Get(_ context.Context, key string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	doc, ok := d.docs[key]
	if d.err != nil {
		return nil, d.err
	}
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(doc), nil
}

func (d *documents) Swap(_ context.Context, key string, old, new []byte) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	doc, ok := d.docs[key]
	if d.err != nil {
		return false, d.err
	}
	if ok != (old != nil) || doc != string(old) {
		return false, nil
	}
	if new == nil {
		delete(d.docs, key)
	} else {
		d.docs[key] = string(new)
	}
	return true, nil
}

func (d *documents) Keys(_ context.Context, prefix string) (keys []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key := range d.docs {
		if strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, d.err
}

// source is made-up statistics, the same for the same days; a stats.Source, so that the real Reports
// stand between it and the dashboard.
type source struct {
	first, last stats.Day
	values      map[stats.Dimension][]weighted
	folds       []stats.Fold
	err         error
}

type weighted struct {
	value  string
	weight float64
}

// year is a site with a year of visitors, growing, with quiet nights and week-ends.
func year() *source {
	return &source{first: today() - 364, last: today(), values: catalogue(), folds: folds(today())}
}

func (s *source) Span(context.Context) (first, last stats.Day, ok bool, err error) {
	return s.first, s.last, s.last >= s.first && s.values != nil, s.err
}

func (s *source) Totals(_ context.Context, first, last stats.Day, f func(stats.Total)) error {
	for day := max(first, s.first); day <= min(last, s.last) && s.values != nil; day++ {
		for hour := range uint8(24) {
			if day == today() && int(hour) > now.Hour() {
				break
			}
			f(stats.Total{Day: day, Hour: hour, Counts: hourly(day, hour)})
		}
	}
	return s.err
}

// hours are made up once: they are the same for every source.
var hours sync.Map

func hourly(day stats.Day, hour uint8) stats.Counts {
	at := [2]int{int(day), int(hour)}
	if c, ok := hours.Load(at); ok {
		return c.(stats.Counts)
	}
	c := madeUp(day, hour)
	hours.Store(at, c)
	return c
}

func madeUp(day stats.Day, hour uint8) (c stats.Counts) {
	weekday := (int(day) + 3) % 7
	week := [7]float64{1, 1.08, 1.12, 1.05, .92, .55, .5}[weekday]
	swing := .12 + math.Pow(math.Sin(math.Pi*math.Mod(float64(hour)+20, 24)/24), 2)
	noise := .85 + .3*chance(fmt.Sprint(day, hour))
	growth := 1 + float64(day-today()+365)/365
	v := 26 * week * swing * noise * growth
	c[stats.Visitors] = int64(v)
	c[stats.Visits] = int64(v * 1.22)
	c[stats.Views] = int64(v * 1.22 * (2.6 + .4*chance(fmt.Sprint("p", day, hour))))
	c[stats.Entries], c[stats.Exits] = c[stats.Visits], c[stats.Visits]
	c[stats.Bounces] = int64(v * 1.22 * (.38 + .1*chance(fmt.Sprint("b", day, hour))))
	c[stats.Seconds] = int64(v * 1.22 * (110 + 40*chance(fmt.Sprint("s", day, hour))))
	c[stats.Requests] = c[stats.Views] * 4
	c[stats.Files] = c[stats.Views] * 3
	c[stats.Missing] = c[stats.Views] / 60
	c[stats.Bots] = int64(40 + 60*chance(fmt.Sprint("r", day, hour)))
	c[stats.FileBots] = c[stats.Bots] / 3
	c[stats.Events] = int64(v * .9)
	c[stats.Refused] = int64(v * .16)
	c[stats.Redirects], c[stats.Rejects], c[stats.Faults] = c[stats.Requests]/11, c[stats.Missing]+c[stats.Requests]/90, c[stats.Requests]/400
	c[stats.Slow] = c[stats.Requests] / 55
	c[stats.Faults] += outage(day, hour, &c)
	return c
}

// outage is how many requests failed in an hour because of the second provider.
func outage(day stats.Day, hour uint8, c *stats.Counts) int64 {
	if hour == 11 && (day == today() || day == today()-3) {
		return c[stats.Requests] / 25
	}
	return 0
}

func chance(seed string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(seed))
	return float64(h.Sum32()%10_000) / 10_000
}

func (s *source) Rows(_ context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	for day := max(first, s.first); day <= min(last, s.last); day++ {
		var whole stats.Counts
		ofOne := int64(0)
		for hour := range uint8(24) {
			if day == today() && int(hour) > now.Hour() {
				break
			}
			c := hourly(day, hour)
			whole.Add(&c)
			ofOne += outage(day, hour, &c)
		}
		if dim == stats.DimNetHour || dim == stats.DimNetLatency {
			s.networks(day, dim, &whole, f)
			continue
		}
		if dim.IsPair() {
			s.pairs(day, dim, &whole, f)
			continue
		}
		visitors := float64(whole[stats.Visitors])
		if !dim.Spec().Signal {
			whole = dim.Whole(whole)
		}
		if dim == stats.DimNetProvider {
			whole[stats.Faults] -= ofOne
		}
		for i, w := range s.values[dim] {
			row := stats.Row{Day: day, Dim: dim, Value: w.value}
			for m := range stats.NumMeasures {
				if m.OfRows() {
					row.Counts[m] = int64(float64(whole[m]) * w.weight)
				}
			}
			if dim.Spec().Measures.Has(stats.Crowd) && visitors*w.weight >= 5 {
				row.Counts[stats.Crowd] = 5 // the floor that it has passed
			}
			if dim == stats.DimNetProvider && i == 1 {
				row.Counts[stats.Faults] += ofOne
			}
			if dim != stats.DimBot && dim != stats.DimStatus {
				row.Counts[stats.Bots] /= 4
			}
			f(row)
		}
	}
	return s.err
}

// networks lets errors come from the second provider, at eleven on two days.
func (s *source) networks(day stats.Day, dim stats.Dimension, whole *stats.Counts, f func(stats.Row)) {
	for i, w := range s.values[stats.DimNetProvider] {
		if dim == stats.DimNetLatency {
			for _, b := range s.values[stats.DimLatency] {
				n := int64(float64(whole[stats.Requests]) * w.weight * b.weight)
				f(stats.Row{Day: day, Dim: dim, Value: stats.JoinPair(w.value, b.value), Counts: stats.Counts{stats.Requests: n}})
			}
			continue
		}
		for hour := range uint8(24) {
			if day == today() && int(hour) > now.Hour() {
				break
			}
			c := hourly(day, hour)
			row := stats.Row{Day: day, Dim: dim, Value: stats.JoinPair(w.value, fmt.Sprintf("%02d", hour))}
			for _, m := range []stats.Measure{stats.Requests, stats.Rejects, stats.Faults, stats.Slow} {
				row.Counts[m] = int64(float64(c[m]) * w.weight)
			}
			enough := int64(float64(c[stats.Visitors]) * w.weight)
			if n := outage(day, hour, &c); n > 0 {
				row.Counts[stats.Faults] = int64(float64(c[stats.Faults]-n) * w.weight)
				if i == 1 {
					row.Counts[stats.Faults], enough = row.Counts[stats.Faults]+n, 9
				}
			}
			if row.Counts[stats.Crowd] = 5; enough >= 5 {
				f(row)
			}
		}
	}
}

// pairs takes the halves of a pair for independent of each other; what fewer than 5 carry is not at rest.
func (s *source) pairs(day stats.Day, dim stats.Dimension, whole *stats.Counts, f func(stats.Row)) {
	halves := dim.Spec().Pair
	for _, a := range s.values[halves[0]] {
		for _, b := range s.values[halves[1]] {
			row := stats.Row{Day: day, Dim: dim, Value: stats.JoinPair(a.value, b.value)}
			for _, m := range []stats.Measure{stats.Views, stats.Visits, stats.Visitors, stats.Bounces, stats.Seconds} {
				row.Counts[m] = int64(float64(whole[m]) * a.weight * b.weight)
			}
			if row.Counts[stats.Crowd] = row.Counts[stats.Visitors]; row.Counts[stats.Crowd] >= 5 {
				f(row)
			}
		}
	}
}

func (s *source) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	return s.Rows(ctx, sel.Dim, sel.First, sel.Last, func(r stats.Row) {
		if sel.Match.Has(r.Value) {
			f(r, sel.Below(&r.Counts))
		}
	})
}

func (s *source) Folds(_ context.Context, first, last stats.Day, _ ...stats.Dimension) (found []stats.Fold, err error) {
	for _, fold := range s.folds {
		if fold.Day >= first && fold.Day <= last {
			found = append(found, fold)
		}
	}
	return found, s.err
}

func folds(today stats.Day) (all []stats.Fold) {
	for day := today - 40; day < today; day++ {
		for _, dim := range []stats.Dimension{stats.DimCountry, stats.DimProvider, stats.DimBrowserVersion} {
			fold := stats.Fold{Day: day, Dim: dim, K: 5, Values: 3 + int(day)%9}
			fold.Counts[stats.Requests], fold.Counts[stats.Visitors], fold.Counts[stats.Views] = int64(40+day%31), int64(3+day%7), int64(9+day%13)
			all = append(all, fold)
		}
	}
	return all
}

// catalogue is what the made-up visitors looked at and with.
func catalogue() map[stats.Dimension][]weighted {
	return map[stats.Dimension][]weighted{
		stats.DimPage: {{"/", .19}, {"/zhanalyktar", .12}, {"/blog/kak-vybrat-tarif", .088}, {"/pricing", .081}, {"/docs/getting-started", .064}, {"/blog/2026/kazakhstan-privacy-law-explained", .057},
			{"/about", .04}, {"/docs/middleware", .036}, {"/kk/bailanys", .031}, {"/blog/cookies-without-consent-are-over", .03}, {"/docs/import", .026}, {"/changelog", .021}, {"/orders/{id}", .018}, {"/search", .014}, {"/careers", .01}},
		stats.DimFile:           {{"/assets/app.js", .31}, {"/assets/app.css", .3}, {"/logo.svg", .12}, {"/downloads/prospekt.pdf", .02}},
		stats.DimSection:        {{"/", .19}, {"/blog", .3}, {"/docs", .2}, {"/pricing", .08}, {"/kk", .05}},
		stats.DimNetProvider:    {{"JSC Kazakhtelecom", .31}, {"Kar-Tel LLC", .12}, {"Mobile Telecom-Service LLP", .08}, {"PJSC Rostelecom", .05}, {"Uzbektelekom Joint Stock Company", .03}, {"Deutsche Telekom AG", .02}, {"", .015}},
		stats.DimNetPrefix:      {{"92.46.0.0/16 JSC Kazakhtelecom", .13}, {"2.132.0.0/16 JSC Kazakhtelecom", .09}, {"2a00:1200::/32 Kar-Tel LLC", .06}, {"37.99.0.0/16 Kar-Tel LLC", .05}},
		stats.DimNetCountry:     {{"KZ", .56}, {"RU", .13}, {"UZ", .052}, {"US", .048}, {"DE", .033}, {"", .01}},
		stats.DimNotFound:       {{"/old-page", .3}, {"/favicon.png", .2}, {"/blog/{id}/amp", .1}},
		stats.DimSource:         {{"", .41}, {"google.com", .25}, {"yandex.kz", .09}, {"t.me", .06}, {"chatgpt.com", .041}, {"instagram.com", .031}, {"news.ycombinator.com", .024}, {"bing.com", .019}, {"github.com", .016}, {"vk.com", .009}, {"perplexity.ai", .008}},
		stats.DimChannel:        {{"direct", .41}, {"search", .36}, {"social", .1}, {"ai", .05}, {"referral", .05}, {"mail", .02}},
		stats.DimCampaign:       {{"", .9}, {"nauryz-2026", .05}, {"autumn_sale", .03}},
		stats.DimCountry:        {{"KZ", .56}, {"RU", .13}, {"UZ", .052}, {"US", .048}, {"DE", .033}, {"KG", .03}, {"TR", .023}, {"GB", .017}, {"CN", .013}, {"PL", .011}, {"NL", .009}, {"AE", .008}, {"IN", .008}, {"FR", .007}, {"SG", .006}, {"CA", .005}, {"BR", .004}, {"JP", .004}, {"AU", .003}, {"MN", .003}},
		stats.DimProvider:       {{"JSC Kazakhtelecom", .31}, {"Kar-Tel LLC", .12}, {"Mobile Telecom-Service LLP", .08}, {"PJSC Rostelecom", .05}, {"Uzbektelekom Joint Stock Company", .03}, {"Deutsche Telekom AG", .02}},
		stats.DimBrowser:        {{"Chrome", .52}, {"Safari", .17}, {"Yandex Browser", .09}, {"Samsung Internet", .07}, {"Firefox", .05}, {"Edge", .05}, {"Opera", .02}},
		stats.DimBrowserVersion: {{"Chrome 146", .31}, {"Chrome 145", .14}, {"Safari 26", .12}, {"Firefox 148", .03}},
		stats.DimOS:             {{"Android", .41}, {"Windows", .29}, {"iOS", .17}, {"macOS", .08}, {"Linux", .03}},
		stats.DimOSVersion:      {{"Android 16", .2}, {"Windows 11", .19}, {"iOS 26", .12}},
		stats.DimDevice:         {{"mobile", .56}, {"desktop", .39}, {"tablet", .04}, {"tv", .005}},
		stats.DimLanguage:       {{"ru", .48}, {"kk", .31}, {"en", .13}, {"uz", .03}, {"de", .02}, {"tr", .01}},
		stats.DimStatus:         {{"2xx", .86}, {"3xx", .1}, {"4xx", .035}, {"5xx", .002}},
		stats.DimBot:            {{"search: Googlebot", .22}, {"search: YandexBot", .13}, {"ai: GPTBot", .16}, {"ai: ClaudeBot", .08}, {"monitor: UptimeRobot", .07}, {"preview: TelegramBot", .05}, {"scanner: zgrab", .09}, {"tool: curl", .04}, {"feed: Feedly", .02}},
		stats.DimConsent:        {{"banner/shown", .5}, {"banner/accepted", .22}, {"banner/rejected", .13}, {"banner/customised", .04}, {"centre/customised", .012}, {"centre/withdrawn", .01}, {"centre/changed", .006}},

		stats.DimTitle: {{"Kelisim", .3}, {"How to choose a tariff", .12}}, stats.DimOutbound: {{"github.com", .2}, {"egov.kz", .1}}, stats.DimDownload: {{"/downloads/prospekt.pdf", .02}},
		stats.DimUpload: {{"/feedback", .003}}, stats.DimNetwork: {{"eyeball", .71}, {"mobile", .2}, {"hosting", .03}}, stats.DimScreen: {{"narrow", .5}, {"wide", .3}, {"widest", .1}},
		stats.DimLatency: {{"5", .3}, {"20", .4}, {"75", .2}, {"300", .08}, {"2000", .02}}, stats.DimDepth: {{"1", .42}, {"2", .2}, {"3", .14}, {"5", .12}, {"10", .1}, {"more", .02}},
		stats.DimDuration: {{"0", .42}, {"30", .2}, {"120", .2}, {"600", .15}, {"more", .03}}, stats.DimScroll: {{"10", .1}, {"50", .3}, {"100", .6}},
		stats.DimEngaged: {{"5", .2}, {"30", .4}, {"120", .3}, {"more", .1}}, stats.DimLCP: {{"1500", .7}, {"3000", .2}, {"more", .1}}, stats.DimINP: {{"100", .6}, {"500", .4}}, stats.DimCLS: {{"0", .5}, {"50", .3}, {"more", .2}},
		stats.DimEvent: {{"signup", .04}, {"signup: plan=free", .03}, {"play", .02}}, stats.DimUnsigned: {{"page /cached", .02}},
		stats.DimGoal: {{"order", .04}, {"played", .02}}, stats.DimFunnel: {{"shop/1", .3}, {"shop/2", .12}, {"shop/3", .05}},
		stats.DimReturn: {{stats.ReturnDay, .2}, {stats.ReturnWeek, .12}, {stats.ReturnMonth, .05}, {stats.ReturnNew, .03}}, stats.DimCohort: {{"2026-03", .02}, {"2026-04", .03}},

		stats.DimConsentPurpose:  {{"preferences/granted", .041}, {"statistics/granted", .029}, {"marketing/granted", .011}, {"marketing/withdrawn", .009}, {"statistics/withdrawn", .006}},
		stats.DimConsentCountry:  answered(.5, .22, weighted{"KZ", .58}, weighted{"RU", .13}, weighted{"UZ", .06}, weighted{"DE", .04}, weighted{"US", .03}),
		stats.DimConsentLanguage: answered(.5, .22, weighted{"ru", .5}, weighted{"kk", .33}, weighted{"en", .12}),
		stats.DimConsentDevice:   answered(.5, .22, weighted{"mobile", .57}, weighted{"desktop", .38}, weighted{"tablet", .05}),
		stats.DimConsentVariant:  answered(.5, .22, weighted{"a", .5}, weighted{"b", .5}),
		stats.DimConsentTime:     {{"5/accepted", .07}, {"15/accepted", .09}, {"60/accepted", .04}, {"300/accepted", .015}, {"more/accepted", .006}, {"15/customised", .01}, {"60/customised", .022}},
	}
}

// answered spreads questions and grants over values, more of them granted under the later ones.
func answered(shown, accepted float64, values ...weighted) (all []weighted) {
	for i, v := range values {
		bent := 1 + .12*float64(i)
		all = append(all, weighted{v.value + "/shown", shown * v.weight}, weighted{v.value + "/accepted", accepted * v.weight * bent}, weighted{v.value + "/customised", .04 * v.weight})
	}
	return all
}
