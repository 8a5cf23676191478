package stats_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// past gives two providers 28 days on which one request in a hundred failed for every one of 12 visitors.
func past(store *memory, before stats.Day, providers ...string) {
	for d := before - 28; d < before; d++ {
		for _, provider := range providers {
			store.rows[valueKey{d, stats.DimNetProvider, provider}] = stats.Counts{stats.Requests: 1200, stats.Crowd: 5, stats.Rejects: 8, stats.Faults: 4}
		}
		store.totals[hourKey{d, 9}] = stats.Counts{stats.Requests: 1200 * int64(len(providers)), stats.Rejects: 8 * int64(len(providers)), stats.Faults: 4 * int64(len(providers))}
	}
}

func TestSpikesNameTheProviderThatErrorsComeFrom(t *testing.T) {
	for _, test := range []struct {
		name               string
		visitors, troubled int // of the hour, and those whose requests failed
		requests, failed   int
		provider           string
		want               string
	}{
		{"a third of 512 fails", 20, 20, 512, 174, "Bad", "Bad 14 h: 174 of 512, usually 1.0%, own true"},
		{"what fails as ever", 20, 20, 512, 6, "Bad", ""},
		{"twice the usual", 20, 20, 512, 12, "Bad", ""},
		{"too few requests to say", 10, 10, 40, 20, "Bad", ""},
		{"few requests, most of which fail", 10, 10, 60, 30, "Bad", "Bad 14 h: 30 of 60, usually 1.0%, own true"},
		{"fewer visitors than k", 4, 4, 512, 174, "Bad", ""},
		{"one broken program among many visitors", 20, 1, 512, 174, "Bad", ""},
		{"four of them", 20, 4, 512, 174, "Bad", ""},
		{"five of them", 20, 5, 512, 174, "Bad", "Bad 14 h: 174 of 512, usually 1.0%, own true"},
		{"a provider never seen before, by the site's past", 20, 20, 512, 174, "New", "New 14 h: 174 of 512, usually 1.0%, own false"},
		{"nobody's provider", 20, 20, 512, 174, "", " 14 h: 174 of 512, usually 1.0%, own false"},
	} {
		t.Run(test.name, func(t *testing.T) {
			store := newMemory()
			past(store, day, "Good", "Bad")
			a := stats.NewAggregator(stats.Options{Instance: "i"})
			for who := range test.visitors {
				ask(a, who, test.provider, 14, 200, first(10*time.Millisecond))
			}
			for i := range test.failed {
				ask(a, i%test.troubled, test.provider, 14, 503, 10*time.Millisecond)
			}
			for i := range test.requests - test.visitors - test.failed {
				ask(a, i%test.visitors, test.provider, 14, 200, 10*time.Millisecond)
			}
			for _, live := range []stats.Live{a, nil} { // waiting, and at rest
				if live == nil {
					a.EndDays(day + 1)
					drain(t, a, store, stats.HourEnd)
				}
				got := ""
				spikes, err := stats.NewReports(store, live, stats.ReportOptions{}).Spikes(t.Context(), stats.Range{First: day, Last: day})
				for _, s := range spikes {
					got += s.Provider + " " + strconv.Itoa(int(s.Hour)) + " h: " + strconv.Itoa(int(s.Failed())) + " of " + strconv.Itoa(int(s.Requests)) +
						", usually " + strconv.FormatFloat(s.Usual*100, 'f', 1, 64) + "%, own " + strconv.FormatBool(s.Own)
				}
				if got != test.want || err != nil {
					t.Errorf("%q, %v; want %q", got, err, test.want)
				}
			}
		})
	}
}

func TestWaitsAreToldWithTheirProvider(t *testing.T) {
	store := newMemory()
	a := stats.NewAggregator(stats.Options{Instance: "i"})
	for who := range 10 {
		ask(a, who, "Quick", 9, 200, first(8*time.Millisecond))
		for range 9 {
			ask(a, who, "Quick", 9, 200, 8*time.Millisecond)
		}
		if who < 4 {
			ask(a, 20+who, "Small", 9, 200, first(8*time.Millisecond))
			ask(a, 30+who, "Another", 9, 200, first(8*time.Millisecond))
		}
	}
	ask(a, 1, "Quick", 9, 200, 9*time.Second) // slow for one, and told all the same
	days := stats.Range{First: day, Last: day}
	for _, rest := range []bool{false, true} {
		if rest {
			a.EndDays(day + 1)
			drain(t, a, store, stats.HourEnd)
		}
		waits, err := stats.NewReports(store, a, stats.ReportOptions{}).Waits(t.Context(), days)
		if err != nil || len(waits) != 1 {
			t.Fatalf("%v, %v", waits, err)
		}
		q := waits["Quick"]
		if half, ok := q.At(.5); !ok || half <= 5 || half > 10 || q.Count != 101 || q.Under(5000) == 1 {
			t.Errorf("half of %d within %v ms", q.Count, half)
		}
	}
	hours, err := stats.NewReports(store, nil, stats.ReportOptions{}).Answered(t.Context(), days, "Quick")
	if err != nil || len(hours) != 1 || hours[0].Hour != 9 || hours[0].Counts[stats.Requests] != 101 || hours[0].Counts[stats.Slow] != 1 {
		t.Errorf("%v, %v", hours, err)
	}
	if hours, err := stats.NewReports(store, nil, stats.ReportOptions{}).Answered(t.Context(), days, "Small"); err != nil || len(hours) != 0 {
		t.Errorf("%v, %v", hours, err)
	}
}

// TestWhatOthersKeepBackHidesNoOutage: while the day goes on each instance keeps the requests of k visitors in memory, but not
// how they went. Where everything fails, what rests says that more failed than was asked for; it is a spike all the same, of no
// more than everything.
func TestWhatOthersKeepBackHidesNoOutage(t *testing.T) {
	store := newMemory()
	past(store, day, "Bad")
	for i := range 4 {
		a := stats.NewAggregator(stats.Options{Instance: "i" + strconv.Itoa(i)})
		come(a, 25, with(page("/"), func(pv *visit.Pageview) { pv.Provider = "Bad" }))
		drain(t, a, store, stats.HourOver)
		for who := range 20 {
			ask(a, 20*i+who, "Bad", 14, 503, first(10*time.Millisecond))
		}
		add(a, 25, with(page("/"), func(pv *visit.Pageview) { pv.Step, pv.Hour = visit.Step{NewVisit: true}, 15 })) // rows leave with as many page views
		drain(t, a, store, stats.HourOver)
	}
	days := stats.Range{First: day, Last: day}
	reports := stats.NewReports(store, nil, stats.ReportOptions{})
	spikes, err := reports.Spikes(t.Context(), days)
	if err != nil || len(spikes) != 1 || spikes[0].Share() != 1 {
		t.Errorf("%+v, %v; want one spike in which everything failed", spikes, err)
	}
	hours, err := reports.Answered(t.Context(), days, "Bad")
	if err != nil || len(hours) != 2 || hours[1].Counts[stats.Requests] < hours[1].Counts[stats.Faults] || hours[1].Counts[stats.Faults] != 80 {
		t.Errorf("%v, %v", hours, err)
	}
}
