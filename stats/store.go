package stats

import (
	"context"
	"errors"
)

// ErrGap is returned by [Sink.Merge] for a batch that does not follow the last one of its instance.
var ErrGap = errors.New("stats: a batch is missing before this one")

// Sink takes statistics. Both stores implement it; package storetest is its contract.
type Sink interface {
	// Merge adds b, all of it or nothing, exactly once: a batch whose Seq is not above the last one
	// of its Instance is acknowledged and ignored; one that leaves a gap is refused with [ErrGap].
	// Totals of a closed day are still added to; rows of a closed day are left to its "other".
	Merge(ctx context.Context, b Batch) (Merged, error)
	// Applied returns the last batch of instance that was merged; the zero Applied for none.
	Applied(ctx context.Context, instance string) (Applied, error)
}

// Merged says what became of a batch.
type Merged struct {
	Duplicate bool // it had been merged before
	Folded    int  // rows that the cap on values of their dimension, or a closed day, left to "other"
}

// Applied is the last batch of an instance that a store holds.
type Applied struct {
	Seq  uint64
	Mark []byte
}

// Source reads statistics as they rest in a store, with no floor applied: [Reports] is what readers use.
type Source interface {
	// Span returns the first and the last day that hold anything; ok is false for an empty store.
	Span(ctx context.Context) (first, last Day, ok bool, err error)
	// Totals calls f for each hour from first to last (inclusive) that holds anything, in order.
	Totals(ctx context.Context, first, last Day, f func(Total)) error
	// Rows calls f once for each value of dim on each day from first to last (inclusive), in no order.
	// The Row is valid during the call only, but its Value may be kept.
	Rows(ctx context.Context, dim Dimension, first, last Day, f func(Row)) error
	// Select calls f for the rows of a selection, in no order: added up by value, and by day and by whether they are below the
	// floor where that is asked for, they are those of Rows. A row may stand for several days; its Day is one of them then. What
	// is said of a Row holds as well.
	Select(ctx context.Context, sel Selection, f func(r Row, below bool)) error
	// Folds returns what closing folded in the given dimensions (in all, if there are none), for the closed days from
	// first to last, by day and in the order in which they were given to Close.
	Folds(ctx context.Context, first, last Day, of ...Dimension) ([]Fold, error)
}

// Fold says what the closing of one day took out of one dimension, in numbers only.
type Fold struct {
	Day    Day
	Dim    Dimension
	Reason FoldReason
	K      int    // the floor
	Values int    // values folded away
	Counts Counts // what they had counted, now part of their parent and of "other"
}

// FoldReason says why closing folded a value.
type FoldReason uint8

// Reasons of a [Fold].
const (
	FoldBelow      FoldReason = iota + 1 // fewer than k visitors carried it
	FoldParent                           // the value it belongs to was folded ("KZ/Almaty" with "KZ")
	FoldComplement                       // it was the smallest beside one that was folded, which a subtraction would have shown
	FoldTop                              // of a pair: others were seen more often
)

// String returns a short name: below, parent, complement, top.
func (r FoldReason) String() string {
	switch r {
	case FoldBelow:
		return "below"
	case FoldParent:
		return "parent"
	case FoldComplement:
		return "complement"
	case FoldTop:
		return "top"
	default:
		return "unknown"
	}
}

// Keeper closes days and lets them go. Both stores implement it.
type Keeper interface {
	// Open returns the days before the given one that are not closed yet, in order.
	Open(ctx context.Context, before Day) ([]Day, error)
	// Close replaces the open rows of c.Day by c.Rows in one step and keeps c.Folds. Closing a closed
	// day changes nothing and is no error, so a closing cut short is simply run again.
	Close(ctx context.Context, c Closing) error
	// Pack lays closed days before the given one together with others of their month, so that they take less room and a long
	// range is read faster: all of a month that is over, and of one that is not as soon as there are some. A month that holds
	// an open day before it is left for later. Readers see no difference but in the order of rows, and late totals are
	// added as before. It may be run again at any time, also after it was cut short.
	Pack(ctx context.Context, before Day) error
	// Expire removes all statistics of days before the given one.
	Expire(ctx context.Context, before Day) error
	// Trim removes the rows and folds of some dimensions of days before the given one, open or closed; the
	// totals of those days stay, and so do the other rows.
	Trim(ctx context.Context, before Day, dims ...Dimension) error
}

// Closing is a day in its final form.
type Closing struct {
	Day   Day
	Rows  []Row
	Folds []Fold
}
