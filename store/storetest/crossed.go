package storetest

import (
	"fmt"
	"math/rand/v2"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Crossed makes up a day of a site as [Traffic] does, of visits this time, so that it has pairs; and closes it
// as a site does that folds what fewer than five visitors carry.
func Crossed(day stats.Day, views int) stats.Closing {
	a := stats.NewAggregator(stats.Options{Instance: "crossed", Shards: 1, MaxRows: stats.MaxRows})
	r := rand.New(rand.NewPCG(uint64(day), 7))
	draw := func(dim stats.Dimension) func() string {
		known := catalogue[dim]
		zipf := rand.NewZipf(r, 1.15, 1.5, uint64(known.values-1))
		return func() string { return fmt.Sprintf(known.format, zipf.Uint64()) }
	}
	page, source, city, provider, browser := draw(stats.DimPage), draw(stats.DimSource), draw(stats.DimCity), draw(stats.DimProvider), draw(stats.DimBrowserVersion)
	for seen := 0; seen < views; {
		place := rand.New(rand.NewPCG(hash(city()), 1))
		pv := visit.Pageview{
			Day: day, Hour: uint8((int(r.NormFloat64()*4) + 14 + 48) % 24), Kind: visit.KindPage, Status: 200, Source: source(), Channel: "referral",
			Country: fmt.Sprintf("C%d", int(place.ExpFloat64()*6)), Region: fmt.Sprint("Region ", place.IntN(30)), City: fmt.Sprint("City ", place.IntN(1500)), Provider: provider(),
			BrowserVersion: browser(), OS: fmt.Sprint("System ", r.IntN(4)), Device: [...]string{"desktop", "mobile", "mobile", "tablet"}[r.IntN(4)], Language: fmt.Sprint("l", int(place.ExpFloat64()*4)),
		}
		pv.Browser, pv.OSVersion = pv.BrowserVersion[:9], fmt.Sprint(pv.OS, " ", r.IntN(3))
		pv.Step = visit.Step{NewVisitor: true, NewVisit: true, StartSource: pv.Source, StartChannel: pv.Channel, StartedDay: day, StartedHour: pv.Hour, Lot: uint8(r.IntN(64))}
		for n := 1 + int(r.ExpFloat64()*2); n > 0; n-- {
			pv.Path = page()
			seen++
			pv.Step.Views++
			a.Add(&pv)
			pv.Step.Second, pv.Step.NewVisitor, pv.Step.NewVisit = pv.Step.NewVisit, false, false
			pv.Step.Previous, pv.Step.PreviousDay, pv.Step.Seconds = pv.Path, day, int64(r.ExpFloat64()*40)
		}
		if seen%256 < 4 {
			a.Gather()
		}
	}
	a.EndDays(day + 1)
	a.Cut(stats.HourEnd)
	rows, hours := map[stats.Dimension][]stats.Row{}, [24]stats.Counts{}
	for b, ok := a.Outgoing(); ok; b, ok = a.Outgoing() {
		for _, row := range b.Rows {
			rows[row.Dim] = append(rows[row.Dim], row)
		}
		for _, t := range b.Totals {
			hours[t.Hour].Add(&t.Counts)
		}
		a.Delivered(b)
	}
	return stats.Finish(day, &hours, rows, stats.Floors{})
}

func hash(s string) (h uint64) {
	for i := range len(s) {
		h = h*31 + uint64(s[i])
	}
	return h
}

// pairsOnly leaves the pairs of a closing.
func pairsOnly(c stats.Closing) stats.Closing {
	rows := c.Rows[:0]
	for _, row := range c.Rows {
		if row.Dim.IsPair() {
			rows = append(rows, row)
		}
	}
	c.Rows = rows
	return c
}
