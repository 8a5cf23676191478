package stats

import (
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Who begins a day or a visit on a page is not who views it: 40 people may read a page on which nobody's day began. So pages and
// their sections count [Viewers] beside the visitors whose day began there, and [Timed] beside the visits: how long a page
// is looked at follows from the page views of which that is known. Both are of one value: whoever viewed two pages is a viewer
// of each, so that those of several pages do not add up, and no total holds them.
//
// What rests keeps all of it, since closing needs what adds up. Reports tell of a page: its viewers, as visitors; the visits that began
// there, as entries; no visits.

// viewed are the measures of pages and sections that are in no total, and in no "other".
var viewed = measures(Visitors, Visits, Viewers, Timed)

// paged reports whether d counts viewers.
func (d Dimension) paged() bool { return d == DimPage || d == DimSection }

// ofPages reports whether d is of pages or sections, by itself or with something else.
func (d Dimension) ofPages() bool {
	if d.IsPair() && d != DimFlow {
		halves := d.Spec().Pair
		return halves[0].paged() || halves[1].paged()
	}
	return d.paged()
}

// Told returns what lists of d tell, by itself or under a filter.
func (d Dimension) Told(under Filter) Measures {
	switch {
	case under == (Filter{}) || under.Dim == d:
	case d.paged() || under.Dim.paged():
		if under.Dim == DimPage && d == DimSection {
			break // of what the page tells itself
		}
		return measures(Views, Entries, Bounces)
	default:
		return measures(Views, Visits, Visitors, Bounces, Seconds)
	}
	if !d.paged() {
		return d.Spec().Measures
	}
	told := d.Spec().Measures &^ measures(Visits, Viewers)
	if under != (Filter{}) {
		told &= measures(Views, Visitors, Entries, Exits, Bounces, Seconds, Timed)
		if len(under.Values()) > 1 && under.Dim != d {
			told &^= measures(Visitors)
		}
	}
	return told
}

// tell makes of what rows of pages count what is told of them; dim is that of the rows.
func (d Dimension) tell(c *Counts) {
	if !d.ofPages() {
		return
	}
	c[Entries] = begun(c)
	if d.paged() {
		c[Visitors] = max(c[Viewers], c[Visitors]) // days that were counted before there were viewers have only these
	} else {
		c[Visitors], c[Seconds] = 0, 0
	}
	if c[Timed] == 0 {
		c[Seconds] = 0
	}
	c[Visits], c[Viewers] = 0, 0
}

// alone takes out of c what says nothing of values together: of who viewed some pages, at least those are left whose day began there.
func (d Dimension) alone(c *Counts) {
	if d.paged() {
		c[Viewers], c[Timed] = 0, 0
	}
}

// crossed are the measures of rows of d that a filter leaves.
func (d Dimension) crossed() Measures {
	if d.paged() {
		return pairMeasures | measures(Entries, Exits, Viewers, Timed)
	}
	return pairMeasures
}

// tellPages makes what is told of pages out of the values, where dim, whose rows they were added up from, is of pages.
func (t *Top) tellPages(dim Dimension, told Measures, values map[string]*Counts) {
	if !dim.ofPages() {
		return
	}
	t.told = told
	for _, c := range values {
		dim.tell(c)
		told.keep(c)
	}
}

// addPages leaves of what values are added up in what does add up.
func (t *Top) addPages() {
	if t.told == 0 {
		return
	}
	o := &t.Other
	for _, c := range [...]*Counts{&t.Whole, &o.Counts, &o.Unlisted, &o.Hidden, &o.Folded, &o.Expired} {
		c[Entries] = begun(c)
		t.told.keep(c)
		viewed.drop(c)
	}
}

// drop sets the measures of c that are in the set to 0.
func (s Measures) drop(c *Counts) {
	for m := range c {
		if s.Has(Measure(m)) {
			c[m] = 0
		}
	}
}

// begun is how many visits began: under a page they are told as entries.
func begun(c *Counts) int64 {
	if c[Visits] == 0 {
		return c[Entries]
	}
	return c[Visits]
}

// timeOnPage is the mean time for which a page was looked at, of the page views of which that is known.
func timeOnPage(c *Counts) time.Duration {
	if c[Timed] <= 0 {
		return 0
	}
	return time.Duration(float64(max(c[Seconds], 0)) / float64(c[Timed]) * float64(time.Second))
}

// TimeOnPage is the mean time for which a page, or a page of a section, was looked at, of the page views of which that is known: those that another
// one followed, or whose browser told. 0 where none is.
func (l Line) TimeOnPage() time.Duration { return timeOnPage(&l.Counts) }

// TimeOnPage is as in [Line], of reports under a page.
func (s Summary) TimeOnPage() time.Duration { return timeOnPage(&s.Counts) }

// viewer counts who has not viewed the page, or its section, on this day before.
func (c *cell) viewer(st *visit.Step) {
	c.viewers += one(st.NewOnPage)
	c.inSection += one(st.NewInSection)
}

// ofPage is what c counts of its page, and of the section of that.
func (c *cell) ofPage() (page, section Counts) {
	page = c.counts()
	page[Timed] = int64(c.timed)
	section = page
	page[Viewers], section[Viewers] = int64(c.viewers), int64(c.inSection)
	return page, section
}
