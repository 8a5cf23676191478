package redisstore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// Open implements [stats.Keeper].
func (s *Store) Open(ctx context.Context, before stats.Day) (open []stats.Day, err error) {
	err = s.call(ctx, "open days", func(ctx context.Context) error {
		days, err := s.days(ctx, s.floor(), before-1)
		for _, d := range days {
			if !d.closed {
				open = append(open, d.day)
			}
		}
		return err
	})
	return open, err
}

// heldDay is a day that holds something.
type heldDay struct {
	day            stats.Day
	closed, packed bool
}

// days returns the days from first to last that hold anything, in order, after adding what is merged
// but not added yet.
func (s *Store) days(ctx context.Context, first, last stats.Day) ([]heldDay, error) {
	between := &redis.ZRangeBy{Min: strconv.Itoa(int(max(first, s.floor()))), Max: strconv.Itoa(int(last))}
	for {
		var waiting *redis.IntCmd
		var all, closed, together *redis.StringSliceCmd
		_, err := s.stats.Pipelined(ctx, func(p redis.Pipeliner) error {
			waiting = p.Exists(ctx, s.k+"w")
			together = p.ZRangeByScore(ctx, s.k+"p", between)
			closed = p.ZRangeByScore(ctx, s.k+"c", between)
			all = p.ZRangeByScore(ctx, s.k+"y", between)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if waiting.Val() == 0 {
			return join(all.Val(), closed.Val(), together.Val())
		}
		if err := s.drain(ctx); err != nil {
			return nil, err
		}
	}
}

func join(all, closed, together []string) ([]heldDay, error) {
	is, with := make(map[string]bool, len(closed)), make(map[string]bool, len(together))
	for _, day := range closed {
		is[day] = true
	}
	for _, day := range together {
		with[day] = true
	}
	days := make([]heldDay, len(all))
	for i, text := range all {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil {
			return nil, ErrCorrupt
		}
		days[i] = heldDay{stats.Day(n), is[text], with[text]}
	}
	return days, nil
}

// Close implements [stats.Keeper]. The append-only file is rewritten in the background.
func (s *Store) Close(ctx context.Context, c stats.Closing) error {
	args := []any{s.k, int(c.Day), s.expiry(c.Day), int(stats.MaxDimension), ""}
	if len(c.Folds) > 0 {
		args[4] = packed.AppendFolds(nil, c.Folds)
	}
	for i := range c.Rows {
		if c.Rows[i].Day != c.Day {
			return fmt.Errorf("redisstore: close %v: it has a row of %v", c.Day, c.Rows[i].Day)
		}
	}
	groups, _ := intake.Rows(&stats.Batch{Rows: c.Rows})
	for _, g := range groups {
		rows := make([]stats.Row, len(g.Values))
		for i, value := range g.Values {
			rows[i] = stats.Row{Value: value, Counts: g.Counts[i]}
		}
		args = append(args, int(g.Dim), packed.AppendRows(nil, rows))
	}
	return s.clean(ctx, "close", func(ctx context.Context) *redis.Cmd {
		return s.scripts.close.Run(ctx, s.stats, []string{s.k + "c"}, args...)
	})
}

// Expire implements [stats.Keeper]. The append-only file is rewritten in the background.
func (s *Store) Expire(ctx context.Context, before stats.Day) error {
	if err := s.expireMonths(ctx, before); err != nil { // before the days, which say that there is something to do
		return err
	}
	return s.clean(ctx, "expire", func(ctx context.Context) *redis.Cmd {
		return s.scripts.expire.Run(ctx, s.stats, []string{s.k + "y", s.k + "c"}, s.k, int(before), int(stats.MaxDimension))
	})
}

// clean runs a script that removes something, until it says that nothing is left to remove. What is
// merged but not added yet is added first: it would come back otherwise.
func (s *Store) clean(ctx context.Context, what string, run func(context.Context) *redis.Cmd) error {
	removed := false
	err := s.call(ctx, what, func(ctx context.Context) error {
		for {
			n, err := run(ctx).Int()
			if err == nil && n < 0 {
				err = s.drain(ctx)
			}
			if err != nil || n == 0 {
				return err
			}
			removed = removed || n > 0
		}
	})
	if removed {
		s.rewriteAOF(ctx, s.stats)
	}
	return err
}
