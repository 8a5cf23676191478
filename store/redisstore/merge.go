package redisstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/internal/intake"
)

// maxSeq is the last number that Lua's floating point tells from its neighbours.
const maxSeq = 1<<53 - 1

// Merge implements [stats.Sink].
func (s *Store) Merge(ctx context.Context, b stats.Batch) (m stats.Merged, err error) {
	if err := intake.Check(&b); err != nil {
		return m, fmt.Errorf("redisstore: merge: %w", err)
	}
	if b.Seq > maxSeq {
		return m, fmt.Errorf("redisstore: merge: batch %d: at most %d", b.Seq, uint64(maxSeq))
	}
	chunks, folded := s.chunks(&b)
	err = s.call(ctx, "merge", func(ctx context.Context) error {
		if len(chunks) == 1 {
			m, err = s.mergeOne(ctx, &b, chunks[0])
		} else {
			m, err = s.mergeMany(ctx, &b, chunks)
		}
		return err
	})
	if err != nil {
		return stats.Merged{}, err
	}
	if !m.Duplicate {
		m.Folded += folded
	}
	s.rewriteLater(ctx)
	return m, nil
}

func (s *Store) mergeOne(ctx context.Context, b *stats.Batch, chunk []byte) (stats.Merged, error) {
	state, n, err := pair(s.scripts.merge.Run(ctx, s.stats, []string{s.queue(b.Instance)}, s.k, b.Seq, b.Mark, s.remember(), chunk))
	if err != nil || state != follows {
		return refused(b, state, n, err)
	}
	return stats.Merged{Folded: int(n)}, nil
}

// mergeMany lays the chunks aside, makes them count in one step, and adds them.
func (s *Store) mergeMany(ctx context.Context, b *stats.Batch, chunks [][]byte) (stats.Merged, error) {
	keys := []string{s.queue(b.Instance), s.staging(b, chunks)}
	for at := int64(0); at < int64(len(chunks)); {
		state, n, err := pair(s.scripts.stage.Run(ctx, s.stats, keys, b.Seq, at, chunks[at]))
		if err != nil || state != follows {
			return refused(b, state, n, err)
		}
		if at = n; n > int64(len(chunks)) {
			return stats.Merged{}, ErrCorrupt
		}
	}
	state, n, err := pair(s.scripts.commit.Run(ctx, s.stats, keys, s.k, b.Seq, b.Mark, s.remember(), len(chunks)))
	if err != nil || state != follows {
		return refused(b, state, n, err)
	}
	if n != int64(len(chunks)) {
		return stats.Merged{}, errors.New("the chunks laid aside are gone: send the batch again")
	}
	if err := s.drain(ctx); err != nil {
		return stats.Merged{}, err
	}
	folded, err := s.stats.HGet(ctx, keys[0], "f").Int()
	if err != nil {
		return stats.Merged{}, err
	}
	return stats.Merged{Folded: folded}, nil
}

// drain adds what is merged but not added yet, whoever has merged it.
func (s *Store) drain(ctx context.Context) error {
	for {
		more, err := s.scripts.drain.Run(ctx, s.stats, []string{s.k + "w"}, s.k).Int()
		if err != nil || more == 0 {
			return err
		}
	}
}

// What lua/next.lua says of a batch.
const (
	follows = 1
	merged  = 0
)

func pair(cmd *redis.Cmd) (state, n int64, err error) {
	list, err := cmd.Int64Slice()
	if err != nil {
		return 0, 0, err
	}
	if len(list) != 2 {
		return 0, 0, ErrCorrupt
	}
	return list[0], list[1], nil
}

func refused(b *stats.Batch, state, last int64, err error) (stats.Merged, error) {
	switch {
	case err != nil:
		return stats.Merged{}, err
	case state == merged:
		return stats.Merged{Duplicate: true}, nil
	default:
		return stats.Merged{}, fmt.Errorf("batch %d of %q after %d: %w", b.Seq, b.Instance, last, stats.ErrGap)
	}
}

// Applied implements [stats.Sink].
func (s *Store) Applied(ctx context.Context, instance string) (a stats.Applied, err error) {
	err = s.call(ctx, "applied", func(ctx context.Context) error {
		held, err := s.stats.HMGet(ctx, s.queue(instance), "s", "m").Result()
		if err != nil {
			return err
		}
		seq, ok := held[0].(string)
		if !ok {
			return nil
		}
		if a.Seq, err = strconv.ParseUint(seq, 10, 64); err != nil {
			return ErrCorrupt
		}
		if mark, ok := held[1].(string); ok && mark != "" {
			a.Mark = []byte(mark)
		}
		return nil
	})
	return a, err
}

func (s *Store) queue(instance string) string { return s.k + "q:" + instance }

// staging is where the chunks of a batch are laid aside: another batch of the same number, should there
// ever be one, has another place.
func (s *Store) staging(b *stats.Batch, chunks [][]byte) string {
	h := sha256.New()
	for _, chunk := range chunks {
		h.Write(chunk)
	}
	return fmt.Sprintf("%sw:%s:%d:%x", s.k, b.Instance, b.Seq, h.Sum(nil)[:8])
}
