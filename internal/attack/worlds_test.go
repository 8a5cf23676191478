package attack_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// TestTwoOfAKindLeaveTheSame plays two worlds that differ in nothing but who came, one address or another of the same
// kind, and wants the same numbers at rest, and the same bytes, at an open day and after its close: so nothing at rest
// depends on an address but through its kind, and the likelihood ratio of either is that of both.
func TestTwoOfAKindLeaveTheSame(t *testing.T) {
	t.Parallel()
	play := func(swap [2]int) (open, closed *attack.Dump, raw [2][]byte) {
		p := attack.NewPopulation(300, rand.New(rand.NewPCG(5, 1)))
		p.Settle(255, 0) // which has its agent and language, and never comes by itself
		to := openBolt(t)
		site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		site.Swap = swap
		if err := site.Run(t.Context(), 500, .4, .5); err != nil {
			t.Fatal(err)
		}
		open, raw[0] = dump(t, to), to.raw()
		if err := site.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		return open, dump(t, to), [2][]byte{raw[0], to.raw()}
	}
	open, closed, raw := play([2]int{0, 0})
	open2, closed2, raw2 := play([2]int{0, 255})
	same(t, "the open day", open, open2, raw[0], raw2[0])
	same(t, "the closed day", closed, closed2, raw[1], raw2[1])
	if d, _, _ := play([2]int{0, 9}); maps.Equal(d.Rows, open.Rows) {
		t.Error("an address of another kind leaves the same numbers: this test cannot fail")
	}
}

func same(t *testing.T, what string, a, b *attack.Dump, raw, raw2 []byte) {
	t.Helper()
	lots := 0
	for cell, c := range a.Rows {
		d := b.Rows[cell]
		if c[stats.Crowd] != d[stats.Crowd] { // more lots than visitors who began there: a pair may be told for them
			lots++
		} else if c != d {
			t.Errorf("%s: %v %q: %v in one world, %v in the other", what, cell.Dim, cell.Value, c, d)
		}
	}
	if a.Hours != b.Hours || lots == 0 && len(a.Rows) != len(b.Rows) || lots > len(a.Rows)/10 {
		t.Errorf("%s: %d values in one world, %d in the other, %d differ by their lots", what, len(a.Rows), len(b.Rows), lots)
	}
	if lots == 0 && !bytes.Equal(raw, raw2) {
		t.Errorf("%s: the numbers are the same, the bytes are not", what)
	}
}
