package stats

import (
	"context"
	"fmt"
	"slices"
)

// Quantiles returns how much something was in the range: dim is a dimension that has [Dimension.Buckets].
func (r *Reports) Quantiles(ctx context.Context, dim Dimension, days Range) (Quantiles, error) {
	q := Quantiles{Dim: dim}
	if len(bounds[dim]) == 0 {
		return q, fmt.Errorf("%w: %v has no buckets", ErrDimension, dim)
	}
	top, err := r.Top(ctx, Query{Dim: dim, Range: days, Limit: len(labels[dim])})
	if err != nil {
		return q, err
	}
	q.Buckets = make([]int64, len(labels[dim]))
	for _, l := range top.Lines {
		if i := slices.Index(labels[dim], l.Value); i >= 0 {
			n := max(0, l.Counts[top.Query.Sort])
			q.Buckets[i] += n
			q.Count += n
		}
	}
	return q, nil
}
