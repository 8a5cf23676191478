package stats_test

import (
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// TestWhatIsCountedTwiceIsNotHadByTakingBothReports: countries and providers have two reports of a day, of page views and of
// requests, and both tell how many requests there were. Each folds another value to hide the same visitor; read together
// they must not tell what is left of both.
func TestWhatIsCountedTwiceIsNotHadByTakingBothReports(t *testing.T) {
	for _, both := range [][2]stats.Dimension{{stats.DimCountry, stats.DimNetCountry}, {stats.DimProvider, stats.DimNetProvider}} {
		var hours [24]stats.Counts
		hours[9] = stats.Counts{stats.Requests: 317, stats.Views: 64, stats.Visits: 32, stats.Visitors: 32, stats.Askers: 36}
		rows := map[stats.Dimension][]stats.Row{}
		for _, v := range []struct {
			value                      string
			requests, visitors, askers int64
		}{{"KZ", 200, 20, 20}, {"UZ", 50, 5, 9}, {"KG", 60, 6, 6}} { // and one visitor, with 7 requests, from elsewhere
			views := stats.Row{Day: day, Dim: both[0], Value: v.value, Counts: stats.Counts{stats.Requests: v.requests, stats.Views: 2 * v.visitors, stats.Visits: v.visitors, stats.Visitors: v.visitors}}
			all := stats.Row{Day: day, Dim: both[1], Value: v.value, Counts: stats.Counts{stats.Requests: v.requests, stats.Askers: v.askers}}
			rows[both[0]], rows[both[1]] = append(rows[both[0]], views), append(rows[both[1]], all)
		}
		told := map[string]int64{}
		for _, r := range stats.Finish(day, &hours, rows, stats.Floors{}).Rows {
			told[r.Value] = r.Counts[stats.Requests]
		}
		rest := hours[9][stats.Requests]
		for _, n := range told {
			rest -= n
		}
		if rest == 7 || len(told) == 0 {
			t.Errorf("%v and %v together tell of %v, and that somebody else asked %d times", both[0], both[1], told, rest)
		}
	}
}

// TestWhatIsCountedTwiceIsNotHadOnAnOpenDayEither: what rests while the day goes on keeps back the same visitors in both.
func TestWhatIsCountedTwiceIsNotHadOnAnOpenDayEither(t *testing.T) {
	a, store := stats.NewAggregator(stats.Options{Instance: "i", Shards: 1}), newMemory()
	request := func(country string, view, asker bool) {
		pv := with(page("/"), func(pv *visit.Pageview) { pv.Country, pv.Provider, pv.Asker = country, country, asker })
		if pv.Step.NewVisitor = asker; !view {
			pv.Kind, pv.Step = visit.KindOther, visit.Step{}
		}
		a.Add(&pv)
	}
	for _, v := range []struct {
		value             string
		visitors, callers int
	}{{"KZ", 20, 0}, {"UZ", 5, 4}, {"KG", 6, 0}, {"AF", 1, 0}} {
		for range v.visitors {
			request(v.value, true, true)
			request(v.value, true, false)
		}
		for range v.callers {
			request(v.value, false, true)
		}
	}
	drain(t, a, store, stats.HourOver)
	for _, both := range [][2]stats.Dimension{{stats.DimCountry, stats.DimNetCountry}, {stats.DimProvider, stats.DimNetProvider}} {
		rest, told := store.totals[hourKey{day, 9}][stats.Requests], 0
		for _, value := range []string{"KZ", "UZ", "KG", "AF"} {
			n := max(store.rows[valueKey{day, both[0], value}][stats.Requests], store.rows[valueKey{day, both[1], value}][stats.Requests])
			if rest -= n; n > 0 {
				told++
			}
		}
		if rest == 2 || told == 0 {
			t.Errorf("%v and %v together tell of %d countries, and that somebody else asked %d times", both[0], both[1], told, rest)
		}
	}
}
