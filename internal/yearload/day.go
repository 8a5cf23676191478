package yearload

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Views returns how many of a year's page views fall on its day with the given number, from 0 to 364: the
// shares of all days add up to the whole, but for rounding.
func Views(first visit.Day, i, year int) int {
	sum := 0.0
	for n := range daysOfYear {
		sum += share(first, n)
	}
	return int(math.Round(float64(year) * share(first, i) / sum))
}

const daysOfYear = 365

func share(first visit.Day, i int) float64 {
	weight := 1 + float64(i)/daysOfYear/3
	if weekday := (int(first) + i + 4) % 7; weekday == 0 || weekday == 6 { // day 0 was a Thursday
		weight *= 0.7
	}
	return weight
}

// Day calls yield for each page view of one day, visit after visit. The Pageview is valid during the call only.
func Day(day visit.Day, views int, yield func(*visit.Pageview)) {
	r := rand.New(rand.NewPCG(uint64(day), 77))
	for left := views; left > 0; {
		n := min(1+int(r.ExpFloat64()*1.8), left, 40)
		oneVisit(r, day, n, yield)
		left -= n
	}
}

// oneVisit makes up a visit of n page views.
func oneVisit(r *rand.Rand, day visit.Day, n int, yield func(*visit.Pageview)) {
	pv := visit.Pageview{Day: day, Hour: hour(r), Kind: visit.KindPage, Status: 200}
	person(r, &pv)
	arrival(r, &pv)
	began := visit.Step{
		StartedDay: day, StartedHour: pv.Hour, StartSource: pv.Source, StartChannel: pv.Channel, StartCampaign: pv.Campaign,
		Lot: uint8(r.IntN(64)),
	}
	source, channel, campaign := pv.Source, pv.Channel, pv.Campaign
	var elapsed int64
	var previous string
	for i := range n {
		p := pages[rank(r, len(pages))]
		pv.Path, pv.Section, pv.Latency = p.path, p.section, latency(r)
		pv.Step = began
		pv.Step.Views = int32(i + 1)
		if i == 0 {
			pv.Step.NewVisit, pv.Step.NewVisitor = true, r.IntN(10) < 8
		} else {
			pause := int64(1 + r.ExpFloat64()*45)
			elapsed += pause
			pv.Step.Second, pv.Step.Seconds, pv.Step.Elapsed = i == 1, pause, elapsed
			pv.Step.Previous, pv.Step.PreviousDay = previous, day
			pv.Source, pv.Channel, pv.Campaign = "", "direct", ""
		}
		yield(&pv)
		previous = p.path
	}
	pv.Source, pv.Channel, pv.Campaign = source, channel, campaign
	if r.IntN(3) == 0 {
		other(r, pv, yield)
	}
}

// other makes up a request that is no page view: a file, a missing page or a bot.
func other(r *rand.Rand, pv visit.Pageview, yield func(*visit.Pageview)) {
	pv.Step = visit.Step{}
	switch r.IntN(3) {
	case 0:
		pv.Kind, pv.Path = visit.KindFile, files[rank(r, len(files))]
	case 1:
		pv.Status, pv.Path = 404, missing[rank(r, len(missing))]
	default:
		pv.Bot, pv.BotClass = bots[rank(r, len(bots))], "search"
	}
	pv.Section = visit.Section(pv.Path)
	yield(&pv)
}

func hour(r *rand.Rand) uint8 { return uint8((int(math.Round(r.NormFloat64()*4)) + 14 + 48) % 24) }

func latency(r *rand.Rand) time.Duration {
	return time.Duration(math.Exp(r.NormFloat64()*0.9+3.2)) * time.Millisecond
}

// rank draws an index below n by Zipf's law with exponent 1.
func rank(r *rand.Rand, n int) int { return min(int(math.Pow(float64(n+1), r.Float64()))-1, n-1) }
