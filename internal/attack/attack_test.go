package attack_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

// k is the floor of persons.
const k = 5

// target is a store and what rests of it.
type target struct {
	store attack.Store
	raw   func() []byte
}

// targets are both stores, opened anew for each game.
var targets = map[string]func(*testing.T) target{
	"bolt": func(t *testing.T) target {
		path := filepath.Join(t.TempDir(), "kelisim.db")
		s, err := boltstore.Open(path, boltstore.Options{Site: "site"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Shutdown() })
		return target{s, func() []byte {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}}
	},
	"redis": func(t *testing.T) target {
		server := redistest.Start(t, "--rdbcompression", "no")
		s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "site"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Shutdown() })
		return target{s, server.Raw}
	},
}

// game is one site under attack.
type game struct {
	addrs  int
	views  int // in the day, evenly
	share  float64
	guards int
}

// games are played in every test run; make attack adds the large ones.
func games() []game {
	list := []game{
		{3, 40, .99, 1}, {30, 300, .5, 1}, {300, 3000, .01, 1}, {300, 3000, .99, 4}, {1000, 6000, .5, 4}, {10_000, 20_000, .99, 1},
	}
	if os.Getenv("KELISIM_ATTACK") == "" {
		return list
	}
	for _, guards := range []int{1, 4} {
		for _, share := range []float64{.01, .5, .99} {
			for _, addrs := range []int{3, 30, 300, 10_000} {
				list = append(list, game{addrs, 86_400, share, guards}) // one a second
			}
		}
		list = append(list, game{300, 400_000, .5, guards}, game{1_000_000, 1_500_000, .5, guards})
	}
	return list
}

func TestNobodyIsFoundInADump(t *testing.T) {
	t.Parallel()
	for name, open := range targets {
		t.Run(name, func(t *testing.T) {
			for i, g := range games() {
				t.Run(fmt.Sprintf("%d addresses, %d views, %v of the day, %d guards", g.addrs, g.views, g.share, g.guards), func(t *testing.T) {
					play(t, open(t), g, uint64(i))
				})
			}
		})
	}
}

func play(t *testing.T, to target, g game, seed uint64) {
	p := attack.NewPopulation(g.addrs, rand.New(rand.NewPCG(seed, 1)))
	site, err := attack.NewSite(p, to.store, g.guards, seed)
	if err != nil {
		t.Fatal(err)
	}
	batches, watched := attack.NewBatches(p), 0
	read := func() *attack.Dump {
		d, err := attack.Read(t.Context(), to.store)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	site.Watch = func() {
		if watched++; watched <= 60 && g.addrs <= 10_000 {
			batches.Step(read())
		}
	}
	if err := site.Run(t.Context(), int(float64(g.views)*g.share), g.share); err != nil {
		t.Fatal(err)
	}
	living, err := attack.Living(site.Secret, site.Seeds)
	if err != nil {
		t.Fatal(err)
	}
	full := g.addrs <= 300
	open := read()
	raw := to.raw()
	nobody(t, p, "A, by dictionary, of the open day", attack.Dictionary(p, raw, nil, full))
	nobody(t, p, "B, by dictionary, of the open day", attack.Dictionary(p, raw, living, false))
	nobody(t, p, "by rarity, of the open day", attack.Rare(p, open, k))
	byChance(t, p, "by batches", batches.Named())

	site.Flood(300)
	site.Now = site.Now.Add(time.Minute)
	backup := to.raw()
	if err := site.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	closed := read()
	raw = append(to.raw(), backup...) // an old backup is in the attacker's hands
	secretOnly, err := attack.Living(site.Secret, [][]byte{bytes.Repeat([]byte{0}, 32)})
	if err != nil {
		t.Fatal(err)
	}
	nobody(t, p, "B, by dictionary, of the closed day", attack.Dictionary(p, raw, secretOnly, full))
	nobody(t, p, "by rarity, of the closed day", attack.Rare(p, closed, k))
	for i, cell := range attack.Differences(site, closed, k) {
		if i == 10 {
			break
		}
		t.Errorf("by subtraction: %s", cell)
	}
}

func nobody(t *testing.T, p *attack.Population, means string, named []int) {
	t.Helper()
	if len(named) > 0 {
		right, sigmas := attack.Referee(p, named)
		t.Errorf("%s: %d addresses are named, %d of them came (%.1f sigma)", means, len(named), right, sigmas)
	}
}

// byChance allows claims that are right no more often than coins are.
func byChance(t *testing.T, p *attack.Population, means string, named []int) {
	t.Helper()
	if right, sigmas := attack.Referee(p, named); sigmas > 4 {
		t.Errorf("%s: %d of %d claims are right: %.1f sigma above chance", means, right, len(named), sigmas)
	}
}

// TestTheHarnessFindsEverybodyInASaltedTable holds that the same means can win.
func TestTheHarnessFindsEverybodyInASaltedTable(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 30, 300, 3000} {
		p := attack.NewPopulation(n, rand.New(rand.NewPCG(7, 7)))
		table := attack.Salted{Salt: []byte("salt of the day")}
		came := 0
		for i, addr := range p.Addrs {
			if i%2 == 0 {
				p.Came[i] = true
				came++
				table.See(addr, p.Agent(i))
			}
		}
		named := attack.Dictionary(p, table.Raw(), table.Marks, false)
		if right, _ := attack.Referee(p, named); right != came || len(named) != came {
			t.Errorf("%d of %d are found in a table of salted hashes, %d named", right, came, len(named))
		}
	}
}

// TestTheHarnessFindsWhatRests holds that each of the other means can win, too.
func TestTheHarnessFindsWhatRests(t *testing.T) {
	t.Parallel()
	p := attack.NewPopulation(300, rand.New(rand.NewPCG(7, 7)))
	plain := append([]byte("some text "), p.Addrs[4].String()...)
	if named := attack.Dictionary(p, plain, nil, true); len(named) != 1 || named[0] != 4 {
		t.Errorf("an address in plain text: %v", named)
	}
	to := targets["bolt"](t)
	site, err := attack.NewSite(p, to.store, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	site.Unguarded()
	batches := attack.NewBatches(p)
	site.Watch = func() {
		d, err := attack.Read(t.Context(), to.store)
		if err != nil {
			t.Fatal(err)
		}
		batches.Step(d)
	}
	if err := site.Run(t.Context(), 300, .5); err != nil {
		t.Fatal(err)
	}
	d, err := attack.Read(t.Context(), to.store)
	if err != nil {
		t.Fatal(err)
	}
	if len(attack.Rare(p, d, k)) == 0 {
		t.Error("rare values rest without a floor, and nobody is named by them")
	}
	if right, sigmas := attack.Referee(p, batches.Named()); sigmas < 4 {
		t.Errorf("rows of one page view rest each by itself, and %d are named by them (%.1f sigma)", right, sigmas)
	}
	if err := site.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, err = attack.Read(t.Context(), to.store); err != nil || len(attack.Differences(site, d, k)) == 0 {
		t.Errorf("nothing was folded, and nothing can be subtracted: %v", err)
	}
}
