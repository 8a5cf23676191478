package stats_test

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

const day stats.Day = 20_000

// page returns the first page view of a visitor.
func page(path string) visit.Pageview {
	return visit.Pageview{
		Day: day, Hour: 9, Kind: visit.KindPage, Status: 200, Path: path, Country: "KZ", Browser: "Chrome",
		Step: visit.Step{NewVisitor: true, NewVisit: true},
	}
}

func with(pv visit.Pageview, change func(*visit.Pageview)) visit.Pageview {
	change(&pv)
	return pv
}

// add adds a page view n times.
func add(a *stats.Aggregator, n int, pv visit.Pageview) {
	for range n {
		a.Add(&pv)
	}
}

// lines returns what the reports say of a dimension.
func lines(t *testing.T, store *memory, live stats.Live, dim stats.Dimension, f stats.Floors) map[string]stats.Counts {
	t.Helper()
	r := stats.NewReports(store, live, stats.ReportOptions{Floors: f})
	top, err := r.Top(t.Context(), stats.Query{Dim: dim, Range: stats.Range{First: day - 9, Last: day + 9}, Limit: 10_000, Bots: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]stats.Counts{}
	for _, l := range top.Lines {
		got[l.Value] = l.Counts
	}
	return got
}

// TestHoldings: what waits for k visitors is accounted for, single values and pairs, until they are there or the day is over.
func TestHoldings(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	german := with(page("/"), func(pv *visit.Pageview) { pv.Country = "DE" })
	for i := range 25 {
		add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Step.Lot = uint8(i) }))
	}
	for i := range 4 {
		add(a, 1, with(german, func(pv *visit.Pageview) { pv.Step.Lot = uint8(i) }))
	}
	drain(t, a, store, stats.HourEnd)
	held := map[string]stats.Holding{}
	for _, h := range a.Holdings() {
		held[h.Dim.String()] = h
	}
	if got := held["country"]; got.Values != 1 || got.Hits != 4 {
		t.Errorf("of countries %+v waits, want one value of 4 requests", got)
	}
	if got, ok := held["page"]; ok {
		t.Errorf("of pages, which need one visitor, %+v waits", got)
	}
	if got := held["page-country"]; got.Values != 1 || got.Hits != 4 {
		t.Errorf("of pages by country %+v waits, all: %v", got, held)
	}
	add(a, 1, with(german, func(pv *visit.Pageview) { pv.Step.Lot = 9 }))
	drain(t, a, store, stats.HourEnd)
	for _, got := range a.Holdings() {
		if name := got.Dim.String(); name == "country" || name == "page-country" {
			t.Errorf("with five visitors %+v waits", got)
		}
	}
}

func TestRareValuesStayInMemory(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	add(a, 20, page("/"))
	add(a, 4, with(page("/"), func(pv *visit.Pageview) { pv.Country = "DE" }))
	add(a, 2, with(page("/"), func(pv *visit.Pageview) { pv.Country, pv.Bot, pv.Step = "DE", "Crawler", visit.Step{} }))
	drain(t, a, store, stats.HourEnd)
	if got := store.rows[valueKey{day, stats.DimCountry, "DE"}]; got != (stats.Counts{stats.Bots: 2}) {
		t.Errorf("at rest: %v, want two bots and nobody", got)
	}
	if got := lines(t, store, a, stats.DimCountry, stats.Floors{})["DE"]; got != (stats.Counts{stats.Bots: 2}) {
		t.Errorf("reported: %v, want two bots and nobody", got)
	}
	add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Country = "DE" }))
	drain(t, a, store, stats.HourEnd)
	if got := store.rows[valueKey{day, stats.DimCountry, "DE"}]; got[stats.Visitors] != 5 || got[stats.Views] != 5 {
		t.Errorf("at rest: %v, want the five visitors at once", got)
	}
}

func TestReadersMayAskForMoreThanWasAskedOfWriters(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run", Floors: stats.Floors{Person: 1}}), newMemory()
	add(a, 6, page("/"))
	add(a, 3, with(page("/"), func(pv *visit.Pageview) { pv.Country = "DE" }))
	drain(t, a, store, stats.HourEnd)
	got := lines(t, store, a, stats.DimCountry, stats.Floors{Person: 5})
	if len(got) != 1 || got["KZ"][stats.Visitors] != 6 {
		t.Errorf("got %v, want KZ alone", got)
	}
}

func TestRowsLeaveTogether(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	add(a, 19, page("/"))
	drain(t, a, store, stats.Running)
	if len(store.rows) != 0 || store.totals[hourKey{day, 9}][stats.Views] != 19 {
		t.Fatalf("after 19 page views: rows %v, totals %v; want totals alone", store.rows, store.totals)
	}
	if got := lines(t, store, a, stats.DimPage, stats.Floors{})["/"][stats.Views]; got != 19 {
		t.Errorf("the live instance tells %d page views of the page, want 19", got)
	}
	add(a, 1, page("/"))
	drain(t, a, store, stats.Running)
	if got := store.rows[valueKey{day, stats.DimPage, "/"}][stats.Views]; got != 20 {
		t.Fatalf("after 20 page views %d are at rest, want all", got)
	}
	add(a, 3, page("/"))
	drain(t, a, store, stats.Running)
	if got := store.rows[valueKey{day, stats.DimPage, "/"}][stats.Views]; got != 20 {
		t.Fatalf("three more left before the hour was over: %d", got)
	}
	drain(t, a, store, stats.HourEnd)
	if got := store.rows[valueKey{day, stats.DimPage, "/"}][stats.Views]; got != 23 {
		t.Fatalf("at the end of the hour %d are at rest, want 23", got)
	}
}

func TestAnEndedDayCountsTotalsOnly(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	add(a, 7, page("/"))
	add(a, 1, with(page("/rare"), func(pv *visit.Pageview) { pv.Country = "DE" }))
	a.EndDays(day + 1)
	if got := a.Ended(); got != day {
		t.Errorf("ended %v while rows of %v wait", got, day)
	}
	add(a, 2, page("/late"))
	add(a, 1, with(page("/new"), func(pv *visit.Pageview) { pv.Day = day + 1 }))
	drain(t, a, store, stats.Running)
	if got := store.totals[hourKey{day, 9}][stats.Views]; got != 10 {
		t.Errorf("totals hold %d page views, want 10", got)
	}
	if got := lines(t, store, a, stats.DimPage, stats.Floors{}); got["/"][stats.Views] != 7 || got["/rare"][stats.Views] != 1 || got["/late"] != (stats.Counts{}) || got["/new"][stats.Views] != 1 {
		t.Errorf("pages %v: want 7, 1, 0 late, 1 new", got)
	}
	if got := lines(t, store, a, stats.DimCountry, stats.Floors{}); len(got) != 1 {
		t.Errorf("countries %v: want KZ alone", got)
	}
	f := a.Figures()
	if f.Folded[stats.DimPage].Late != 2 || f.Folded[stats.DimCountry].Held != 1 || a.Ended() != day+1 {
		t.Errorf("figures %+v, ended %v: want two late pages and one country held", f, a.Ended())
	}
}

func TestMadeUpValuesAreBounded(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Caps: map[stats.Dimension]int{stats.DimPage: 100, stats.DimNotFound: 50, stats.DimSource: 30, stats.DimCampaign: 10}})
	store := newMemory()
	for i := range 5000 {
		pv := with(page(fmt.Sprint("/wp-", i)), func(pv *visit.Pageview) { pv.Status, pv.Source = 404, fmt.Sprint("spam", i, ".example") })
		a.Add(&pv)
		if i%1000 == 0 {
			a.Gather()
		}
	}
	for i := range 200 {
		add(a, 1, page(fmt.Sprint("/real-", i)))
	}
	drain(t, a, store, stats.HourEnd)
	got := lines(t, store, a, stats.DimPage, stats.Floors{})
	made, real := 0, 0
	for value := range got {
		if strings.HasPrefix(value, "/wp-") {
			made++
		} else {
			real++
		}
	}
	if made != 50 || real != 25 {
		t.Errorf("%d made-up and %d real pages, want 50 and 25 of a cap of 100: the last quarter is for those seen often", made, real)
	}
	if n := len(lines(t, store, a, stats.DimSource, stats.Floors{})); n > 30 {
		t.Errorf("%d sources, the cap is 30", n)
	}
	if total := store.totals[hourKey{day, 9}]; total[stats.Requests] != 5200 || total[stats.Missing] != 5000 {
		t.Errorf("totals %v: want everything", total)
	}
	if f := a.Figures(); f.Folded[stats.DimPage].Capped != 5100 || f.Accepted != 5200 || f.Handed != 5200 {
		t.Errorf("figures %+v: want 5100 capped, all handed", f)
	}
}

func TestMadeUpLanguagesDoNotKeepOutSharedOnes(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run", Caps: map[stats.Dimension]int{stats.DimLanguage: 40}}), newMemory()
	for i := range 1000 {
		add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Language = fmt.Sprint("x", i) }))
		if i%30 == 0 {
			drain(t, a, store, stats.Running)
		}
	}
	add(a, 6, with(page("/"), func(pv *visit.Pageview) { pv.Language = "kk" }))
	drain(t, a, store, stats.HourEnd)
	got := lines(t, store, a, stats.DimLanguage, stats.Floors{})
	if len(got) != 1 || got["kk"][stats.Visitors] != 6 {
		t.Errorf("languages %v: want kk alone", got)
	}
	if capped := a.Figures().Folded[stats.DimLanguage].Capped; capped < 900 {
		t.Errorf("%d hits were left to other, want at least 900", capped)
	}
}

func TestAValueAtRestIsNotForgotten(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1, Caps: map[stats.Dimension]int{stats.DimLanguage: 2}}), newMemory()
	speak := func(n int, language, bot string) {
		add(a, n, with(page("/"), func(pv *visit.Pageview) { pv.Language, pv.Bot = language, bot }))
		a.Gather()
	}
	speak(1, "kk", "")
	speak(1, "kk", "Crawler")
	drain(t, a, store, stats.HourEnd)
	speak(1, "b", "")
	speak(1, "c", "")
	speak(4, "kk", "")
	drain(t, a, store, stats.HourEnd)
	if got := lines(t, store, a, stats.DimLanguage, stats.Floors{})["kk"]; got[stats.Visitors] != 5 || got[stats.Bots] != 1 {
		t.Errorf("kk: %v, want five visitors and a bot", got)
	}
}

func TestEndedDaysCostNothing(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1})
	for i := range stats.Day(600) {
		add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Day = day + i }))
		a.EndDays(day + i)
	}
	if f := a.Figures(); f.Accepted != 600 || f.Dropped["days"] != 0 {
		t.Errorf("figures %+v: want 600 days and none dropped", f)
	}
}

func TestImpossibleInputIsAccountedFor(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Hour = 24 }))
	a.AddRefused(day, 99)
	add(a, 1, with(page("/\xff"), func(pv *visit.Pageview) { pv.Source = strings.Repeat("x", 300) }))
	add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Status = 9999 }))
	a.AddEvent(day, 9, stats.DimCountry, "KZ", 1)
	a.AddEvent(day, 9, stats.DimConsent, "x\x00", 1)
	a.AddEvent(day, 9, stats.DimConsent, "x", -1)
	drain(t, a, store, stats.HourEnd)
	for k := range store.rows {
		if !stats.ValidValue(k.value) {
			t.Errorf("%q is at rest", k.value)
		}
	}
	if f := a.Figures(); f.Accepted != 4 || f.Dropped["hour"] != 2 || f.Handed != 2 {
		t.Errorf("figures %+v: want 4 accepted, 2 dropped for their hour", f)
	}
	if got := store.rows[valueKey{day, stats.DimStatus, ""}][stats.Requests]; got != 1 {
		t.Errorf("a status of no class is counted %d times under none, want 1", got)
	}
}

func TestAnOverfullDayRangeIsDroppedAndCounted(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1})
	for i := range 600 {
		add(a, 1, with(page("/"), func(pv *visit.Pageview) { pv.Day = day + stats.Day(i) }))
	}
	if f := a.Figures(); f.Dropped["days"] != 88 || f.Waiting != 512 || f.Accepted != 600 {
		t.Errorf("figures %+v: want 512 of 600 days", f)
	}
}

func TestAddKeepsNothingOfTheRequest(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	raw := strings.Repeat("secret", 100)
	pv := page(raw[:10])
	a.Add(&pv)
	drain(t, a, store, stats.HourEnd)
	for k := range store.rows {
		if k.value != "" && k.value == raw[:10] && reflect.ValueOf(k.value).UnsafePointer() == reflect.ValueOf(raw).UnsafePointer() {
			t.Error("a value shares the memory of the request it came from")
		}
	}
}

func TestAddAllocatesNothing(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1})
	list := visitors(64)
	for range 2 {
		for i := range list {
			a.Add(&list[i])
		}
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() { a.Add(&list[i%len(list)]); i++ }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
	if n := testing.AllocsPerRun(1000, func() { a.AddRefused(day, 3) }); n != 0 {
		t.Errorf("a refusal: %v allocations, want 0", n)
	}
}

func TestConcurrentUse(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "run", Shards: 4}), newMemory()
	list := visitors(64)
	var adders, rest sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		adders.Go(func() {
			for i := range 5000 {
				a.Add(&list[i%len(list)])
				a.AddRefused(day, 1)
				a.AddEvent(day, 1, stats.DimConsent, "banner/shown", 1)
			}
		})
	}
	rest.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				drain(t, a, store, stats.Running)
			}
		}
	})
	rest.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				a.LiveRows(stats.DimPage, day, day, func(stats.Row) {})
				_ = a.Figures()
			}
		}
	})
	adders.Wait()
	close(stop)
	rest.Wait()
	drain(t, a, store, stats.HourEnd)
	var total stats.Counts
	for _, c := range store.totals {
		total.Add(&c)
	}
	if total[stats.Views] != 20_000 || total[stats.Refused] != 20_000 || total[stats.Events] != 20_000 {
		t.Errorf("totals %v: want 20,000 of each", total)
	}
	if f := a.Figures(); f.Accepted != 40_000 || f.Handed != 40_000 {
		t.Errorf("figures %+v: want 40,000 handed", f)
	}
}

func TestBatchesAreAFunctionOfTheirInput(t *testing.T) {
	run := func() (all []stats.Batch) {
		a := stats.NewAggregator(stats.Options{Instance: "file", Shards: 1, MaxRows: 7})
		list := visitors(32)
		for i := range list {
			a.Add(&list[i])
			if i%100 == 0 {
				a.Cut(stats.Running)
			}
		}
		a.Cut(stats.HourEnd)
		for {
			b, ok := a.Outgoing()
			if !ok {
				return all
			}
			if len(b.Rows) > 7 {
				t.Fatalf("a batch of %d rows, want at most 7", len(b.Rows))
			}
			all = append(all, b)
			a.Delivered(b)
		}
	}
	first := run()
	if len(first) < 5 || !reflect.DeepEqual(first, run()) {
		t.Error("two runs over the same input differ")
	}
	for i, b := range first {
		if b.Seq != uint64(i+1) {
			t.Fatalf("batch %d has number %d", i+1, b.Seq)
		}
	}
}

func TestSnapshotCarriesOverARestart(t *testing.T) {
	old, store := stats.NewAggregator(stats.Options{Instance: "old"}), newMemory()
	add(old, 3, page("/"))
	old.Cut(stats.Running) // taken by nobody
	add(old, 1, with(page("/x"), func(pv *visit.Pageview) { pv.Day = day - 1 }))
	old.EndDays(day)
	data, err := old.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	a := stats.NewAggregator(stats.Options{Instance: "new"})
	if err := a.Restore(data); err != nil {
		t.Fatal(err)
	}
	add(a, 2, page("/"))
	drain(t, a, store, stats.HourEnd)
	if got := store.rows[valueKey{day, stats.DimCountry, "KZ"}][stats.Visitors]; got != 5 {
		t.Errorf("KZ has %d visitors, want the three from before and the two from after", got)
	}
	if got := store.rows[valueKey{day - 1, stats.DimPage, "/x"}][stats.Views]; got != 1 {
		t.Errorf("the ended day's page has %d views, want 1", got)
	}
	if got := store.totals[hourKey{day, 9}][stats.Views]; got != 5 {
		t.Errorf("%d page views, want 5", got)
	}
	if f := a.Figures(); f.Accepted != 6 || f.Handed != 6 {
		t.Errorf("figures %+v: want 6 handed", f)
	}
	for i := range data {
		if err := stats.NewAggregator(stats.Options{Instance: "cut"}).Restore(data[:i]); err == nil {
			t.Fatalf("the first %d bytes of a snapshot were accepted", i)
		}
	}
}
