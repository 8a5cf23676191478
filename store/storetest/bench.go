package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

// Bench measures a store: a flush of 5,000 rows, reports over 30 and 365 days, and what a million page
// views over a year take, open days closed. Size returns what the store of a site takes at rest, in bytes.
func Bench(b *testing.B, h Harness, size func(b *testing.B, site string) int64) {
	b.Run("merge5000", func(b *testing.B) {
		s := h.Open(b, "merge")
		flush := Flush(5000, 1)
		for ; b.Loop(); flush.Seq++ {
			if _, err := s.Merge(b.Context(), flush); err != nil {
				b.Fatal(err)
			}
		}
	})
	const perDay = 1_000_000 / 365
	s := h.Open(b, "year")
	for d := range stats.Day(365) {
		day := Traffic(day0-364+d, perDay)
		if _, err := s.Merge(b.Context(), stats.Batch{Instance: "i", Seq: uint64(d) + 1, Totals: day.Totals}); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(s.Close(b.Context(), Closed(day0-364+d, perDay)), s.Pack(b.Context(), day0-363+d)); err != nil {
			b.Fatal(err)
		}
	}
	rows := 0
	for dim := range stats.Dimensions() {
		if err := s.Rows(b.Context(), dim, day0-364, day0, func(stats.Row) { rows++ }); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("year", func(b *testing.B) {
		for b.Loop() { // the measure is the size
		}
		b.ReportMetric(float64(size(b, "year"))/(1<<20), "MiB/Mviews")
		b.ReportMetric(float64(rows)/365, "rows/day")
	})
	benchPairs(b, h, size)
	for _, days := range []stats.Day{30, 365} {
		for _, dim := range []stats.Dimension{stats.DimPage, stats.DimCountry} {
			b.Run(fmt.Sprintf("rows%d/%v", days, dim), func(b *testing.B) {
				b.ReportAllocs()
				rows := 0
				for b.Loop() {
					rows = 0
					if err := s.Rows(b.Context(), dim, day0-days+1, day0, func(stats.Row) { rows++ }); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(rows), "rows")
			})
		}
		b.Run(fmt.Sprintf("totals%d", days), func(b *testing.B) {
			for b.Loop() {
				if err := s.Totals(b.Context(), day0-days+1, day0, func(stats.Total) {}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchPairs measures what the pairs of a million page views over a year take, and of ten million.
func benchPairs(b *testing.B, h Harness, size func(b *testing.B, site string) int64) {
	for _, perDay := range []int{2740, 27_400} {
		b.Run(fmt.Sprint("pairs", perDay), func(b *testing.B) {
			site := fmt.Sprint("pairs", perDay)
			s := h.Open(b, site)
			rows := 0
			var days [5]stats.Closing
			for d := range days {
				days[d] = pairsOnly(Crossed(day0+stats.Day(d), perDay))
			}
			before := size(b, site)
			for d := range stats.Day(365) {
				c := days[d%5]
				c.Day, c.Folds = day0+d, nil
				for i := range c.Rows {
					c.Rows[i].Day = c.Day
				}
				rows += len(c.Rows)
				if err := errors.Join(s.Close(b.Context(), c), s.Pack(b.Context(), c.Day+1)); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() { // the measure is the size
			}
			b.ReportMetric(float64(size(b, site)-before)/(1<<20)/365/float64(perDay)*1e6, "MiB/Mviews")
			b.ReportMetric(float64(rows)/365, "rows/day")
		})
	}
}

// Flush returns what a busy site's aggregator hands over at once: rows over all dimensions.
func Flush(rows int, seq uint64) stats.Batch {
	b := stats.Batch{Instance: "i", Seq: seq, Totals: []stats.Total{total(day0, 12, int64(rows))}}
	var dims []stats.Dimension
	for dim := range stats.Dimensions() {
		if dim.Spec().Cap >= rows/8 {
			dims = append(dims, dim)
		}
	}
	for i, dim := range dims {
		for j := range rows / len(dims) {
			v := n(int64(stats.Views), int64(j%7+1), int64(stats.Visits), 1, int64(stats.Visitors), 1, int64(stats.Seconds), int64(j*13%900), int64(stats.Requests), int64(j%9+1))
			b.Rows = append(b.Rows, stats.Row{Day: day0, Dim: dim, Value: fmt.Sprintf("/section/value-of-it-%d", (j+int(seq)%5*50+i)%(rows/6)), Counts: v})
		}
	}
	return b
}
