package attack_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// game is one site under attack for a day.
type game struct {
	addrs, guards int
	rate          float64       // page views a second
	burst         time.Duration // for how long before each moment; 0 is always
}

// moments are the shares of the day at which the dump is taken: the second is the end of an hour, when all has
// left that may.
var moments = [...]float64{.01, .5, .99}

// games are played in every test run; make attack plays more.
func games() (list []game) {
	if os.Getenv("KELISIM_ATTACK") == "" {
		return []game{
			{3, 1, .001, 0}, {30, 1, .004, 0}, {300, 4, .008, 0}, {300, 1, .01, 0}, {1000, 4, 200, 5 * time.Second}, {10_000, 1, 1000, 3 * time.Second},
		}
	}
	for _, guards := range []int{1, 4} {
		list = append(list, game{1_000_000, guards, 2000, 50 * time.Second})
		for _, addrs := range []int{300, 30, 3, 10_000} {
			list = append(list, game{addrs, guards, 2000, 10 * time.Second}, game{addrs, guards, 1, 0}) // a day of 86,400 seconds
		}
	}
	return list
}

func (g game) String() string {
	if g.burst > 0 {
		return fmt.Sprintf("%d addresses, %v a second for %v, %d guards", g.addrs, g.rate, g.burst, g.guards)
	}
	return fmt.Sprintf("%d addresses, %v a second, %d guards", g.addrs, g.rate, g.guards)
}

// table is what was found, a line for each moment of each game.
type table struct{ lines []string }

func (b *table) add(t *testing.T, name string, g game, moment string, visitors int64, r result) {
	rate := fmt.Sprintf("%v/s", g.rate)
	if g.burst > 0 {
		rate += " in bursts"
	}
	line := fmt.Sprintf("| %9d | %-16s | %6s | %-5s | %d | %8d | %11d | %9.2f | %9.2f | %8d | %5d |", g.addrs, rate, moment, name, g.guards, visitors, r.confirmed, r.own, r.group, r.below, r.joint)
	b.lines = append(b.lines, line)
	t.Log(line)
}

func (b *table) String() string {
	return "\n| addresses | page views       | moment | store | guards | visitors | A confirmed | B max LR | group's | cells below k | joint steps |\n" + strings.Join(b.lines, "\n")
}

// result is what an attacker found at one moment.
type result struct {
	confirmed  int // addresses that A names beyond chance
	own, group float64
	below      int // cells with fewer than k visitors, by subtraction
	joint      int // steps that tell of too few page views
}

// likely notes the largest likelihood ratios. If anything that rests follows from a key, nobody knows how large they are.
func (r *result) likely(t *testing.T, site *attack.Site, list []attack.Likelihood) {
	t.Helper()
	most := attack.Most(list)
	r.own, r.group = most.Own, most.Group
	var keyed []string
	for cell := range site.Keyed {
		r.own = math.Inf(1)
		keyed = append(keyed, fmt.Sprintf("%v %q", cell.Dim, cell.Value))
	}
	report(t, "would be another under other keys", keyed)
}

func TestNobodyIsFoundInADump(t *testing.T) {
	t.Parallel()
	for name, open := range targets {
		t.Run(name, func(t *testing.T) {
			var found table
			for i, g := range games() {
				t.Run(g.String(), func(t *testing.T) { play(t, open(t), g, uint64(i), name, &found) })
			}
			t.Log(found.String())
		})
	}
}

func play(t *testing.T, to target, g game, seed uint64, name string, found *table) {
	p := attack.NewPopulation(g.addrs, rand.New(rand.NewPCG(seed, 1)))
	site, err := attack.NewSite(p, to.store, attack.Rules{Guards: g.guards, Seed: seed, Mirror: true})
	if err != nil {
		t.Fatal(err)
	}
	var batches []attack.Step // what lies between two dumps that are taken before and after each batch
	site.Watch = func(b stats.Batch) { batches = append(batches, attack.StepOf(&b)) }
	last := 0.0
	var dumps [][]byte
	for i, moment := range moments {
		from := last
		if g.burst > 0 {
			from = moment - g.burst.Seconds()/(24*3600)
		}
		if err := site.Run(t.Context(), int(math.Round((moment-from)*24*3600*g.rate)), from, moment); err != nil {
			t.Fatal(err)
		}
		last = moment
		d := dump(t, to)
		dumps = append(dumps, to.raw())
		r := openDay(t, to, site, d, batches)
		switch {
		case g.addrs <= manyAddrs:
			r.confirmed += traced(t, site, dumps[i:])
		case i == len(moments)-1: // 50 million keys of each guard are tried once, on all dumps
			r.confirmed += traced(t, site, dumps)
		}
		found.add(t, name, g, fmt.Sprintf("%v %%", moment*100), d.Visitors(), r)
		if r.own > 3 && d.Visitors() >= 64 {
			t.Errorf("B, at %v of the day: an address has a likelihood ratio of %.2f", moment, r.own)
		}
	}
	rows, backup := to.rows(), dumps[len(dumps)-1]
	if err := site.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d := dump(t, to)
	r := closedDay(t, to, site, d, rows, backup)
	found.add(t, name, g, "closed", d.Visitors(), r)
	if r.own > 1.001 {
		t.Errorf("B, of the closed day: an address has a likelihood ratio of %.2f", r.own)
	}
}

// openDay attacks an open day.
func openDay(t *testing.T, to target, site *attack.Site, d *attack.Dump, steps []attack.Step) (r result) {
	p := site.Population
	r.confirmed += nobody(t, p, "A, by rarity, of the open day", attack.Rare(p, d, k))
	r.likely(t, site, attack.Likelihoods(p, d, nil))
	below := attack.Differences(site, d, k)
	r.below = len(below)
	report(t, "by subtraction, of the open day", below)
	if to.steps != nil {
		var strange []string
		steps, strange = to.steps()
		report(t, "at rest, and nobody knows what it is", strange)
	}
	joint := attack.Joint(steps, fewest)
	r.joint = len(joint)
	report(t, "together", joint)
	if len(p.Addrs) <= 10_000 {
		batches := attack.NewBatches(p)
		for _, step := range full(steps, 500) {
			batches.Step(step)
		}
		if byChance(t, p, "A, by batches", batches.Named()) {
			r.confirmed++
		}
	}
	return r
}

// manyAddrs is from where on hashes that need no secret are not tried: 50 million of them would take long.
const manyAddrs = 100_000

// traced looks for traces of any address, with any user agent and all living keys, in dumps of an open day.
func traced(t *testing.T, site *attack.Site, dumps [][]byte) int {
	p, rest := site.Population, attack.NewIndex(dumps...)
	living, err := attack.Living(site.Secret, site.Seeds)
	if err != nil {
		t.Fatal(err)
	}
	return nobody(t, p, "A, by dictionary, of the open day", attack.Dictionary(p, rest, nil, len(p.Addrs) <= 300)) +
		nobody(t, p, "B, by dictionary, of the open day", attack.Dictionary(p, rest, attack.Marks(living), false))
}

// closedDay attacks a closed day, with an old backup and the site's secret in hand: the seed is gone.
func closedDay(t *testing.T, to target, site *attack.Site, d *attack.Dump, rows []attack.Blob, backup []byte) (r result) {
	p, raw := site.Population, to.raw()
	living, err := attack.Living(site.Secret, [][]byte{make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	rest := attack.NewIndex(raw, backup)
	for _, seed := range site.Seeds {
		if bytes.Contains(raw, seed) {
			t.Error("the seed of a closed day is at rest")
		}
	}
	r.confirmed += nobody(t, p, "A, by dictionary, of the closed day", attack.Dictionary(p, rest, nil, len(p.Addrs) <= 300))
	r.confirmed += nobody(t, p, "A, by rarity, of the closed day", attack.Rare(p, d, k))
	var traces []int
	if len(p.Addrs) <= manyAddrs { // with a seed that was none: the keys of this day cannot be made any more
		traces = attack.Dictionary(p, rest, attack.Marks(living), false)
	}
	r.likely(t, site, attack.Likelihoods(p, d, traces))
	nobody(t, p, "B, by dictionary, of the closed day", traces)
	if n := still(raw, rows, d); n > 0 {
		t.Errorf("%d of %d parts of the file with rows of the open day are in the file of the closed one", n, len(rows))
	}
	below := append(attack.Differences(site, d, k), attack.Solve(site, d, k)...)
	r.below = len(below)
	report(t, "by subtraction, of the closed day", below)
	return r
}

// full returns the steps with rows, at most n of them.
func full(steps []attack.Step, n int) (list []attack.Step) {
	for _, step := range steps {
		if len(step.Rows) > 0 && len(list) < n {
			list = append(list, step)
		}
	}
	return list
}

// report fails the test with the first of what was found.
func report(t *testing.T, means string, list []string) {
	t.Helper()
	for i, what := range list {
		if i == 4 {
			t.Errorf("%s: %d more", means, len(list)-i)
			return
		}
		t.Errorf("%s: %s", means, what)
	}
}

func nobody(t *testing.T, p *attack.Population, means string, named []int) int {
	t.Helper()
	if len(named) > 0 {
		right, sigmas := attack.Referee(p, named)
		t.Errorf("%s: %d addresses are named, %d of them came (%.1f sigma)", means, len(named), right, sigmas)
	}
	return len(named)
}

// byChance allows claims that are right no more often than coins are.
func byChance(t *testing.T, p *attack.Population, means string, named []int) (beyond bool) {
	t.Helper()
	right, sigmas := attack.Referee(p, named)
	if beyond = sigmas > 4; beyond {
		t.Errorf("%s: %d of %d claims are right: %.1f sigma above chance", means, right, len(named), sigmas)
	}
	return beyond
}
