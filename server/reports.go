package server

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// Reports answers how many. Its answers have the k-floor applied already: whatever it returns may be
// shown. Implementations are safe for concurrent use. [FromStats] makes one of the statistics.
type Reports interface {
	// Span returns the first and the last day that hold anything; ok is false where there is nothing.
	Span(ctx context.Context) (first, last stats.Day, ok bool, err error)
	// Hours returns the hourly totals from first to last (inclusive), in order; empty hours are left out.
	Hours(ctx context.Context, first, last stats.Day) ([]stats.Total, error)
	// Top returns the values of a dimension, the greatest first.
	Top(ctx context.Context, q Query) (List, error)
	// Folds returns what closing has folded on the days from first to last, in order.
	Folds(ctx context.Context, first, last stats.Day) ([]stats.Fold, error)
}

// Query asks for the values of one dimension.
type Query struct {
	Dim         stats.Dimension
	First, Last stats.Day
	Order       stats.Measure // what the values are ordered by, descending
	Limit       int           // at most so many rows; 0: all
	Search      string        // part of the value, in any case; "": all
}

// List is the answer to a [Query].
type List struct {
	Rows  []Row
	More  int          // values beyond Limit
	Total stats.Counts // of the dimension: all rows and what is in none of them
	Other Other
}

// Row is one value.
type Row struct {
	Value  string
	Counts stats.Counts
}

// Other says what a list does not name. Its parts are why.
type Other struct {
	Counts stats.Counts // Total less all rows, those beyond Limit included
	K      int          // the floor below which values are held back; 1 or less: none
}

// Documents is where accounts rest: small documents with compare-and-set. Both stores implement it.
type Documents interface {
	// Get returns the document under key, or an error that is fs.ErrNotExist.
	Get(ctx context.Context, key string) ([]byte, error)
	// Swap replaces old by new and says whether it did. A nil old: there must be none. A nil new: remove it.
	Swap(ctx context.Context, key string, old, new []byte) (bool, error)
	// Keys returns the keys that begin with prefix.
	Keys(ctx context.Context, prefix string) ([]string, error)
}
