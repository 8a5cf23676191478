package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/packed"
)

// Pack implements [stats.Keeper]. One dimension of a month is one step; whoever is killed between two leaves the rest
// to the next, and readers look for a day in both places. Where Redis lets days go by itself, a month goes with its
// first day unless Expire has made it shorter by then, and one that would go within 31 days is left as it is.
func (s *Store) Pack(ctx context.Context, before stats.Day) error {
	var days []heldDay
	err := s.call(ctx, "pack", func(ctx context.Context) (err error) {
		days, err = s.days(ctx, s.floor(), before-1)
		return err
	})
	for len(days) > 0 && err == nil {
		month := packed.FirstOf(days[0].day)
		n := slices.IndexFunc(days, func(d heldDay) bool { return packed.FirstOf(d.day) != month })
		if n < 0 {
			n = len(days)
		}
		if fresh, open := fresh(days[:n]); packed.Due(month, before, len(fresh), open) && month > s.floor()+packed.DaysOfMonth {
			err = s.packMonth(ctx, month, fresh)
		}
		days = days[n:]
	}
	return err
}

// fresh returns the closed days that are not packed, and whether one is open.
func fresh(days []heldDay) (list []stats.Day, open bool) {
	for _, d := range days {
		if !d.closed {
			return nil, true
		}
		if !d.packed {
			list = append(list, d.day)
		}
	}
	return list, false
}

func (s *Store) packMonth(ctx context.Context, month stats.Day, days []stats.Day) error {
	note := func(key string, days ...stats.Day) error {
		return s.call(ctx, "pack", func(ctx context.Context) error {
			list := make([]redis.Z, len(days))
			for i, day := range days {
				list[i] = redis.Z{Score: float64(day), Member: strconv.Itoa(int(day))}
			}
			return s.stats.ZAdd(ctx, s.k+key, list...).Err()
		})
	}
	if err := note("m", month); err != nil { // before its first key, so that Expire finds them all
		return err
	}
	for dim := range stats.Stored() {
		if err := s.together(ctx, dim, month, days, s.floor()); err != nil {
			return err
		}
	}
	return note("p", days...)
}

// together writes the rows of a month anew: those it has, and those of more days, from the given one on.
func (s *Store) together(ctx context.Context, dim stats.Dimension, month stats.Day, days []stats.Day, from stats.Day) error {
	for range patience {
		done := false
		err := s.call(ctx, "pack", func(ctx context.Context) (err error) {
			done, err = s.tryTogether(ctx, dim, month, days, from)
			return err
		})
		if err != nil || done {
			return err
		}
	}
	return fmt.Errorf("redisstore: pack %v of %v: it changes again and again: is more than one program closing days?", dim, month)
}

func (s *Store) tryTogether(ctx context.Context, dim stats.Dimension, month stats.Day, days []stats.Day, from stats.Day) (done bool, err error) {
	var sums, cells *redis.StringCmd
	var blobs []*redis.StringCmd
	keys := []string{s.key("m", month, dim), s.key("v", month, dim)}
	err = s.atOnce(ctx, func(p redis.Pipeliner) {
		sums, cells = p.Get(ctx, keys[0]), p.Get(ctx, keys[1])
		for _, day := range days {
			blobs = append(blobs, p.Get(ctx, s.key("z", day, dim)))
		}
	})
	if err != nil {
		return false, err
	}
	held := packed.MonthBlobs{Sums: sums.Val(), Cells: cells.Val()}
	var list []packed.DayBlob
	args := []any{s.k, int(dim), held.Sums[:min(packed.HeadSize, len(held.Sums))], "", "", s.expiry(max(month, from))}
	for i, day := range days {
		if blob := blobs[i].Val(); blob != "" {
			list = append(list, packed.DayBlob{Day: day, Blob: blob})
			args = append(args, int(day))
		}
	}
	if len(list) == 0 && (held.Sums == "" || from <= month) {
		return true, nil
	}
	m, err := packed.Together(dim, month, list, held, from)
	if err != nil {
		return false, fmt.Errorf("%w: %v of %v: %w", ErrCorrupt, dim, month, err)
	}
	args[3], args[4] = m.Sums, m.Cells
	n, err := s.scripts.pack.Run(ctx, s.stats, keys, args...).Int()
	return n == 1, err
}

// trimMonths takes the days before the given one out of all months, in some dimensions, and returns how many it changed.
func (s *Store) trimMonths(ctx context.Context, before stats.Day, dims []stats.Dimension) (changed int, err error) {
	months, err := s.months(ctx, before)
	for _, month := range months {
		heads := make([]*redis.StringCmd, len(dims))
		if err == nil {
			err = s.call(ctx, "trim", func(ctx context.Context) error {
				return s.atOnce(ctx, func(p redis.Pipeliner) {
					for i, dim := range dims {
						heads[i] = p.GetRange(ctx, s.key("m", month, dim), 0, packed.HeadSize-1)
					}
				})
			})
		}
		for i, dim := range dims {
			if err == nil && packed.HoldsBefore(heads[i].Val(), month, before) {
				changed++
				err = s.together(ctx, dim, month, nil, before)
			}
		}
	}
	return changed, err
}

// expireMonths takes the days before the given one out of all months.
func (s *Store) expireMonths(ctx context.Context, before stats.Day) error {
	if _, err := s.trimMonths(ctx, before, slices.Collect(stats.Stored())); err != nil {
		return err
	}
	return s.call(ctx, "expire", func(ctx context.Context) error {
		over := "(" + strconv.Itoa(int(packed.FirstOf(before))) // the month that holds it goes on
		_, err := s.stats.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.ZRemRangeByScore(ctx, s.k+"m", "-inf", over)
			p.ZRemRangeByScore(ctx, s.k+"p", "-inf", "("+strconv.Itoa(int(before)))
			return nil
		})
		return err
	})
}

// months returns the packed months that begin before the given day; none if nothing before it is held.
func (s *Store) months(ctx context.Context, before stats.Day) (months []stats.Day, err error) {
	err = s.call(ctx, "expire", func(ctx context.Context) error {
		earlier := &redis.ZRangeBy{Min: "-inf", Max: "(" + strconv.Itoa(int(before))}
		if n, err := s.stats.ZCount(ctx, s.k+"y", earlier.Min, earlier.Max).Result(); err != nil || n == 0 {
			return err
		}
		list, err := s.stats.ZRangeByScore(ctx, s.k+"m", earlier).Result()
		for _, text := range list {
			n, err := strconv.ParseInt(text, 10, 32)
			if err != nil {
				return ErrCorrupt
			}
			months = append(months, stats.Day(n))
		}
		return err
	})
	return months, err
}
