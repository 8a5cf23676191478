package visit

import (
	"errors"
	"io"
	"net/netip"
	"time"
)

// Options configures an [Anonymiser].
type Options struct {
	Secret   []byte         // required, at least 32 bytes; never in the store
	Zone     *time.Location // required: the site's time zone, in which days begin
	Hosts    []string       // the site's own hosts beside the one asked for: no referrers; optional
	Tags     []string       // declared campaign tags beside utm_*; optional
	Locator  Locator        // where addresses are; optional: Response.Place is taken without one
	Capacity int            // visitors a day; default 2,000,000
	Days     int            // days alive at once; default 2; more for the import of unsorted logs
	Agents   int            // user agents remembered; default 4,096
	Paths    int            // paths shared; default 16,384
	Random   io.Reader      // seeds of days; default crypto/rand
}

// Locator finds the place of an address. It is safe for concurrent use and never fails.
type Locator interface {
	Place(addr netip.Addr) Place
}

// Anonymiser turns hits into page views: the door through which nothing personal passes. It is safe
// for concurrent use.
type Anonymiser struct {
	options  Options
	keys     *Keys
	agents   *Agents
	scrubber *Scrubber
	tracker  *Tracker
}

// NewAnonymiser makes an Anonymiser, or reports every fault of o at once.
func NewAnonymiser(o Options) (*Anonymiser, error) {
	keys, err := NewKeys(o.Secret, o.Random, o.Days)
	if o.Zone == nil {
		err = errors.Join(err, errors.New("visit: no time zone: give the site's, such as Asia/Almaty"))
	}
	if err != nil {
		return nil, err
	}
	return &Anonymiser{options: o, keys: keys, agents: NewAgents(o.Agents), scrubber: NewScrubber(o.Paths), tracker: NewTracker(o.Capacity, o.Days)}, nil
}

// Page makes hit anonymous and, when it is a page view, takes it into its visit. Call it once for
// each hit, when the response is done.
func (a *Anonymiser) Page(hit Hit, res Response) Pageview {
	var pv Pageview
	var agent Agent
	a.agents.parse(hit.agent, &hit.hints, &agent)
	pv.Day, pv.Hour = DayOf(hit.time, a.options.Zone)
	pv.Kind, pv.Status = kindOf(&hit, &res), res.Status
	pv.Path = a.scrubber.Path(hit.path)
	pv.Section = Section(pv.Path)
	tags := Campaign(hit.query, a.options.Tags...)
	pv.Source = Referrer(hit.referrer, hit.host)
	pv.Channel, pv.Campaign = Channel(pv.Source, tags), tags.Campaign
	place := res.Place
	if a.options.Locator != nil {
		place = a.options.Locator.Place(hit.addr)
	}
	pv.Country, pv.Region, pv.City, pv.Provider = place.Country, place.Region, place.City, place.Provider
	pv.Browser, pv.BrowserVersion, pv.OS, pv.OSVersion = agent.Browser, agent.BrowserVersion, agent.OS, agent.OSVersion
	pv.Device, pv.Bot, pv.BotClass = agent.Device, agent.Bot, agent.BotClass
	if pv.View() {
		a.observe(&hit, &pv)
	}
	return pv
}

func (a *Anonymiser) observe(hit *Hit, pv *Pageview) {
	key, err := a.keys.Key(pv.Day, hit.addr, hit.agent)
	if err != nil {
		return
	}
	var carry Key
	if hit.time.Add(-VisitPause).Before(pv.Day.Time(a.options.Zone)) {
		carry, _ = a.keys.Peek(pv.Day-1, hit.addr, hit.agent)
	}
	a.tracker.Observe(key, carry, hit.time, pv)
}

// Drop ends day: its seed is erased and everything keyed by it forgotten. Call it when the day closes.
func (a *Anonymiser) Drop(day Day) {
	a.keys.Drop(day)
	a.tracker.Drop(day)
}

// Days returns the days that are alive.
func (a *Anonymiser) Days() []Day { return a.keys.Days() }

// Stats accounts for what the tracker holds and could not hold.
func (a *Anonymiser) Stats() TrackerStats { return a.tracker.Stats() }
