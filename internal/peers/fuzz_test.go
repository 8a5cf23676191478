package peers_test

import (
	"context"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/peers"
	"github.com/kelisim/kelisim/visit"
)

// deaf is a line that says nothing to anybody, and keeps what it was given.
type deaf struct{ said [][]byte }

func (d *deaf) Publish(_ context.Context, _ string, message []byte) error {
	d.said = append(d.said, message)
	return nil
}

func (d *deaf) Subscribe(ctx context.Context, _ string, _ func([]byte), _ func(error)) { <-ctx.Done() }

// FuzzTake: what another process says, of another version or with a fault, breaks nothing and counts nobody.
func FuzzTake(f *testing.F) {
	for kind := range byte(9) {
		f.Add([]byte{kind})
		f.Add(append([]byte{kind}, make([]byte, 80)...))
	}
	f.Add(append([]byte{1, 3, 0, 0, 0, 0, 0, 0, 0, 9}, []byte("\x00\x00\x50\x3d\x00\x00\x00\x00\x00\x00\x00\x01seed-ids")...))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := visit.NewAnonymiser(visit.Options{Secret: secret, Zone: time.UTC, Capacity: 100})
		if err != nil {
			t.Fatal(err)
		}
		v, err := peers.NewVisitors(peers.VisitorsOptions{Line: &deaf{}, Secret: secret, Anonymiser: a, Now: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		a.Page(hitOf(1, 1, noon), page)
		before := a.Seeds()
		for range 3 {
			v.Take(peers.Message{From: peers.ID{1}, Seq: 1, Sent: noon, Body: body})
			v.Take(peers.Message{From: peers.ID{2}, Seq: 9, Sent: noon, Body: body})
		}
		if a.Stats().Visitors != 1 || len(a.Seeds()) != len(before) || a.Seeds()[0] != before[0] {
			t.Errorf("%+v after what was no part and no offer", a.Stats())
		}
	})
}
