package redisstore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// Trim implements [stats.Keeper]. The append-only file is rewritten in the background.
func (s *Store) Trim(ctx context.Context, before stats.Day, dims ...stats.Dimension) error {
	rows, err := s.trimRows(ctx, before, dims)
	months, folds, foldErr := 0, 0, error(nil)
	if err == nil {
		months, err = s.trimMonths(ctx, before, dims)
	}
	if err == nil {
		folds, foldErr = s.trimFolds(ctx, before, dims)
	}
	if rows+months+folds > 0 {
		s.rewriteAOF(ctx, s.stats)
	}
	if err == nil {
		err = foldErr
	}
	return err
}

// trimRows removes the rows of some dimensions, some days at a time, so that nobody waits for it long.
func (s *Store) trimRows(ctx context.Context, before stats.Day, dims []stats.Dimension) (removed int, err error) {
	from := "-inf"
	for {
		args := []any{s.k, from, int(before)}
		for _, dim := range dims {
			args = append(args, int(dim))
		}
		var last string
		var n int
		err := s.call(ctx, "trim", func(ctx context.Context) (err error) {
			last, n, err = trimmed(s.scripts.trim.Run(ctx, s.stats, []string{s.k + "y", s.k + "c"}, args...))
			if err == nil && n < 0 {
				return s.drain(ctx)
			}
			return err
		})
		switch {
		case err != nil:
			return removed, err
		case n < 0:
			continue
		case last == "":
			return removed, nil
		}
		removed += n
		from = "(" + last
	}
}

func trimmed(cmd *redis.Cmd) (last string, n int, err error) {
	reply, err := cmd.Slice()
	if err != nil {
		return "", 0, err
	}
	if len(reply) == 2 {
		day, isText := reply[0].(string)
		count, isNumber := reply[1].(int64)
		if isText && isNumber {
			return day, int(count), nil
		}
	}
	return "", 0, fmt.Errorf("trim answered %d things: %w", len(reply), ErrCorrupt)
}

// trimFolds takes the folds of some dimensions out of days.
func (s *Store) trimFolds(ctx context.Context, before stats.Day, dims []stats.Dimension) (removed int, err error) {
	var blobs []*redis.StringCmd
	ask := func(ctx context.Context, p redis.Pipeliner, d heldDay) {
		blobs = append(blobs, p.Get(ctx, s.k+"f:"+strconv.Itoa(int(d.day))))
	}
	err = s.eachDays(ctx, "trim", -1<<31, before-1, ask, func(days []heldDay) error {
		for i, blob := range blobs {
			if blob.Val() == "" {
				continue
			}
			rest, changed, err := packed.WithoutFolds([]byte(blob.Val()), dims)
			if err != nil {
				return ErrCorrupt
			}
			if !changed {
				continue
			}
			removed++
			err = s.call(ctx, "trim", func(ctx context.Context) error {
				return s.scripts.refold.Run(ctx, s.stats, []string{s.k + "f:" + strconv.Itoa(int(days[i].day))}, blob.Val(), rest).Err()
			})
			if err != nil {
				return err
			}
		}
		blobs = blobs[:0]
		return nil
	})
	return removed, err
}
