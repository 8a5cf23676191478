package stats_test

import (
	"fmt"
	"testing"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// One visit through many pages has one entry and one exit, however full the list of pages is: what takes an exit back
// may reach the list before what counted it, and begins its page then.
func TestAVisitHasOneExitHoweverManyPagesThereAre(t *testing.T) {
	a := stats.NewAggregator(stats.Options{Instance: "run", Shards: 4, Caps: map[stats.Dimension]int{stats.DimPage: 1000}})
	store, before := newMemory(), ""
	for i := range 740 { // beyond the half that only pages that were served may fill
		pv := page(fmt.Sprintf("/p/%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i/676))
		if i > 0 {
			pv.Step = visit.Step{Views: int32(i + 1), Second: i == 1, Seconds: 1, Previous: before, PreviousDay: day, StartedDay: day, StartedHour: 9}
		}
		before = pv.Path
		a.Add(&pv)
		if i%100 == 99 {
			drain(t, a, store, stats.HourEnd)
		}
	}
	var sum stats.Counts
	for _, c := range lines(t, store, a, stats.DimPage, stats.Floors{}) {
		sum.Add(&c)
		if c[stats.Exits] < 0 || c[stats.Bounces] < 0 {
			t.Errorf("a page has %d exits and %d bounces", c[stats.Exits], c[stats.Bounces])
		}
	}
	if sum[stats.Exits] != 1 || sum[stats.Entries] != 1 || sum[stats.Bounces] != 0 {
		t.Errorf("one visit: the list of pages tells of %d entries, %d exits and %d bounces", sum[stats.Entries], sum[stats.Exits], sum[stats.Bounces])
	}
}

// made returns a page view that brings a value to a dimension.
func made(dim stats.Dimension, value string) visit.Pageview {
	pv := page("/")
	switch dim {
	case stats.DimPage:
		pv.Path = "/" + value
	case stats.DimSource:
		pv.Source, pv.Channel = value, "referral"
	case stats.DimCampaign:
		pv.Campaign = value
	case stats.DimNotFound:
		pv.Path, pv.Status, pv.Step = "/"+value, 404, visit.Step{}
	case stats.DimDownload:
		pv.Kind, pv.Path, pv.Download, pv.Step = visit.KindFile, "/"+value, true, visit.Step{}
	}
	return pv
}

// A stranger who makes values up, each with a visitor of its own, fills three quarters of the places at most. What many visitors
// share finds one of the others, though the stranger goes on meanwhile; what the stranger made up then does not.
func TestAFloodOfValuesLeavesRoomForWhatManyShare(t *testing.T) {
	const places = 100
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimNotFound, stats.DimCampaign, stats.DimDownload} {
		t.Run(dim.String(), func(t *testing.T) {
			a, store := stats.NewAggregator(stats.Options{Instance: "run", Shards: 1, Caps: map[stats.Dimension]int{dim: places}}), newMemory()
			flood := 0
			madeUp := func(n int) {
				for range n {
					add(a, 1, made(dim, fmt.Sprintf("made-up-%d.example", flood)))
					flood++
				}
			}
			madeUp(4 * places)
			drain(t, a, store, stats.HourEnd)
			for range 30 { // a visitor of the shared one, then ten of the stranger's, while there are 25 places to be pushed through
				add(a, 1, made(dim, "shared.example"))
				madeUp(10)
				drain(t, a, store, stats.HourEnd)
			}
			strangers, shared := 0, int64(0)
			for value, c := range lines(t, store, a, dim, stats.Floors{}) {
				switch value {
				case "shared.example", "/shared.example":
					shared = c[stats.Requests]
				case "":
				default:
					strangers++
				}
			}
			if shared != 30 {
				t.Errorf("%d of 30 requests of what all share are told", shared)
			}
			if strangers > places*3/4 {
				t.Errorf("%d made-up values are told, there are %d places", strangers, places)
			}
		})
	}
}
