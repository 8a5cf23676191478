package visit_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// TestLotsFollowFromNoKey: the same visitors in the same order have the same lots under other keys, so that how
// many lots are taken tells whoever has the keys nothing of who took them.
func TestLotsFollowFromNoKey(t *testing.T) {
	t.Parallel()
	play := func(secret byte, seed uint64) (list []uint8) {
		a, err := visit.NewAnonymiser(visit.Options{Secret: bytes.Repeat([]byte{secret}, 32), Zone: almaty, Random: rand.NewChaCha8([32]byte{byte(seed)})})
		if err != nil {
			t.Fatal(err)
		}
		r, now := rand.New(rand.NewPCG(1, 1)), noon
		for range 2000 {
			now = now.Add(time.Duration(r.IntN(30)) * time.Second)
			pv := a.Page(visitorAt(r.IntN(400), r.IntN(5), now), html)
			list = append(list, pv.Lot, pv.Step.Lot)
		}
		return list
	}
	want := play(1, 1)
	if !bytes.Equal(play(2, 1), want) || !bytes.Equal(play(1, 2), want) {
		t.Error("other keys deal other lots")
	}
	taken := map[uint8]int{}
	for _, lot := range want {
		taken[lot]++
	}
	if len(taken) != 64 {
		t.Errorf("%d lots are taken by 400 visitors", len(taken))
	}
}

// TestAVisitorHasOneLotAllDay: by whatever they do, and wherever their process has heard of them.
func TestAVisitorHasOneLotAllDay(t *testing.T) {
	t.Parallel()
	a := anonymiser(t)
	lots := map[string]uint8{}
	for i, addr := range []string{"203.0.113.7", "203.0.113.8", "203.0.113.9"} {
		lots[addr] = request(a, addr, "GET", "/a.css", 200, noon).Lot
		if got := lots[addr]; got != uint8(i) {
			t.Errorf("the %d. visitor has lot %d", i, got)
		}
	}
	snapshot, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	other := anonymiser(t)
	if err := other.Restore(snapshot, noon); err != nil {
		t.Fatal(err)
	}
	for addr, lot := range lots {
		for range 2 {
			if got := request(other, addr, "GET", "/", 200, noon); got.Lot != lot || got.Step.Lot != lot {
				t.Errorf("%s: lots %d and %d elsewhere, %d here", addr, got.Lot, got.Step.Lot, lot)
			}
		}
	}
	if got := request(other, "203.0.113.10", "GET", "/", 200, noon).Lot; got != 3 {
		t.Errorf("the next visitor has lot %d", got)
	}
}
