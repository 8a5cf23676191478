package stats

import (
	"math"
	"strconv"
)

// more is the value of the bucket above the last bound of a dimension.
const more = "more"

// bounds are the upper ends of the buckets of the dimensions that count how much something was. They are
// never written to; what rests in stores is named by them, so a change needs a new dimension.
var bounds = [math.MaxUint8 + 1][]int64{
	DimLatency:  {1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000, 10000, 30000}, // milliseconds
	DimDuration: {0, 10, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200},                            // seconds
	DimDepth:    {1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50},                                                      // page views
	DimScroll:   {10, 25, 50, 75, 90, 100},                                                                   // percent
	DimEngaged:  {1, 5, 10, 20, 30, 60, 120, 180, 300, 600, 1800},                                            // seconds
	DimLCP:      {500, 1000, 1500, 2000, 2500, 3000, 4000, 6000, 10000},                                      // milliseconds
	DimINP:      {25, 50, 100, 150, 200, 300, 500, 1000, 2000},                                               // milliseconds
	DimCLS:      {0, 10, 25, 50, 100, 150, 250, 500, 1000},                                                   // thousandths
}

// labels are the names of the buckets by dimension, made once.
var labels = func() map[Dimension][]string {
	all := make(map[Dimension][]string, len(bounds))
	for i, list := range bounds {
		d := Dimension(i)
		if list == nil {
			continue
		}
		for _, bound := range list {
			all[d] = append(all[d], strconv.FormatInt(bound, 10))
		}
		all[d] = append(all[d], more)
	}
	return all
}()

// Buckets returns the upper ends of the buckets of a dimension that counts how much something was, in
// order and in its own unit: milliseconds for [DimLatency], [DimLCP] and [DimINP], seconds for [DimDuration]
// and [DimEngaged], percent for [DimScroll], thousandths for [DimCLS], page views for [DimDepth]. A value
// of it is the number of its bucket's end, which belongs to it, or "more" above the last. nil for other dimensions.
func (d Dimension) Buckets() []int64 { return append([]int64(nil), bounds[d]...) }

// Bucket returns the value under which n is counted; "" if d has no buckets.
func (d Dimension) Bucket(n int64) string {
	if i := d.bucket(n); i >= 0 {
		return labels[d][i]
	}
	return ""
}

// bucket returns the index of the bucket of n; -1 if d has none.
func (d Dimension) bucket(n int64) int {
	list := bounds[d]
	if len(list) == 0 {
		return -1
	}
	for i, bound := range list {
		if n <= bound {
			return i
		}
	}
	return len(list)
}

// Quantiles tells how much something was, out of counts by bucket. The zero Quantiles knows of nothing.
type Quantiles struct {
	Dim     Dimension
	Count   int64   // how many were measured
	Buckets []int64 // how many fell into each bucket of Dim, and into "more"
}

// At returns the value that a share of 0–1 of what was measured does not exceed, taken evenly between the
// ends of its bucket; ok is false if nothing was measured. Above the last end the answer is that end.
func (q *Quantiles) At(share float64) (value float64, ok bool) {
	if q.Count <= 0 {
		return 0, false
	}
	want := math.Max(share, 0) * float64(q.Count)
	list := bounds[q.Dim]
	var low, below int64
	for i, bound := range list {
		n := q.Buckets[i]
		if n > 0 && float64(below+n) >= want {
			return float64(low) + float64(bound-low)*math.Max(want-float64(below), 0)/float64(n), true
		}
		low, below = bound, below+max(n, 0)
	}
	return float64(low), true
}

// Under returns the share of what was measured that is at most the given end of a bucket.
func (q *Quantiles) Under(end int64) float64 {
	if q.Count <= 0 {
		return 0
	}
	var n int64
	for i, bound := range bounds[q.Dim] {
		if bound <= end {
			n += q.Buckets[i]
		}
	}
	return float64(n) / float64(q.Count)
}
