package server

import (
	"slices"
	"strconv"

	"github.com/kelisim/kelisim/stats"
)

// bucketAt is the index of a bucket's value; that of "more" is behind the last.
func bucketAt(dim stats.Dimension, value string) int {
	ends := dim.Buckets()
	for i, end := range ends {
		if strconv.FormatInt(end, 10) == value {
			return i
		}
	}
	return len(ends)
}

// sortBuckets puts lines in the order of their buckets.
func sortBuckets(lines []stats.Line, dim stats.Dimension) {
	slices.SortFunc(lines, func(a, b stats.Line) int { return bucketAt(dim, a.Value) - bucketAt(dim, b.Value) })
}

// bucketLabel writes a bucket as a range in its unit: "10–30 s", "6–7", "over 50".
func bucketLabel(l *locale, dim stats.Dimension, value string) string {
	ends, at := dim.Buckets(), bucketAt(dim, value)
	amount := amountOf(l, dim)
	switch {
	case len(ends) == 0:
		return clean(value, valueMax)
	case at == len(ends):
		return l.T("bucket.over", amount(ends[at-1]))
	case at == 0:
		if ends[0] == 0 || dim == stats.DimDepth {
			return amount(ends[0])
		}
		return l.T("bucket.upto", amount(ends[0]))
	case dim == stats.DimDepth && ends[at-1]+1 == ends[at]:
		return amount(ends[at])
	case dim == stats.DimDepth:
		return l.T("bucket.range", amount(ends[at-1]+1), amount(ends[at]))
	}
	return l.T("bucket.range", amount(ends[at-1]), amount(ends[at]))
}

// amountOf writes amounts in the unit of a dimension with buckets.
func amountOf(l *locale, dim stats.Dimension) func(int64) string {
	switch dim {
	case stats.DimDuration, stats.DimEngaged:
		return func(n int64) string { return l.Duration(float64(n)) }
	case stats.DimScroll:
		return func(n int64) string { return l.Percent(float64(n) / 100) }
	case stats.DimLatency, stats.DimLCP, stats.DimINP:
		return func(n int64) string { return milliseconds(l, float64(n)) }
	case stats.DimCLS:
		return func(n int64) string { return l.Decimal(float64(n)/1000, 3) }
	}
	return l.Number
}

// milliseconds writes a time as "340 ms" or "2.5 s".
func milliseconds(l *locale, ms float64) string {
	switch {
	case ms < 10:
		return l.T("format.milliseconds", l.Decimal(ms, 1))
	case ms < 1000:
		return l.T("format.milliseconds", l.Decimal(ms, 0))
	}
	return l.T("format.decimalseconds", l.Decimal(ms/1000, 2))
}
