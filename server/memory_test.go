package server

import (
	"fmt"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

var _ scs.Store = (*memory)(nil)

func TestMemoryForgets(t *testing.T) {
	clock := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	m := newMemory(func() time.Time { return clock })
	for i := range 3 * sessionsMax {
		if err := m.Commit(fmt.Sprint(i), []byte("x"), clock.Add(time.Hour+time.Duration(i)*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.all) > sessionsMax {
		t.Errorf("%d sessions are kept", len(m.all))
	}
	newest := fmt.Sprint(3*sessionsMax - 1)
	if _, ok, _ := m.Find(newest); !ok {
		t.Error("the newest session is gone")
	}
	clock = clock.Add(3 * time.Hour)
	if _, ok, _ := m.Find(newest); ok {
		t.Error("a session that has ended is found")
	}
	_ = m.Commit("new", nil, clock.Add(time.Hour))
	if len(m.all) != 1 {
		t.Errorf("%d sessions are kept after all but one have ended", len(m.all))
	}
	_ = m.Delete("new")
	if _, ok, _ := m.Find("new"); ok {
		t.Error("a deleted session is found")
	}
}
