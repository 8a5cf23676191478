package redisstore_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/store/storetest"
	"github.com/kelisim/kelisim/store/storetest/redistest"
)

func BenchmarkStore(b *testing.B) {
	server := redistest.Start(b)
	c := redis.NewClient(&redis.Options{Addr: server.Addr()})
	b.Cleanup(func() { _ = c.Close() })
	storetest.Bench(b, storetest.Harness{
		Open: func(t testing.TB, site string) storetest.Store { return open(t, server, site) },
	}, func(b *testing.B, site string) (size int64) {
		keys, err := c.Keys(b.Context(), "k:{"+site+"}:*").Result()
		if err != nil {
			b.Fatal(err)
		}
		for _, key := range keys {
			n, err := c.MemoryUsage(b.Context(), key, 0).Result()
			if err != nil {
				b.Fatal(err)
			}
			size += n
		}
		return size
	})
}

// BenchmarkServer measures what a row costs the server, in its own processor time: other load on the
// machine does not count.
func BenchmarkServer(b *testing.B) {
	server := redistest.Start(b)
	c := redis.NewClient(&redis.Options{Addr: server.Addr()})
	b.Cleanup(func() { _ = c.Close() })
	s := open(b, server, "server")
	flush := storetest.Flush(5000, 1)
	merge := func() {
		if _, err := s.Merge(b.Context(), flush); err != nil {
			b.Fatal(err)
		}
		flush.Seq++
	}
	merge() // the values become known
	before, first := processorTime(b, c), flush.Seq
	for b.Loop() {
		merge()
	}
	b.ReportMetric((processorTime(b, c)-before)*1e9/float64(flush.Seq-first)/5000, "redis-ns/row")
}

// processorTime returns the seconds that the server has worked.
func processorTime(b *testing.B, c *redis.Client) (sum float64) {
	info, err := c.Info(b.Context(), "cpu").Result()
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if name != "used_cpu_user" && name != "used_cpu_sys" {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += n
	}
	return sum
}
