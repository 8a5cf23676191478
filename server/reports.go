package server

import (
	"context"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Reports answers how many. Its answers have the k-floor applied already: whatever it returns may be
// shown. [*stats.Reports] is one. Implementations are safe for concurrent use.
type Reports interface {
	// Span returns the first and the last day that hold anything; ok is false where there is nothing.
	Span(ctx context.Context) (days stats.Range, ok bool, err error)
	// Series returns a point for each hour, day … of the range, empty ones included, in order.
	Series(ctx context.Context, days stats.Range, unit stats.Unit, zone *time.Location) ([]stats.Point, error)
	// SeriesFrom returns the first day of which Series tells what was counted; FlowsFrom is that of Flows.
	SeriesFrom(unit stats.Unit, zone *time.Location) stats.Day
	FlowsFrom() stats.Day
	// Top returns the values of a dimension, the greatest first.
	Top(ctx context.Context, q stats.Query) (stats.Top, error)
	// Folds returns what closing has folded on the days of the range, in order.
	Folds(ctx context.Context, days stats.Range) ([]stats.Fold, error)
	// Consents returns what became of asking visitors on the days of the range.
	Consents(ctx context.Context, days stats.Range) (stats.Consents, error)
	// Quantiles returns how much something was, by bucket: waiting times, for one.
	Quantiles(ctx context.Context, dim stats.Dimension, days stats.Range) (stats.Quantiles, error)
	// Waits returns how long each provider waited for answers.
	Waits(ctx context.Context, days stats.Range) (map[string]*stats.Quantiles, error)
	// Spikes returns the hours in which far more of what a provider asked for failed than usually does.
	Spikes(ctx context.Context, days stats.Range) ([]stats.Spike, error)
	// Answered returns what one provider was answered by hour.
	Answered(ctx context.Context, days stats.Range, provider string) ([]stats.Total, error)
	// Flows returns how visits went on from their entry page; from is "" for all of them.
	Flows(ctx context.Context, days stats.Range, from string, limit int) ([]stats.Flow, int64, error)
	// Goals returns what visits reached of a plan.
	Goals(ctx context.Context, plan *visit.Plan, days stats.Range) ([]stats.GoalReport, []stats.FunnelReport, error)
	// Loyalty returns the visitors of days, weeks or months, of those who consented to statistics.
	Loyalty(ctx context.Context, days stats.Range, unit stats.Unit) (stats.Loyalty, error)
	// Cohorts returns how many of those whose first visit was in one month came again in the months of the range.
	Cohorts(ctx context.Context, days stats.Range) (months []string, cohorts []stats.Cohort, err error)
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
