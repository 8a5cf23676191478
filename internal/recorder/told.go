package recorder

import (
	"net/http"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/beacon"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Telling is what a page told of itself, and what is known of it.
type Telling struct {
	Report   *beacon.Report
	Told     beacon.Told // what it adds, where Signed
	Signed   bool        // the page's token held
	Visitor  visit.Key   // pseudonym of the day of the token, where Signed
	Hit      visit.Hit   // of the delivery, on the page that it tells of
	Location geo.Location
	Agreed   bool            // the visitor agreed to statistics
	Declared map[string]bool // names of events that may be counted; nil for any
}

// teller counts one delivery.
type teller struct {
	*Recorder
	t  *Telling
	pv visit.Pageview
}

// Told counts what a page told. Without a token it is counted in the open lane alone, under [stats.DimOpen]. It reports
// false, and counts nothing, of programs.
func (r *Recorder) Told(t Telling) bool {
	w := teller{r, &t, r.anonymiser.Describe(t.Hit, visit.Response{Place: place(t.Location)})}
	if w.pv.Bot != "" || w.pv.BotClass != "" {
		return false
	}
	if t.Signed && t.Told.First {
		w.once()
	}
	if t.Signed {
		w.engaged()
	} else if t.Report.Number == 0 {
		w.add(stats.DimTitle, w.pv.Path)
	}
	w.happened()
	return true
}

// once counts what a page tells once.
func (w *teller) once() {
	r := w.t.Report
	if title := visit.Title(r.Title); title != "" {
		w.add(stats.DimTitle, title)
	}
	if screen := r.Screen(); screen != "" && w.t.Agreed {
		w.add(stats.DimScreen, screen)
	}
	for _, m := range []struct {
		dim   stats.Dimension
		value int
	}{{stats.DimLCP, r.Paint}, {stats.DimINP, r.Delay}, {stats.DimCLS, r.Shift}} {
		if m.value >= 0 {
			w.add(m.dim, m.dim.Bucket(int64(m.value)))
		}
	}
}

// engaged counts for how long the page was looked at and how far it was scrolled, as far as this delivery adds to it.
func (w *teller) engaged() {
	told := w.t.Told
	w.aggregator.AddEngagement(&stats.Engagement{
		Day: w.pv.Day, Hour: w.pv.Hour, Path: w.pv.Path, Again: !told.First,
		Engaged: time.Duration(told.Seconds) * time.Second, Scrolled: told.Scrolled,
	})
}

// happened counts what was followed, fetched and done.
func (w *teller) happened() {
	for _, link := range w.t.Report.Links {
		if host := visit.HostOf(link); host != "" {
			w.add(stats.DimOutbound, host)
		}
	}
	for _, file := range w.t.Report.Files {
		if address := w.anonymiser.FileOf(file); address != "" {
			w.add(stats.DimOutbound, address)
		}
	}
	for _, event := range w.t.Report.Events {
		w.event(event)
	}
}

// event counts a custom event, and its properties each by itself.
func (w *teller) event(e beacon.Event) {
	name := visit.Name(e.Name)
	if name == "" || w.t.Declared != nil && !w.t.Declared[name] {
		return
	}
	w.add(stats.DimEvent, name)
	for _, p := range e.Props {
		if key, value := visit.Name(p.Name), visit.Name(p.Value); key != "" && value != "" {
			w.add(stats.DimEvent, name+": "+key+"="+value)
		}
	}
}

// add counts a value: of a page without a token, apart.
func (w *teller) add(dim stats.Dimension, value string) {
	s := stats.Signal{Day: w.pv.Day, Hour: w.pv.Hour, Dim: dim, Value: value}
	what := dim.String() + " " + value
	if !w.t.Signed {
		s.Dim, s.Value = stats.DimOpen, what
		w.aggregator.AddSignal(&s)
		return
	}
	s.Visitor = w.anonymiser.First(w.pv.Day, w.t.Visitor, what)
	w.aggregator.AddSignal(&s)
}

// Virtual counts the page view of a page that a document shows in place of its former one.
func (r *Recorder) Virtual(hit visit.Hit, location geo.Location) {
	pv := r.anonymiser.Page(hit, visit.Response{Status: http.StatusOK, ContentType: "text/html", Place: place(location)})
	r.aggregator.Add(&pv)
}
