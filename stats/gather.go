package stats

import "github.com/kelisim/kelisim/visit"

// harvest is what one day of one shard has counted since the last gathering.
type harvest struct {
	people   []pair[person]
	arrivals []pair[arrival]
	pages    []pair[text]
	files    []pair[text]
	missing  []pair[text]
	robots   []pair[robot]
	events   []pair[text]
	facets   []pair[facet]
	signals  []pair[facet]
	engaged  []pair[text]
	asked    []pair[asked]
	askedBy  []askedCell // beside asked
	accepted int64
	status   [6]cell
	shape    shape
	hours    [24]Counts
	used     uint32
	lost     [NumDimensions]int64
	shared   int64

	joints     []joint
	jointCells []jointCell
	uncrossed  int64
	at         struct{ people, arrivals, pages []int32 } // where the cells of tables are in the lists

	personParts, arrivalParts []parts // by person and arrival
	pageParts                 []pageParts
}

// collect moves what t has counted to v. The caller holds the shard's lock, so this copies and no more.
func (v *harvest) collect(t *tally) {
	v.joints, v.jointCells = t.joints.collect(v.joints[:0], v.jointCells[:0])
	v.uncrossed, t.joints.lost = t.joints.lost, 0
	v.people = t.people.collect(v.people[:0])
	v.arrivals = t.arrivals.collect(v.arrivals[:0])
	v.pages = t.pages.collect(v.pages[:0])
	v.files = t.files.collect(v.files[:0])
	v.missing = t.missing.collect(v.missing[:0])
	v.robots = t.robots.collect(v.robots[:0])
	v.events = t.events.collect(v.events[:0])
	v.facets = t.facets.collect(v.facets[:0])
	v.signals = t.signals.collect(v.signals[:0])
	v.engaged = t.engaged.collect(v.engaged[:0])
	v.asked, v.askedBy = t.asked.collect(v.asked[:0], v.askedBy[:0])
	v.accepted, t.accepted = t.accepted, 0
	v.status, t.status = t.status, [6]cell{}
	v.shape, t.shape = t.shape, shape{}
	v.hours, t.hours = t.hours, [24]Counts{}
	v.used, t.used = t.used, 0
	v.lost[DimPage], t.pages.lost = t.pages.lost, 0
	v.lost[DimFile], t.files.lost = t.files.lost, 0
	v.lost[DimNotFound], t.missing.lost = t.missing.lost, 0
	v.lost[DimBot], t.robots.lost = t.robots.lost, 0
	v.lost[DimConsent], t.events.lost = t.events.lost, 0
	v.lost[DimConsentCountry], t.facets.lost = t.facets.lost, 0
	v.lost[DimEvent], t.signals.lost = t.signals.lost, 0
	v.lost[DimNetProvider], t.asked.lost = t.asked.lost, 0
	t.engaged.lost = 0 // as many pages were lost
	v.shared = t.people.lost + t.arrivals.lost
	t.people.lost, t.arrivals.lost = 0, 0
}

// gather moves what the shards have counted into the hold. The caller holds the hold's lock.
func (a *Aggregator) gather() {
	for i := range a.shards {
		days, dropped, late := a.shards[i].days()
		a.hold.late += late
		for reason, n := range dropped {
			a.hold.dropped[reason] += n
		}
		for _, day := range days {
			a.gatherDay(&a.shards[i], day)
		}
	}
	a.hold.harvest.forget()
}

// days returns the days that s counts, and takes out of it what it dropped and what came late.
func (s *shard) days() (days []Day, dropped [numDrops]int64, late int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	days = make([]Day, 0, len(s.tallies))
	for day := range s.tallies {
		days = append(days, day)
	}
	dropped, s.dropped = s.dropped, dropped
	late, s.late = s.late, 0
	return days, dropped, late
}

func (a *Aggregator) gatherDay(s *shard, day Day) {
	h, v := &a.hold, &a.hold.harvest
	s.mu.Lock()
	t := s.tallies[day]
	v.collect(t)
	if day < s.closed {
		delete(s.tallies, day)
		if s.last == t {
			s.last = nil
		}
	}
	s.mu.Unlock()
	if v.used != 0 {
		h.absorb(h.day(day), v)
	}
}

// absorb adds v to d.
func (h *hold) absorb(d *heldDay, v *harvest) {
	for hour := range d.hours {
		d.hours[hour].Add(&v.hours[hour])
	}
	h.come(d, v)
	defer d.came()
	for dim, n := range v.lost {
		if d.ended {
			h.folded[dim].Late += n
		} else {
			h.folded[dim].Capped += n
		}
	}
	h.shared += v.shared
	h.uncrossed += v.uncrossed
	h.accepted += v.accepted
	h.absorbParts(d, v)
	if !d.ended {
		h.absorbJoints(d, v)
	}
	for i := range v.files {
		c := v.files[i].cell.counts()
		h.add(d, DimFile, string(v.files[i].key), &c, v.files[i].cell.good)
	}
	h.absorbTexts(d, DimNotFound, v.missing)
	h.absorbTexts(d, DimConsent, v.events)
	for i := range v.facets {
		c := v.facets[i].cell.counts()
		h.add(d, v.facets[i].key.dim, v.facets[i].key.row(), &c, true)
	}
	h.absorbShape(d, &v.shape)
	h.absorbAsked(d, v)
	for i := range v.signals {
		c := v.signals[i].cell.counts()
		h.add(d, v.signals[i].key.dim, v.signals[i].key.value, &c, true)
	}
	for i := range v.engaged {
		path, c := string(v.engaged[i].key), v.engaged[i].cell.engagement()
		h.add(d, DimPage, path, &c, true)
		h.add(d, DimSection, visit.Section(path), &c, true)
	}
	for i := range v.robots {
		c := v.robots[i].cell.counts()
		h.add(d, DimBot, v.robots[i].key.value(), &c, true)
	}
	for class := range v.status {
		c := v.status[class].counts()
		h.add(d, DimStatus, statusNames[class], &c, true)
	}
}

// absorbParts adds the people, arrivals and pages of v to d, and has v keep their values for its joints.
func (h *hold) absorbParts(d *heldDay, v *harvest) {
	v.personParts, v.arrivalParts, v.pageParts = v.personParts[:0], v.arrivalParts[:0], v.pageParts[:0]
	for i := range v.people {
		v.personParts = append(v.personParts, h.absorbPerson(d, &v.people[i].key, v.people[i].cell.counts()))
	}
	for i := range v.arrivals {
		k, c := &v.arrivals[i].key, v.arrivals[i].cell.counts()
		v.arrivalParts = append(v.arrivalParts, parts{
			0: h.add(d, DimSource, k.source, &c, true), 4: h.add(d, DimChannel, k.channel, &c, true), 5: h.add(d, DimCampaign, k.campaign, &c, true),
		})
	}
	for i := range v.pages {
		p := &v.pages[i]
		path := string(p.key)
		page, section := p.cell.ofPage()
		v.pageParts = append(v.pageParts, pageParts{
			h.add(d, DimPage, path, &page, p.cell.good), h.add(d, DimSection, visit.Section(path), &section, p.cell.good),
		})
	}
}

// statusNames is never written to.
var statusNames = [6]string{"", "1xx", "2xx", "3xx", "4xx", "5xx"}

func (h *hold) absorbTexts(d *heldDay, dim Dimension, list []pair[text]) {
	for i := range list {
		c := list[i].cell.counts()
		h.add(d, dim, string(list[i].key), &c, true)
	}
}

// absorbPerson takes the attributes of a visitor apart: from here on nothing but the pairs says that they
// belong together. It returns the values.
func (h *hold) absorbPerson(d *heldDay, p *person, c Counts) (all parts) {
	all[1] = h.add(d, DimCountry, p.country, &c, true)
	all[2] = h.add(d, DimDevice, p.device, &c, true)
	if p.region != "" {
		all[6] = h.add(d, DimRegion, p.country+"/"+p.region, &c, true)
		if p.city != "" {
			all[7] = h.add(d, DimCity, p.country+"/"+p.region+"/"+p.city, &c, true)
		}
	}
	all[8] = h.add(d, DimProvider, p.provider, &c, true)
	all[9] = h.add(d, DimBrowser, p.browser, &c, true)
	if p.browserVersion != "" {
		all[10] = h.add(d, DimBrowserVersion, p.browserVersion, &c, true)
	}
	all[11] = h.add(d, DimOS, p.os, &c, true)
	if p.osVersion != "" {
		all[12] = h.add(d, DimOSVersion, p.osVersion, &c, true)
	}
	all[13] = h.add(d, DimLanguage, p.language, &c, true)
	if p.network != "" {
		all[14] = h.add(d, DimNetwork, p.network, &c, true)
	}
	all[6].under(all[1])
	all[7].under(all[6])
	all[10].under(all[9])
	all[12].under(all[11])
	return all
}

// forget drops the strings that v still refers to.
func (v *harvest) forget() {
	clear(v.people[:cap(v.people)])
	clear(v.personParts[:cap(v.personParts)])
	clear(v.arrivalParts[:cap(v.arrivalParts)])
	clear(v.pageParts[:cap(v.pageParts)])
	clear(v.arrivals[:cap(v.arrivals)])
	clear(v.pages[:cap(v.pages)])
	clear(v.files[:cap(v.files)])
	clear(v.missing[:cap(v.missing)])
	clear(v.robots[:cap(v.robots)])
	clear(v.events[:cap(v.events)])
	clear(v.facets[:cap(v.facets)])
	clear(v.signals[:cap(v.signals)])
	clear(v.engaged[:cap(v.engaged)])
	clear(v.asked[:cap(v.asked)])
}
