package visit

import (
	"errors"
	"io"
	"math"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

// Options configures an [Anonymiser].
type Options struct {
	Secret   []byte         // required, at least 32 bytes; never in the store
	Zone     *time.Location // required: the site's time zone, in which days begin
	Hosts    []string       // the site's own hosts beside the one asked for: no referrers; optional
	Tags     []string       // declared campaign tags beside utm_*; optional
	Spam     []string       // hosts of referrer spam beside the best known; at most MaxSpam; optional
	Locator  Locator        // where addresses are; optional: Response.Place is taken without one
	Capacity int            // visitors a day; default 2,000,000
	Days     int            // days alive at once; default 2; more for the import of unsorted logs
	Agents   int            // user agents remembered; default 4,096
	Paths    int            // paths shared; default 16,384
	Random   io.Reader      // seeds of days; default crypto/rand
	Plan     *Plan          // goals and funnels; optional
}

// Locator finds the place of an address. It is safe for concurrent use and never fails.
type Locator interface {
	Place(addr netip.Addr) Place
}

// Anonymiser turns hits into page views: the door through which nothing personal passes. A repeat
// visitor costs no allocation. It is safe for concurrent use.
type Anonymiser struct {
	zone     *time.Location
	hosts    []string
	tags     []string
	locator  Locator
	keys     *Keys
	agents   *Agents
	scrubber *Scrubber
	sources  *Interner
	from     *sourceBook
	tracker  *Tracker
	calendar calendar
	firsts   firsts
	spam     spam
	told     *Interner    // strings that other processes told
	closed   atomic.Int64 // the last day dropped
}

// NewAnonymiser makes an Anonymiser, or reports every fault of o at once.
func NewAnonymiser(o Options) (*Anonymiser, error) {
	keys, err := NewKeys(o.Secret, o.Random, o.Days)
	if o.Zone == nil {
		err = errors.Join(err, errors.New("visit: no time zone: give the site's, such as Asia/Almaty"))
	}
	unwanted, spamErr := newSpam(o.Spam)
	if err = errors.Join(err, spamErr); err != nil {
		return nil, err
	}
	a := &Anonymiser{
		zone: o.Zone, hosts: slices.Clone(o.Hosts), tags: slices.Clone(o.Tags), locator: o.Locator, keys: keys,
		agents: NewAgents(o.Agents), scrubber: NewScrubber(o.Paths), sources: NewInterner(maxSources), from: newSourceBook(maxSources, unwanted),
		tracker: NewTracker(o.Capacity, o.Days, o.Plan), calendar: calendar{zone: o.Zone},
		spam: unwanted, told: NewInterner(maxSources),
	}
	a.closed.Store(math.MinInt32)
	return a, nil
}

const maxSources = 4096

// Page makes hit anonymous and, when it is a page view, takes it into its visit. Call it once for
// each hit, when the response is done. A hit whose day has been dropped is counted at hour 0 of the
// day after, with Late set.
func (a *Anonymiser) Page(hit Hit, res Response) (pv Pageview) {
	a.Read(&hit, &res, &pv)
	return pv
}

// Read is Page into a zero pv, without the copies. It changes neither hit nor res.
func (a *Anonymiser) Read(hit *Hit, res *Response, pv *Pageview) {
	var agent Agent
	a.agents.parse(hit.agent.reveal(), &hit.hints, &agent)
	pv.Kind, pv.Status = kindOf(hit, res), res.Status
	pv.Browser, pv.BrowserVersion, pv.OS, pv.OSVersion = agent.Browser, agent.BrowserVersion, agent.OS, agent.OSVersion
	pv.Device, pv.Bot, pv.BotClass = agent.Device, agent.Bot, agent.BotClass
	pv.Language = language(hit.language.reveal())
	pv.Latency, pv.Download, pv.Upload = res.Latency, isDownload(hit, res), isUpload(hit, res)
	pv.Path, pv.Unproven = a.scrubber.Path(hit.path.reveal()), res.Unproven
	pv.Section = Section(pv.Path)
	a.date(hit, pv)
	a.origin(hit, pv)
	a.place(hit, res, pv)
	switch {
	case pv.View():
		a.observe(hit, pv)
	case pv.Bot == "" && pv.BotClass == "":
		a.ask(hit, pv)
	}
}

// ask marks a request that is no page view, and begins no visit.
func (a *Anonymiser) ask(hit *Hit, pv *Pageview) {
	key, err := a.keys.Key(pv.Day, hit.addr.reveal(), hit.agent.reveal())
	if err == nil { // otherwise it is nobody's first
		a.tracker.Ask(key, pv)
	}
}

// Event makes the hit of a custom event anonymous and takes the event into the open visit of its visitor, if
// there is one: Step says what is known of that visit and what was reached in it; Step.Views is 0 without.
func (a *Anonymiser) Event(hit Hit, res Response, name string) (pv Pageview) {
	var agent Agent
	a.agents.parse(hit.agent.reveal(), &hit.hints, &agent)
	pv.Status = res.Status
	pv.Browser, pv.BrowserVersion, pv.OS, pv.OSVersion = agent.Browser, agent.BrowserVersion, agent.OS, agent.OSVersion
	pv.Device, pv.Bot, pv.BotClass = agent.Device, agent.Bot, agent.BotClass
	pv.Language = language(hit.language.reveal())
	a.date(&hit, &pv)
	a.place(&hit, &res, &pv)
	if pv.Bot != "" {
		return pv
	}
	if key, ok := a.keys.Peek(pv.Day, hit.addr.reveal(), hit.agent.reveal()); ok && a.tracker.Event(key, hit.time, name, &pv) {
		return pv
	}
	if a.calendar.opening(hit.time, pv.Day) { // the visit may not have been seen since midnight
		yesterday := pv
		yesterday.Day--
		if key, ok := a.keys.Peek(yesterday.Day, hit.addr.reveal(), hit.agent.reveal()); ok && a.tracker.Event(key, hit.time, name, &yesterday) {
			pv.Step = yesterday.Step
		}
	}
	return pv
}

func (a *Anonymiser) date(hit *Hit, pv *Pageview) {
	pv.Day, pv.Hour = a.calendar.date(hit.time)
	if closed := Day(a.closed.Load()); pv.Day <= closed {
		pv.Day, pv.Hour, pv.Late = closed+1, 0, true
	}
}

// origin says where the visitor came from.
func (a *Anonymiser) origin(hit *Hit, pv *Pageview) {
	from := sourced{channel: channelDirect}
	if hit.referrer.size > 0 {
		from = a.from.of(hit.referrer.reveal(), hit.host.reveal(), a.hosts)
		if from.spam {
			a.spam.mark(pv)
			return
		}
	}
	pv.Source, pv.Channel = from.source, from.channel
	query := hit.query.reveal()
	if query == "" {
		return
	}
	tags := Campaign(query, a.tags...)
	pv.Campaign = a.sources.Intern(tags.Campaign)
	if pv.Source == "" && tags.Source != "" && tags.Source[0] != ':' {
		pv.Source = a.sources.Intern(tags.Source)
	}
	pv.Channel = Channel(pv.Source, tags)
}

func (a *Anonymiser) place(hit *Hit, res *Response, pv *Pageview) {
	place := res.Place
	if a.locator != nil {
		place = a.locator.Place(hit.addr.reveal())
	}
	pv.Prefix = PrefixOf(hit.addr.reveal())
	pv.Country, pv.Region, pv.City, pv.Provider, pv.Network = place.Country, place.Region, place.City, place.Provider, place.Network
}

// observe takes a page view into its visit. Without randomness for a new day no key can be had: then
// the view counts, in no visit.
func (a *Anonymiser) observe(hit *Hit, pv *Pageview) {
	key, err := a.keys.Key(pv.Day, hit.addr.reveal(), hit.agent.reveal())
	if err != nil {
		a.tracker.untracked.Add(1)
		return
	}
	var carry Key
	if a.calendar.opening(hit.time, pv.Day) {
		carry, _ = a.keys.Peek(pv.Day-1, hit.addr.reveal(), hit.agent.reveal())
	}
	a.tracker.Observe(key, carry, hit.time, pv)
}

// Drop ends day: its seed is erased and everything keyed by it forgotten. Call it when the day closes,
// at least 30 minutes after midnight, so that visits across it are not cut.
func (a *Anonymiser) Drop(day Day) {
	for closed := a.closed.Load(); int64(day) > closed && !a.closed.CompareAndSwap(closed, int64(day)); {
		closed = a.closed.Load()
	}
	a.keys.Drop(day)
	a.tracker.Drop(day)
	a.firsts.drop(day)
}

// Days returns the days that are alive.
func (a *Anonymiser) Days() []Day { return a.keys.Days() }

// Stats accounts for what the tracker holds and could not hold.
func (a *Anonymiser) Stats() TrackerStats { return a.tracker.Stats() }
