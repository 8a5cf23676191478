package server

import (
	"context"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// Reports answers how many. Its answers have the k-floor applied already: whatever it returns may be
// shown. [*stats.Reports] is one. Implementations are safe for concurrent use.
type Reports interface {
	// Span returns the first and the last day that hold anything; ok is false where there is nothing.
	Span(ctx context.Context) (days stats.Range, ok bool, err error)
	// Series returns a point for each hour, day … of the range, empty ones included, in order.
	Series(ctx context.Context, days stats.Range, unit stats.Unit, zone *time.Location) ([]stats.Point, error)
	// Top returns the values of a dimension, the greatest first.
	Top(ctx context.Context, q stats.Query) (stats.Top, error)
	// Folds returns what closing has folded on the days of the range, in order.
	Folds(ctx context.Context, days stats.Range) ([]stats.Fold, error)
	// Consents returns what became of asking visitors on the days of the range.
	Consents(ctx context.Context, days stats.Range) (stats.Consents, error)
	// Floors returns the k below which values are held back.
	Floors() stats.Floors
	// Under returns the same reports narrowed to the page views under a value.
	Under(f stats.Filter) (*stats.Reports, error)
	// Filter returns what the reports are narrowed to.
	Filter() stats.Filter
}

var _ Reports = (*stats.Reports)(nil)

// Documents is where accounts rest: small documents with compare-and-set. Both stores implement it.
type Documents interface {
	// Get returns the document under key, or an error that is fs.ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)
	// Swap replaces old by new and says whether it did. A nil old: there must be none. A nil new: remove it.
	Swap(ctx context.Context, key string, old, new []byte) (bool, error)
	// Keys returns the keys that begin with prefix.
	Keys(ctx context.Context, prefix string) ([]string, error)
}
