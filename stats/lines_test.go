package stats_test

import (
	"fmt"
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// come counts one page view each of n new visitors.
func come(a *stats.Aggregator, n int, pv visit.Pageview) {
	pv.Step, pv.Asker = visit.Step{NewVisitor: true, NewVisit: true}, true
	for range n {
		pv.Step.Lot++
		pv.Lot++
		a.Add(&pv)
	}
}

// from is a page view by a visitor from a place.
func from(country, region string) visit.Pageview {
	pv := page("/")
	pv.Country, pv.Region, pv.City = country, region, ""
	return pv
}

// TestAQuietHourTellsOfNobody: at the end of an hour with a few page views their rows together would be a row about a
// person. They wait until there are enough, whatever hour that is.
func TestAQuietHourTellsOfNobody(t *testing.T) {
	a, m := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
	for hour := range uint8(4) { // 18 visitors and then 6 more
		n := []int{12, 3, 3, 6}[hour]
		pv := from("KZ", "Almaty")
		pv.Hour = hour
		come(a, n, pv)
		drain(t, a, m, stats.HourOver)
		c := m.rows[valueKey{day, stats.DimCountry, "KZ"}]
		if want := []int64{0, 0, 0, 19}[hour]; c[stats.Visitors] != want || c[stats.Views] != want {
			t.Errorf("after hour %d %v visitors with %v page views are at rest, want %d", hour, c[stats.Visitors], c[stats.Views], want)
		}
	}
}

// TestARestOfALineIsNobodyOrMany: at no moment of a day can fewer than k visitors be had by subtracting rows at rest from
// what counts them together, and when the day is over nothing is missing.
func TestARestOfALineIsNobodyOrMany(t *testing.T) {
	const k = 5
	for seed := range 40 {
		a, m := stats.NewAggregator(stats.Options{Instance: "run"}), newMemory()
		all := 0
		for hour := range 12 {
			for i, place := range [][2]string{{"KZ", "Almaty"}, {"KZ", "Astana"}, {"KZ", "Abai"}, {"RU", "Omsk"}, {"DE", ""}} {
				n := (seed*7 + hour*(3+i) + i*i) % (11 - 2*i)
				if i == 3 && hour < 6 {
					n = 0
				}
				pv := from(place[0], place[1])
				pv.Hour = uint8(hour)
				come(a, n, pv)
				all += n
			}
			drain(t, a, m, []stats.Moment{stats.Running, stats.HourOver}[hour%2])
			what := fmt.Sprint("seed ", seed, ", hour ", hour)
			residue(t, m, what, k, int64(all), stats.DimCountry, "KZ", "RU", "DE")
			residue(t, m, what, k, m.rows[valueKey{day, stats.DimCountry, "KZ"}][stats.Visitors], stats.DimRegion, "KZ/Almaty", "KZ/Astana", "KZ/Abai")
			line := m.rows[valueKey{day, stats.DimPage, "/"}][stats.Visitors]
			pair, _ := stats.PairOf(stats.DimPage, stats.DimCountry)
			residue(t, m, what, k, line, pair, stats.JoinPair("/", "KZ"), stats.JoinPair("/", "RU"), stats.JoinPair("/", "DE"))
		}
		if seed == 0 && m.rows[valueKey{day, stats.DimRegion, "KZ/Almaty"}][stats.Visitors] == 0 {
			t.Error("no region leaves while the day goes on")
		}
		a.EndDays(day + 1)
		drain(t, a, m, stats.Running)
		sum := int64(0)
		for _, country := range []string{"KZ", "RU", "DE"} {
			sum += m.rows[valueKey{day, stats.DimCountry, country}][stats.Visitors]
		}
		if sum != int64(all) {
			t.Errorf("seed %d: at the end of the day the countries are %d visitors, want %d", seed, sum, all)
		}
	}
}

// residue looks at a line: what its rows at rest hold, and what it holds beyond them.
func residue(t *testing.T, m *memory, what string, k, line int64, dim stats.Dimension, values ...string) {
	t.Helper()
	left, told := line, false
	for _, value := range values {
		n := m.rows[valueKey{day, dim, value}][stats.Visitors]
		if n > 0 && n < k {
			t.Errorf("%s: %v %q rests with %d visitors", what, dim, value, n)
		}
		left, told = left-n, told || n > 0
	}
	if told && left < k {
		t.Errorf("%s: %v: the rest of %d visitors is %d", what, dim, line, left)
	}
}
