package redisstore

import (
	"context"
	"errors"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// readAhead is how many days are asked for in one round trip.
const readAhead = 32

// Span implements [stats.Source].
func (s *Store) Span(ctx context.Context) (first, last stats.Day, ok bool, err error) {
	err = s.call(ctx, "span", func(ctx context.Context) error {
		days, err := s.days(ctx, s.floor(), 1<<31-1)
		if err == nil && len(days) > 0 {
			first, last, ok = days[0].day, days[len(days)-1].day, true
		}
		return err
	})
	return first, last, ok, err
}

// Totals implements [stats.Source].
func (s *Store) Totals(ctx context.Context, first, last stats.Day, f func(stats.Total)) error {
	var hours []*redis.MapStringStringCmd
	ask := func(ctx context.Context, p redis.Pipeliner, d heldDay) {
		hours = append(hours, p.HGetAll(ctx, s.k+"t:"+strconv.Itoa(int(d.day))))
	}
	return s.eachDays(ctx, "totals", first, last, ask, func(days []heldDay) error {
		for i, d := range days {
			if err := totals(d.day, hours[i].Val(), f); err != nil {
				return err
			}
		}
		hours = hours[:0]
		return nil
	})
}

func totals(day stats.Day, held map[string]string, f func(stats.Total)) error {
	for hour := range 24 {
		text, ok := held[strconv.Itoa(hour)]
		if !ok {
			continue
		}
		counts, err := parseCounts(text)
		if err != nil {
			return err
		}
		if !counts.IsZero() {
			f(stats.Total{Day: day, Hour: uint8(hour), Counts: counts})
		}
	}
	return nil
}

// Folds implements [stats.Source].
func (s *Store) Folds(ctx context.Context, first, last stats.Day, of ...stats.Dimension) (all []stats.Fold, err error) {
	var blobs []*redis.StringCmd
	ask := func(ctx context.Context, p redis.Pipeliner, d heldDay) {
		blobs = append(blobs, p.Get(ctx, s.k+"f:"+strconv.Itoa(int(d.day))))
	}
	err = s.eachDays(ctx, "folds", first, last, ask, func(days []heldDay) error {
		for i, blob := range blobs {
			if blob.Val() == "" {
				continue
			}
			if all, err = packed.AddFolds(all, blob.Val(), days[i].day, of...); err != nil {
				return ErrCorrupt
			}
		}
		blobs = blobs[:0]
		return nil
	})
	return all, err
}

// eachDays asks for the days from first to last that hold anything, some of them in one round trip and at
// one moment, then has the answers taken: outside of any deadline of ours, as callers may take their time.
func (s *Store) eachDays(ctx context.Context, what string, first, last stats.Day,
	ask func(context.Context, redis.Pipeliner, heldDay), take func([]heldDay) error,
) error {
	var days []heldDay
	err := s.call(ctx, what, func(ctx context.Context) (err error) {
		days, err = s.days(ctx, first, last)
		return err
	})
	for len(days) > 0 && err == nil {
		some := days[:min(readAhead, len(days))]
		err = s.call(ctx, what, func(ctx context.Context) error { return s.round(ctx, some, ask) })
		if err == nil {
			err = take(some)
		}
		days = days[len(some):]
	}
	return err
}

func (s *Store) round(ctx context.Context, days []heldDay, ask func(context.Context, redis.Pipeliner, heldDay)) error {
	return s.atOnce(ctx, func(p redis.Pipeliner) {
		for _, d := range days {
			ask(ctx, p, d)
		}
	})
}

// atOnce asks for several things at one moment. What is missing is no error.
func (s *Store) atOnce(ctx context.Context, ask func(redis.Pipeliner)) error {
	replies, err := s.stats.TxPipelined(ctx, func(p redis.Pipeliner) error {
		ask(p)
		return nil
	})
	if err == nil || !errors.Is(err, redis.Nil) {
		return err
	}
	for _, r := range replies { // what is missing hides no other error
		if err := r.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}
