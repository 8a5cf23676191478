package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/store/internal/intake"
	"github.com/redis/go-redis/v9"
)

// ledgerPage is how many entries are asked for in one round trip.
const ledgerPage = 256

// Append implements [consent.Ledger]. It is as durable as the server's appendfsync.
func (s *Store) Append(ctx context.Context, e consent.Entry) error {
	if err := intake.Entry(e); err != nil {
		return fmt.Errorf("redisstore: append: %w", err)
	}
	return s.call(ctx, "append", func(ctx context.Context) error {
		return s.scripts.append.Run(ctx, s.ledger, []string{s.c + "l", s.c + "e"}, e.ID, e.Sealed).Err()
	})
}

// Entry implements [consent.Ledger].
func (s *Store) Entry(ctx context.Context, id string) (e consent.Entry, err error) {
	err = s.call(ctx, "entry", func(ctx context.Context) error {
		sealed, err := s.ledger.HGet(ctx, s.c+"e", id).Bytes()
		if errors.Is(err, redis.Nil) {
			return fmt.Errorf("%q: %w", id, consent.ErrNoEntry)
		}
		e = consent.Entry{ID: id, Sealed: sealed}
		return err
	})
	if err != nil {
		return consent.Entry{}, err
	}
	return e, nil
}

// Entries implements [consent.Ledger].
func (s *Store) Entries(ctx context.Context, from int, f func(position int, e consent.Entry) bool) error {
	for from = max(from, 0); ; {
		var held []consent.Entry
		err := s.call(ctx, "entries", func(ctx context.Context) (err error) {
			held, err = s.page(ctx, from)
			return err
		})
		if err != nil || len(held) == 0 {
			return err
		}
		for _, e := range held {
			if !f(from, e) {
				return nil
			}
			from++
		}
	}
}

// page reads the entries from a position on. A page of large ones is asked for in parts.
func (s *Store) page(ctx context.Context, from int) ([]consent.Entry, error) {
	ids, err := s.ledger.LRange(ctx, s.c+"l", int64(from), int64(from+ledgerPage-1)).Result()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	sealed, err := s.ledger.HMGet(ctx, s.c+"e", ids...).Result()
	if err != nil {
		return nil, err
	}
	held := make([]consent.Entry, len(ids))
	for i, id := range ids {
		text, ok := sealed[i].(string)
		if !ok {
			return nil, ErrCorrupt
		}
		held[i] = consent.Entry{ID: id, Sealed: []byte(text)}
	}
	return held, nil
}
