package attack_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// crowd is known addresses in few places, of which small numbers come: some view pages, some only call something, some call
// and view pages later, or the other way round.
func crowd(r *rand.Rand) *attack.Population {
	p := attack.NewPopulation(24+r.IntN(90), r)
	places, networks := 2+r.IntN(5), 2+r.IntN(4)
	for i := range p.Addrs {
		country, network := r.IntN(1+r.IntN(places)), r.IntN(1+r.IntN(networks))
		p.Put(i, netip.AddrFrom4([4]byte{203, byte(10*network + r.IntN(1+r.IntN(3))), byte(i >> 8), byte(i)}), visit.Place{
			Country: [...]string{"KZ", "UZ", "KG", "RU", "DE", "FR", "AF"}[country], Provider: fmt.Sprint("Provider ", network),
		})
	}
	return p
}

// Moments of a day.
const open, ended, closed = "open", "ended", "closed"

// callers is a day at a site with a crowd. look is called at moments of the open day, and after its close.
func callers(t *testing.T, store attack.Store, guards int, seed uint64, look func(site *attack.Site, moment string)) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 11))
	p := crowd(r)
	site, err := attack.NewSite(p, store, attack.Rules{Guards: guards, Seed: seed})
	if err != nil {
		t.Fatal(err)
	}
	roles := make([]int, len(p.Addrs))
	alone := r.IntN(4)
	for i := range roles {
		if roles[i] = r.IntN(4); r.IntN(4) < alone {
			roles[i] = 1
		}
		if r.IntN(6) == 0 {
			roles[i] = 4 // does not come
		}
	}
	hours := 3 + r.IntN(4)
	for step := range 4 * hours {
		if err := site.Until(t.Context(), (8+float64(step)/4)/24); err != nil {
			t.Fatal(err)
		}
		if step%2 == 0 {
			look(site, open)
		}
		for range 1 + r.IntN(30) {
			i := r.IntN(len(p.Addrs))
			early := step < 2*hours
			switch role := roles[i]; {
			case role == 4:
			case role == 0, role == 2 && !early, role == 3 && early: // views; calls, then views; views, then calls
				site.View(i, p.Agent(i), "/page", "")
			default:
				site.Call(i)
			}
		}
	}
	if err := site.Until(t.Context(), (9+float64(hours))/24); err != nil {
		t.Fatal(err)
	}
	look(site, open)
	if err := site.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	look(site, ended)
	if err := site.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	look(site, closed)
}

// TestWhoOnlyCalledIsFoundByNobody: no two reports of a day and no totals, open or closed, leave fewer than k persons, whatever
// of their requests were page views; and nothing that rests counts who asked.
func TestWhoOnlyCalledIsFoundByNobody(t *testing.T) {
	t.Parallel()
	told := map[string]int{}
	for seed := range uint64(30) {
		for _, guards := range []int{1, 4} {
			m := newMemory()
			callers(t, m, guards, seed, func(site *attack.Site, moment string) {
				d, err := attack.Read(t.Context(), m)
				if err != nil {
					t.Fatal(err)
				}
				nothingCounts(t, d, guards)
				if moment != ended {
					report(t, fmt.Sprintf("seed %d, %d guards, %s", seed, guards, moment), attack.Differences(site, d, k))
				}
				for cell, c := range d.Rows {
					if c[stats.Requests] > 0 {
						told[fmt.Sprintf("%v %d %s", cell.Dim, guards, moment)]++
					}
				}
			})
			if t.Failed() {
				return
			}
		}
	}
	for _, dim := range []stats.Dimension{stats.DimNetCountry, stats.DimNetProvider, stats.DimNetPrefix, stats.DimNetHour, stats.DimNetLatency} {
		for _, when := range []string{" 1 open", " 1 closed", " 4 closed"} {
			if told[dim.String()+when] < 5 {
				t.Errorf("%v%s: only %d values are told in all games", dim, when, told[dim.String()+when])
			}
		}
	}
}

func TestWhoOnlyCalledIsFoundInNoStore(t *testing.T) {
	t.Parallel()
	for name, begin := range targets {
		for _, guards := range []int{1, 4} {
			t.Run(fmt.Sprint(name, " ", guards), func(t *testing.T) {
				to := begin(t)
				callers(t, to.store, guards, 3, func(site *attack.Site, moment string) {
					d := dump(t, to)
					nothingCounts(t, d, guards)
					if moment != ended {
						report(t, moment, attack.Differences(site, d, k))
					}
				})
			})
		}
	}
}

// nothingCounts wants no number of those who asked at rest.
func nothingCounts(t *testing.T, d *attack.Dump, guards int) {
	t.Helper()
	for hour, c := range d.Hours {
		if c[stats.Askers] != 0 || c[stats.Crowd] != 0 {
			t.Errorf("hour %d counts %d who asked", hour, c[stats.Askers])
		}
	}
	for cell, c := range d.Rows {
		switch cell.Dim {
		case stats.DimNetCountry, stats.DimNetProvider, stats.DimNetPrefix, stats.DimNetHour, stats.DimNetLatency:
			if c[stats.Askers] != 0 || c[stats.Visitors] != 0 || c[stats.Crowd]%k != 0 || c[stats.Crowd] > int64(k*guards) {
				t.Errorf("%v %q counts persons: %v", cell.Dim, cell.Value, c)
			}
		}
	}
}

// TestTheHarnessFindsWhoOnlyCalled lets the number of those who asked rest, as it did once, and wants callers to be found.
func TestTheHarnessFindsWhoOnlyCalled(t *testing.T) {
	t.Parallel()
	found := 0
	for seed := range uint64(20) {
		m := newMemory()
		callers(t, m, 1+3*int(seed%2), seed, func(site *attack.Site, _ string) {
			d, err := attack.Read(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			attack.TellAskers(site, d)
			found += min(1, len(attack.Callers(site, d, k)))
		})
	}
	if found < 20 {
		t.Errorf("the number of those who asked rests, and callers are found at %d moments only", found)
	}
}

// TestTheHarnessFindsWhatTwoReportsHideByOthers lets each report fold another country to hide the same visitor: where what is
// folded in one stays in the other, whoever reads both finds that visitor.
func TestTheHarnessFindsWhatTwoReportsHideByOthers(t *testing.T) {
	t.Parallel()
	r, m := rand.New(rand.NewPCG(1, 1)), newMemory()
	p := attack.NewPopulation(36, r)
	groups := []struct {
		country        string
		views, callers int
	}{{"KZ", 20, 0}, {"UZ", 5, 4}, {"KG", 6, 0}, {"AF", 1, 0}}
	site, err := attack.NewSite(p, m, attack.Rules{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for _, g := range groups {
		for n := range g.views + g.callers {
			p.Put(i, netip.AddrFrom4([4]byte{203, 0, 0, byte(i)}), visit.Place{Country: g.country, Provider: g.country})
			if n < g.views {
				site.View(i, p.Agent(i), "/page", "")
			} else {
				site.Call(i)
			}
			i++
		}
	}
	if err := site.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := maps.Clone(m.rows)
	if err := site.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, err := attack.Read(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if below := attack.Callers(site, d, k); len(below) > 0 || d.Rows[attack.Cell{Dim: stats.DimNetCountry, Value: "KZ"}][stats.Requests] != 20 {
		t.Errorf("of the closed day: %v", below)
	}
	for cell, c := range before {
		if cell.Dim == stats.DimNetCountry {
			d.Rows[cell] = c
		}
	}
	if below := attack.Callers(site, d, k); len(below) == 0 {
		t.Error("what is folded in one report stays in the other, and nothing is found")
	}
}
