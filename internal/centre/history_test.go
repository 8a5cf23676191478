package centre_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
)

// busy is an archive that counts how often it is asked, and may be away.
type busy struct {
	shelf
	mu    sync.Mutex
	asked int
	away  bool
}

func (b *busy) Editions(ctx context.Context) ([]consent.Edition, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	if _, bounded := ctx.Deadline(); !bounded {
		return nil, errors.New("a page would wait for ever")
	}
	if b.away {
		return nil, errors.New("the store is away")
	}
	return b.shelf, nil
}

// TestNoticeSparesTheStore: however often the notice is looked at, the store is asked twice a minute at most, and what
// it told stays shown while it is away.
func TestNoticeSparesTheStore(t *testing.T) {
	old := newSite(t, func(p *consent.Policy) { p.Revision.Number, p.Revision.Date = 2, "2025-01-02" }).rules
	s, now := newSite(t, nil), noon
	archive := &busy{shelf: shelf{{Hash: old.Hash(), Policy: old.Policy()}}}
	b := visitWith(t, s, centre.Config{Archive: archive, Now: func() time.Time { return now }})
	look := func(want int) {
		t.Helper()
		if text := b.get("/consent/notice?lang=en").Body.String(); !strings.Contains(text, "edition="+old.Hash()) {
			t.Error("the history is not listed")
		}
		if archive.asked != want {
			t.Errorf("the store was asked %d times, want %d", archive.asked, want)
		}
	}
	look(1)
	look(1)
	now = now.Add(time.Minute)
	look(2)
	archive.away = true
	now = now.Add(time.Minute)
	look(3)
	look(3)
	now = now.Add(-time.Hour) // a clock that was set back
	look(4)
}
