package redisstore

import (
	"strconv"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
)

// chunkRows is how many rows one script adds: about a millisecond of the server's time.
const chunkRows = 1000

// group is what lua/apply.lua calls one: rows of one day and dimension, or totals of one day (dim 0).
type group struct {
	dim    stats.Dimension
	day    stats.Day
	values []string
	counts []stats.Counts
}

// chunks encodes b. The same batch always gives the same chunks, so one that was cut short is resumed.
func (s *Store) chunks(b *stats.Batch) (chunks [][]byte, folded int) {
	rows, folded := intake.Rows(b)
	days := intake.Totals(b)
	groups := make([]group, 0, len(days)+len(rows))
	for i := range days {
		g := group{day: days[i].Day}
		for hour, counts := range days[i].Hours {
			if !counts.IsZero() {
				g.values = append(g.values, strconv.Itoa(hour))
				g.counts = append(g.counts, counts)
			}
		}
		if len(g.values) > 0 {
			groups = append(groups, g)
		}
	}
	for _, g := range rows {
		groups = append(groups, group{g.Dim, g.Day, g.Values, g.Counts})
	}
	for len(groups) > 0 {
		var now []group
		for room := chunkRows; room > 0 && len(groups) > 0; {
			g := groups[0]
			n := min(room, len(g.values))
			now = append(now, group{g.dim, g.day, g.values[:n], g.counts[:n]})
			room -= n
			groups[0].values, groups[0].counts = g.values[n:], g.counts[n:]
			if len(groups[0].values) == 0 {
				groups = groups[1:]
			}
		}
		chunks = append(chunks, s.encode(now))
	}
	if len(chunks) == 0 {
		chunks = append(chunks, s.encode(nil))
	}
	return chunks, folded
}

func (s *Store) encode(groups []group) []byte {
	blob, row := appendArray(make([]byte, 0, 1<<14), len(groups)), []byte(nil)
	for _, g := range groups {
		blob = appendArray(blob, 6)
		blob = appendInt(blob, int64(g.dim))
		blob = appendInt(blob, int64(g.day))
		blob = appendInt(blob, int64(g.dim.Spec().Cap))
		blob = appendInt(blob, s.expiry(g.day))
		blob = appendArray(blob, len(g.values))
		for _, value := range g.values {
			blob = appendString(blob, value)
		}
		blob = appendArray(blob, len(g.counts))
		for i := range g.counts {
			row = appendCounts(row[:0], &g.counts[i])
			blob = appendString(blob, string(row))
		}
	}
	return blob
}
