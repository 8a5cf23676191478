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

// Told counts what a page told. Without a token it is counted in the open lane alone, under [stats.DimUnsigned]. It reports
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
		w.add(stats.DimPage, w.pv.Path)
	}
	w.happened()
	return true
}

// Person reports whether a hit is no program's, by its user agent.
func (r *Recorder) Person(hit visit.Hit) bool {
	pv := r.anonymiser.Describe(hit, visit.Response{})
	return pv.Bot == "" && pv.BotClass == ""
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

// engaged counts for how long the page was looked at and how far it was scrolled, as far as this delivery adds to it,
// on the day and in the hour of the page view.
func (w *teller) engaged() {
	told := w.t.Told
	day, hour := visit.DayOf(told.Served, w.zone)
	w.aggregator.AddEngagement(&stats.Engagement{
		Day: day, Hour: hour, Path: w.pv.Path, Again: !told.First,
		Engaged: time.Duration(told.Seconds) * time.Second, Scrolled: told.Scrolled,
	})
	if stay := w.pv; w.anonymiser.Stay(w.t.Hit, &stay) {
		w.aggregator.AddStay(&stay)
	}
	w.move(day, stats.DimEngaged, told.Before, told.Seconds)
	if w.t.Report.Scrolled >= 0 {
		w.move(day, stats.DimScroll, told.Reached, told.Scrolled)
	}
}

// move counts a page view in the class that it has reached by growing by more.
func (w *teller) move(day stats.Day, dim stats.Dimension, before, more int) {
	from := dim.Bucket(int64(before))
	if w.t.Told.First {
		from = ""
	}
	w.aggregator.MoveSignal(day, dim, from, dim.Bucket(int64(before+more)))
}

// happened counts what was followed, fetched and done, as far as there is room under the page's token.
func (w *teller) happened() {
	room := func() bool {
		w.t.Told.Room--
		return !w.t.Signed || w.t.Told.Room >= 0
	}
	for _, link := range w.t.Report.Links {
		if host := visit.HostOf(link); host != "" && room() {
			w.add(stats.DimOutbound, host)
		}
	}
	for _, file := range w.t.Report.Files {
		if address := w.anonymiser.FileOf(file); address != "" && room() {
			w.add(stats.DimOutbound, address)
		}
	}
	for _, event := range w.t.Report.Events {
		if room() {
			w.event(event)
		}
	}
}

// event counts a custom event, and its properties each by itself.
func (w *teller) event(e beacon.Event) {
	name := visit.Name(e.Name)
	if name == "" || w.t.Declared != nil && !w.t.Declared[name] {
		return
	}
	w.add(stats.DimEvent, name)
	if w.t.Signed {
		reached := w.anonymiser.Event(w.t.Hit, visit.Response{Place: place(w.t.Location)}, name)
		w.aggregator.AddReached(&reached)
	}
	for _, p := range e.Props {
		if key, value := visit.Name(p.Name), visit.Name(p.Value); key != "" && value != "" {
			w.add(stats.DimEvent, name+": "+key+"="+value)
		}
	}
}

// add counts a value: of a page without a token, apart.
func (w *teller) add(dim stats.Dimension, value string) {
	s := stats.Signal{Day: w.pv.Day, Hour: w.pv.Hour, Dim: dim, Value: value}
	if !w.t.Signed {
		s.Dim, s.Value = stats.DimUnsigned, dim.String()+" "+value
	}
	w.signal(s)
}

// apart counts a value apart.
func (w *teller) apart(dim stats.Dimension, value string) {
	w.signal(stats.Signal{Day: w.pv.Day, Hour: w.pv.Hour, Dim: stats.DimUnsigned, Value: dim.String() + " " + value})
}

func (w *teller) signal(s stats.Signal) {
	if day, key, ok := w.anonymiser.Pseudonym(w.t.Hit); ok && s.Dim.Spec().Measures.Has(stats.Visitors) {
		s.Visitor = w.anonymiser.First(day, key, s.Dim.String()+" "+s.Value)
	}
	w.aggregator.AddSignal(&s)
}

// Virtual counts the page view of a page that a document shows now, and the question on it if it put one. Anybody can say so of any
// path: it is a page view if it is the document's own page, if the site says that its documents show it ([Recorder.Routes]), or if the
// server has answered somebody with it, and then it reaches no goal. Anything else is counted apart, as what comes without a token.
func (r *Recorder) Virtual(t Telling, next string, hasty bool, ask Ask) {
	hit := t.Hit.On(next)
	path := r.anonymiser.Path(hit.Path())
	proven := path == r.anonymiser.Path(t.Hit.Path()) || r.routes.Has(path)
	if hasty || !proven && !r.served.has(path) {
		w := teller{r, &t, r.anonymiser.Describe(hit, visit.Response{Place: place(t.Location)})}
		w.apart(stats.DimPage, w.pv.Path)
		return
	}
	pv := r.anonymiser.Page(hit, visit.Response{Status: http.StatusOK, ContentType: "text/html", Place: place(t.Location), Unproven: !proven})
	r.aggregator.Add(&pv)
	r.shown(&pv, ask)
}
