package attack_test

import (
	"maps"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// TestTwoOfAKindLeaveTheSame plays two worlds that differ in nothing but who came, one address or another of the same
// kind, and wants the same batches on their way to rest, in order, and the same numbers at rest, at an open day and after its close: so
// nothing at rest depends on an address but through its kind, and the likelihood ratio of either is that of both.
func TestTwoOfAKindLeaveTheSame(t *testing.T) {
	t.Parallel()
	type world struct {
		open, closed *attack.Dump
		batches      []stats.Batch
	}
	play := func(guards int, swap [2]int) (w world) {
		p := attack.NewPopulation(300, rand.New(rand.NewPCG(5, 1)))
		p.Settle(255, 0) // which has its agent and language, and never comes by itself
		m := newMemory()
		site, err := attack.NewSite(p, m, attack.Rules{Seed: 5, Guards: guards})
		if err != nil {
			t.Fatal(err)
		}
		site.Swap = swap
		site.Watch = func(b stats.Batch) { w.batches = append(w.batches, b) }
		if err := site.Run(t.Context(), 1500, .4, .6); err != nil {
			t.Fatal(err)
		}
		if w.open, err = attack.Read(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if err := site.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if w.closed, err = attack.Read(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, guards := range []int{1, 4} {
		one, other := play(guards, [2]int{0, 0}), play(guards, [2]int{0, 255})
		if !reflect.DeepEqual(one.open, other.open) || !reflect.DeepEqual(one.closed, other.closed) {
			t.Errorf("%d guards: the numbers at rest tell which of two addresses of a kind came", guards)
		}
		if !reflect.DeepEqual(one.batches, other.batches) {
			t.Errorf("%d guards: what came to rest, and when, tells which of two addresses of a kind came", guards)
		}
		crowded := 0
		for _, c := range one.open.Rows {
			crowded += int(c[stats.Crowd])
		}
		if crowded == 0 {
			t.Errorf("%d guards: no numbers of lots are at rest: this test cannot fail by them", guards)
		}
		if maps.Equal(play(guards, [2]int{0, 9}).open.Rows, one.open.Rows) {
			t.Errorf("%d guards: an address of another kind leaves the same numbers: this test cannot fail", guards)
		}
	}
}
