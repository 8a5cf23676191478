package redisstore_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

type place struct {
	day   stats.Day
	dim   stats.Dimension
	value string
}

func rows(t *testing.T, s *redisstore.Store) map[place]stats.Counts {
	t.Helper()
	all := map[place]stats.Counts{}
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimUnsigned} {
		err := s.Rows(t.Context(), dim, -1<<31, 1<<31-1, func(r stats.Row) {
			at := place{r.Day, r.Dim, r.Value}
			if _, twice := all[at]; twice {
				t.Errorf("%v twice", at)
			}
			all[at] = r.Counts
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// closeDays closes days with some rows.
func closeDays(t *testing.T, s *redisstore.Store, first, last stats.Day) {
	t.Helper()
	for day := first; day <= last; day++ {
		c := stats.Closing{Day: day}
		for i := range 200 {
			counts := stats.Counts{stats.Views: int64(i) + 1, stats.Visits: int64(day) % 3, stats.Visitors: 5, stats.Requests: int64(i) + 1}
			for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimUnsigned} {
				c.Rows = append(c.Rows, stats.Row{Day: day, Dim: dim, Value: fmt.Sprintf("/%d/%03d", int(day)%4, i), Counts: counts})
			}
		}
		if err := s.Close(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

var january = visit.DateOf(2026, time.January, 1)

// A packing during which Redis is killed has got somewhere; run again, it is done. Nothing is lost or there twice.
func TestPackingCutShortByAKillIsRunAgain(t *testing.T) {
	server := redistest.Start(t, "--appendfsync", "always")
	s := open(t, server, "s")
	for round := range stats.Day(6) {
		month := january - 31*6*(round+1)
		month -= stats.Day(month.Time(time.UTC).Day() - 1)
		closeDays(t, s, month, month+27)
		want := rows(t, s)
		var wg sync.WaitGroup
		wg.Go(func() { _ = s.Pack(t.Context(), january) }) // it may fail
		for range rand.IntN(150) {                         // the packing gets further in some rounds than in others
			_ = s.Ping(t.Context())
		}
		server.Kill()
		wg.Wait()
		server.Restart()
		for s.Ping(t.Context()) != nil && t.Context().Err() == nil {
			continue
		}
		if got := rows(t, s); !maps.Equal(got, want) {
			t.Fatalf("round %d: %d rows, want %d", round, len(got), len(want))
		}
		if err := s.Pack(t.Context(), january); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, s); !maps.Equal(got, want) {
			t.Fatalf("round %d, packed: %d rows, want %d", round, len(got), len(want))
		}
		if days, months := keys(t, server); days != 0 || months != 3*int(round+1) {
			t.Fatalf("round %d: %d keys of days, %d of months", round, days, months)
		}
	}
}

// keys counts the keys of closed days and of months.
func keys(t *testing.T, server *redistest.Server) (days, months int) {
	t.Helper()
	count := func(pattern string) (n int) {
		text, err := server.Command(t.Context(), "EVAL", "return #redis.call('KEYS', ARGV[1])", "0", pattern)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscanf(string(text), ":%d", &n); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		return n
	}
	return count("k:{s}:z:*"), count("k:{s}:m:*")
}

// Processes that pack, expire and read the same months at once get in nobody's way.
func TestPackingAtOnce(t *testing.T) {
	server := redistest.Start(t)
	a, b, reader := open(t, server, "s"), open(t, server, "s"), open(t, server, "s")
	closeDays(t, a, january-92, january-1)
	whole := map[stats.Day]int{}
	for at := range rows(t, a) {
		whole[at.day]++
	}
	var wg sync.WaitGroup
	for i, s := range []*redisstore.Store{a, b, a, b} {
		wg.Go(func() {
			for n := range stats.Day(6) {
				err := s.Pack(t.Context(), january)
				if i > 1 {
					err = s.Expire(t.Context(), january-92+5*n)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for reading := true; reading; {
		select {
		case <-done:
			reading = false
		default:
		}
		seen := map[stats.Day]int{}
		for at := range rows(t, reader) {
			seen[at.day]++
		}
		for day := january - 92 + 25; day < january; day++ {
			if seen[day] != whole[day] {
				t.Fatalf("%v: %d rows, want %d", day, seen[day], whole[day])
			}
		}
	}
	if err := a.Expire(t.Context(), january-92+25); err != nil {
		t.Fatal(err)
	}
	for at := range rows(t, a) {
		if at.day < january-92+25 {
			t.Fatalf("%v has expired", at.day)
		}
	}
	if err := a.Expire(t.Context(), january); err != nil {
		t.Fatal(err)
	}
	if days, months := keys(t, server); days+months != 0 || len(rows(t, a)) != 0 {
		t.Errorf("%d keys of days and %d of months are left when all has expired", days, months)
	}
}

// Where Redis lets days go by itself, a month goes no later than its first day would.
func TestMonthGoesWithItsFirstDay(t *testing.T) {
	server := redistest.Start(t)
	now := time.Now()
	const keep = 200
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: server.URL(), Site: "s", Retention: keep * 24 * time.Hour, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	today, _ := visit.DayOf(now, time.UTC)
	month := today - 60
	month -= stats.Day(month.Time(time.UTC).Day() - 1)
	soon := today - keep + 20 // its month would go within 31 days
	closeDays(t, s, month, month+20)
	closeDays(t, s, soon, soon+1)
	if err := s.Pack(t.Context(), today); err != nil {
		t.Fatal(err)
	}
	if days, months := keys(t, server); days != 6 || months != 3 {
		t.Errorf("%d keys of days, %d of months", days, months)
	}
	ends := func(key string) int64 {
		text, err := server.Command(t.Context(), "EXPIRETIME", key)
		if err != nil {
			t.Fatal(err)
		}
		var n int64
		if _, err := fmt.Sscanf(string(text), ":%d", &n); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		return n
	}
	for _, kind := range []string{"m", "v"} {
		key := fmt.Sprintf("k:{s}:%s:%d:%d", kind, month, stats.DimPage)
		if got, want := ends(key), (int64(month)+2+keep)*86400; got != want {
			t.Errorf("%s ends at %d, want %d", key, got, want)
		}
	}
	if err := s.Expire(t.Context(), month+10); err != nil {
		t.Fatal(err)
	}
	key := fmt.Sprintf("k:{s}:m:%d:%d", month, stats.DimPage)
	if got, want := ends(key), (int64(month)+10+2+keep)*86400; got != want {
		t.Errorf("cut, %s ends at %d, want %d", key, got, want)
	}
}
