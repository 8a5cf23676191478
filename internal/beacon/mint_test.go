package beacon_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/beacon"
	"github.com/kelisim/kelisim/visit"
)

var (
	noon    = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	article = beacon.Page{Path: "/articles/:id", Visitor: visit.Key{1, 2}, Day: 20780}
)

func mint(t *testing.T) *beacon.Mint {
	t.Helper()
	m, err := beacon.NewMint(bytes.Repeat([]byte("s"), 32), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestTokenIsOnePages: nobody speaks for another page, visitor, day, site or time, nor twice.
func TestTokenIsOnePages(t *testing.T) {
	m := mint(t)
	token := m.Issue(article, noon)
	other, _ := beacon.NewMint(bytes.Repeat([]byte("o"), 32), rand.Reader)
	otherPath, otherVisitor, otherDay := article, article, article
	otherPath.Path, otherVisitor.Visitor[1], otherDay.Day = "/pricing", 3, 20781
	forged := []byte(token)
	forged[3] ^= 1
	for _, row := range []struct {
		name  string
		mint  *beacon.Mint
		token string
		page  beacon.Page
		after time.Duration
		want  error
	}{
		{"another page", m, token, otherPath, time.Minute, beacon.ErrToken},
		{"another visitor", m, token, otherVisitor, time.Minute, beacon.ErrToken},
		{"another day", m, token, otherDay, time.Minute, beacon.ErrToken},
		{"another site", other, token, article, time.Minute, beacon.ErrToken},
		{"another time", m, string(forged), article, time.Minute, beacon.ErrToken},
		{"cut", m, token[:len(token)-1], article, time.Minute, beacon.ErrToken},
		{"none", m, "", article, time.Minute, beacon.ErrToken},
		{"too late", m, token, article, beacon.Life + time.Second, beacon.ErrExpired},
		{"from the future", m, token, article, -2 * time.Minute, beacon.ErrExpired},
		{"its own", m, token, article, time.Minute, nil},
		{"again", m, token, article, time.Minute, beacon.ErrUsed},
	} {
		r := beacon.Report{Token: row.token, Scrolled: -1}
		if _, err := row.mint.Redeem(&r, row.page, noon.Add(row.after)); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
}

// TestDeliveriesAddUp: time grows by what is new, and never beyond the age of the page; scrolling to its farthest.
func TestDeliveriesAddUp(t *testing.T) {
	m := mint(t)
	token := m.Issue(article, noon)
	for i, row := range []struct {
		after, seconds, scrolled int
		want                     beacon.Told
	}{
		{20, 20, 30, beacon.Told{First: true, Seconds: 20, Scrolled: 30}},
		{40, 35, 20, beacon.Told{Seconds: 15, Before: 20, Reached: 30}},
		{50, 9999, 100, beacon.Told{Seconds: 16, Before: 35, Scrolled: 70, Reached: 30}},
		{60, 0, -1, beacon.Told{Before: 51, Reached: 100}},
	} {
		r := beacon.Report{Token: token, Number: i, Seconds: row.seconds, Scrolled: row.scrolled}
		got, err := m.Redeem(&r, article, noon.Add(time.Duration(row.after)*time.Second))
		if err != nil || got.First != row.want.First || got.Seconds != row.want.Seconds || got.Before != row.want.Before ||
			got.Scrolled != row.want.Scrolled || got.Reached != row.want.Reached || !got.Served.Equal(noon) {
			t.Errorf("delivery %d: %+v (%v), want %+v", i, got, err, row.want)
		}
	}
}

// TestMemoryIsBounded: a flood of tokens is forgotten, and what was forgotten is never taken again.
func TestMemoryIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("redeems 600,000 tokens")
	}
	m := mint(t)
	first := beacon.Report{Token: m.Issue(article, noon), Scrolled: -1}
	if _, err := m.Redeem(&first, article, noon); err != nil {
		t.Fatal(err)
	}
	most := 0
	for i := range 600_000 {
		now := noon.Add(time.Duration(i) * time.Millisecond)
		r := beacon.Report{Token: m.Issue(article, now), Scrolled: -1}
		if _, err := m.Redeem(&r, article, now); err != nil && !errors.Is(err, beacon.ErrExpired) {
			t.Fatal(err)
		}
		most = max(most, m.Held())
	}
	if most > 1<<19 {
		t.Errorf("%d tokens are remembered", most)
	}
	if _, err := m.Redeem(&first, article, noon.Add(11*time.Minute)); !errors.Is(err, beacon.ErrExpired) {
		t.Errorf("a token that was used and forgotten: %v", err)
	}
}

// TestVirtualPagesEnd: a document changes often, and not for ever.
func TestVirtualPagesEnd(t *testing.T) {
	m := mint(t)
	token, steps := m.Issue(article, noon), 0
	for token != "" && steps < 1000 {
		r := beacon.Report{Token: token, Scrolled: -1}
		told, err := m.Redeem(&r, article, noon)
		if err != nil {
			t.Fatal(err)
		}
		token = m.Follow(told, article, noon)
		steps++
	}
	if steps != 101 {
		t.Errorf("a document changed %d times, want 100 changes", steps-1)
	}
}

func TestLane(t *testing.T) {
	var l beacon.Lane
	take := func(addr string, n int, at time.Time) (taken int) {
		for range n {
			if l.Allow(netip.MustParseAddr(addr), at) {
				taken++
			}
		}
		return taken
	}
	if n := take("192.0.2.1", 1000, noon) + take("192.0.2.200", 1000, noon); n != beacon.LaneNetwork {
		t.Errorf("one network had %d deliveries taken, want %d", n, beacon.LaneNetwork)
	}
	all := beacon.LaneNetwork
	for i := range 100 {
		all += take(netip.AddrFrom4([4]byte{198, 18, byte(i), 1}).String(), 200, noon)
	}
	if all != beacon.LaneAll {
		t.Errorf("all networks had %d taken in a minute, want %d", all, beacon.LaneAll)
	}
	if n := take("192.0.2.1", 1, noon.Add(time.Minute)); n != 1 {
		t.Error("the next minute takes nothing")
	}
}

func BenchmarkIssue(b *testing.B) {
	m, err := beacon.NewMint(bytes.Repeat([]byte("s"), 32), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Issue(article, noon)
	}
}
