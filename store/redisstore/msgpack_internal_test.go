package redisstore

import (
	"math"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

func TestCountsRoundTrip(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 31, -32, -33, 127, 128, -128, 255, 32767, 32768, -32769, math.MaxInt32, math.MinInt32, math.MaxInt32 + 1, 1 << 53, -1 << 53, math.MaxInt64, math.MinInt64} {
		for m := range stats.NumMeasures {
			var c stats.Counts
			c[m] = n
			if got, err := parseCounts(string(appendCounts(nil, &c))); err != nil || got != c {
				t.Errorf("%d at %v: %v, %v", n, m, got, err)
			}
		}
	}
}

// FuzzParseCounts: Redis may hold anything; whatever it is, it is counts or an error.
func FuzzParseCounts(f *testing.F) {
	f.Add(string(appendCounts(nil, &stats.Counts{1, -1, 1 << 40})))
	f.Add("\x93\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff")
	f.Add("\xdc\x00\x02\x01\xcf\x00")
	f.Add("\x01\xe0\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff\xd0\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	f.Fuzz(func(t *testing.T, src string) {
		c, err := parseCounts(src)
		if err != nil {
			return
		}
		if again, err := parseCounts(string(appendCounts(nil, &c))); err != nil || again != c {
			t.Errorf("%v, then %v, %v", c, again, err)
		}
	})
}
