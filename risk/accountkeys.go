package risk

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"
)

// accountKeys are the keys of accounts: the present one, and the one before, under which an account is still found and then moved.
// Processes that share a shelf have the same; without one they are random and die with the process.
type accountKeys struct {
	ring    *keyring
	shelf   Shelf // nil for none
	timeout time.Duration
	away    *atomic.Int64 // until when the shelf is not tried for accounts

	mu               sync.Mutex
	present, earlier *sipKey
	shared           bool
	seed             []byte // of the present one, where it is shared
	again            int64  // when the shelf is asked again
}

// at returns the keys at now. A clock that is set back turns keys back only where the shelf knows the former ones.
func (k *accountKeys) at(ctx context.Context, now int64) (present, earlier *sipKey, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	period := now / accountTerm.Milliseconds()
	if k.shelf != nil && (!k.shared || k.present.period != period) && (now >= k.again || now < k.again-awayFor.Milliseconds()) {
		if k.share(ctx, period) == nil {
			return k.present, k.earlier, nil
		}
		k.again = now + awayFor.Milliseconds()
		k.away.Store(k.again)
	}
	if k.present != nil && period <= k.present.period {
		return k.present, k.earlier, nil
	}
	key, err := k.ring.fresh(labelAccounts, period)
	if err != nil {
		return nil, nil, err
	}
	k.earlier = nil
	if k.present != nil && k.present.period == period-1 {
		k.earlier = k.present
	}
	k.present, k.shared = key, false
	return k.present, k.earlier, nil
}

func accountSeed(period int64) string { return fmt.Sprintf("seed/account/%06d", period) }

// share takes the keys of a period from the shelf. The seed of a period is gone one term after it.
func (k *accountKeys) share(ctx context.Context, period int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), k.timeout)
	defer cancel()
	var fresh [32]byte
	_, _ = rand.Read(fresh[:]) // never fails, see crypto/rand
	seed, err := k.shelf.Add(ctx, accountSeed(period), fresh[:], seedTerm(period))
	if err != nil {
		return err
	}
	present, err := ofSeed(k.ring.secret, seed, labelAccounts, period)
	if err != nil {
		return err
	}
	var earlier *sipKey
	if former := k.present; former != nil && former.period == period && *former != *present {
		earlier = former // of a shelf that lost everything since
	}
	switch before, err := k.shelf.Get(ctx, accountSeed(period-1)); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if earlier, err = ofSeed(k.ring.secret, before, labelAccounts, period-1); err != nil {
			return err
		}
	}
	k.present, k.earlier, k.shared, k.seed = present, earlier, true, seed
	return nil
}

// keep has the shelf keep the seed of the present key, as one that lost everything does not, or else takes over the one that others put there
// since: what is erased at one process is to be erased for all.
func (k *accountKeys) keep(ctx context.Context, now time.Time) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	period := now.UnixMilli() / accountTerm.Milliseconds()
	if !k.shared || k.present.period != period {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, k.timeout) // accounts wait for it
	defer cancel()
	kept, err := k.shelf.Add(ctx, accountSeed(period), k.seed, seedTerm(period))
	if err != nil || bytes.Equal(kept, k.seed) {
		return err
	}
	return k.share(ctx, period)
}

// seedTerm is when the seed of a period is forgotten.
func seedTerm(period int64) time.Time {
	return time.UnixMilli((period + 2) * accountTerm.Milliseconds())
}

// names are the pseudonyms of an account, the present one first.
func (k *accountKeys) names(ctx context.Context, name string, now time.Time) (present, earlier Pseudonym, err error) {
	key, before, err := k.at(ctx, now.UnixMilli())
	if err != nil {
		return present, earlier, err
	}
	if before != nil {
		earlier = before.account(name)
	}
	return key.account(name), earlier, nil
}
