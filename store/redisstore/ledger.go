package redisstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/store/internal/intake"
)

// ledgerPage is how many entries are asked for in one round trip, and erased in one step.
const ledgerPage = 256

// Append implements [consent.Ledger]. It is as durable as the server's appendfsync.
func (s *Store) Append(ctx context.Context, e consent.Entry) error {
	if err := intake.Entry(e); err != nil {
		return fmt.Errorf("redisstore: append: %w", err)
	}
	s.rewriteLater(ctx)
	return s.call(ctx, "append", func(ctx context.Context) error {
		return s.scripts.append.Run(ctx, s.ledger, []string{s.c + "l", s.c + "e"}, e.ID, append(e.Leaf[:], e.Sealed...)).Err()
	})
}

// Entry implements [consent.Ledger].
func (s *Store) Entry(ctx context.Context, id string) (consent.Entry, error) {
	_, e, err := s.find(ctx, "entry", id)
	return e, err
}

// Position returns where the entry with the given id is, or an error that is [consent.ErrNoEntry].
func (s *Store) Position(ctx context.Context, id string) (int, error) {
	position, _, err := s.find(ctx, "position", id)
	return position, err
}

func (s *Store) find(ctx context.Context, what, id string) (position int, e consent.Entry, err error) {
	err = s.call(ctx, what, func(ctx context.Context) error {
		text, err := s.ledger.HGet(ctx, s.c+"e", id).Result()
		if errors.Is(err, redis.Nil) {
			return fmt.Errorf("%q: %w", id, consent.ErrNoEntry)
		}
		if err == nil {
			position, e, err = decodeEntry(id, text)
		}
		return err
	})
	return position, e, err
}

// An entry is: position (8 bytes), leaf, sealed (nothing once erased).
func decodeEntry(id, text string) (position int, e consent.Entry, err error) {
	if len(text) < 8+len(e.Leaf) {
		return 0, e, ErrCorrupt
	}
	position = int(binary.BigEndian.Uint64([]byte(text[:8])))
	e.ID, text = id, text[8:]
	copy(e.Leaf[:], text)
	e.Sealed = []byte(text[len(e.Leaf):])
	return position, e, nil
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

// page reads the entries from a position on.
func (s *Store) page(ctx context.Context, from int) ([]consent.Entry, error) {
	ids, err := s.ledger.LRange(ctx, s.c+"l", int64(from), int64(from+ledgerPage-1)).Result()
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	texts, err := s.ledger.HMGet(ctx, s.c+"e", ids...).Result()
	if err != nil {
		return nil, err
	}
	held := make([]consent.Entry, len(ids))
	for i, id := range ids {
		text, _ := texts[i].(string)
		position, e, err := decodeEntry(id, text)
		if err != nil || position != from+i {
			return nil, ErrCorrupt
		}
		held[i] = e
	}
	return held, nil
}

// Erase destroys what the entries with the given ids sealed; the append-only file is rewritten in the
// background. Ids, leaves and positions stay. The error is [consent.ErrNoEntry] if one of the ids is not
// held; what has been erased before is left as it is.
func (s *Store) Erase(ctx context.Context, ids ...string) error {
	erased := false
	err := s.call(ctx, "erase", func(ctx context.Context) error {
		for len(ids) > 0 {
			some := ids[:min(len(ids), ledgerPage)]
			args := make([]any, len(some))
			for i, id := range some {
				args[i] = id
			}
			n, err := s.scripts.erase.Run(ctx, s.ledger, []string{s.c + "e"}, args...).Int()
			if err == nil && n < 0 {
				err = consent.ErrNoEntry
			}
			if err != nil {
				return err
			}
			erased, ids = erased || n > 0, ids[len(some):]
		}
		return nil
	})
	if erased {
		s.rewriteAOF(ctx, s.ledger)
	}
	return err
}

// Sheet is Get, SwapSheet is Swap and Sheets is Keys, for what the ledger's log is written on.
func (s *Store) Sheet(ctx context.Context, name string) ([]byte, error) {
	return s.get(ctx, "sheet", s.ledger, s.c+"w", name)
}

// SwapSheet is [Store.Swap] for sheets.
func (s *Store) SwapSheet(ctx context.Context, name string, old, new []byte) (bool, error) {
	return s.swap(ctx, "swap sheet", s.ledger, s.c+"w", name, old, new)
}

// Sheets is [Store.Keys] for sheets.
func (s *Store) Sheets(ctx context.Context, prefix string) ([]string, error) {
	return s.keys(ctx, "sheets", s.ledger, s.c+"w", prefix)
}
