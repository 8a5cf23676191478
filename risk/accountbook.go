package risk

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// What rests of accounts is a fixed number of sealed documents of a fixed number of records: however many accounts there are, it is
// bounded, and who was let in least recently gives way.
const (
	accountSlots = 4096
	slotWays     = 16
)

// accountTime bounds a call for what rests of an account: nobody waits for a page meanwhile, but for a log-in.
const accountTime = 250 * time.Millisecond

// changer is the part of a [Shelf] that accounts rest on.
type changer interface {
	Change(ctx context.Context, key string, f func(document []byte) (changed []byte, ends time.Time, ok bool)) error
}

// accounts is what an engine knows of accounts: what rests of them, and in memory how log-ins failed lately.
type accounts struct {
	once    sync.Once
	made    atomic.Bool
	failing *table[failing] // made with the first event
	keys    *accountKeys
	shelf   changer  // nil for none
	own     ownSlots // without a shelf, or while it is away
	timeout time.Duration
	away    atomic.Int64 // until when the shelf is not tried
	failed  atomic.Int64
	seal    cipher.AEAD
	ids     cipher.AEAD
	facts   *sipKey
	zones   zones
}

func (b *accounts) begin(o Options, ring *keyring) error {
	b.timeout = accountTime
	b.keys = &accountKeys{ring: ring, shelf: o.Shelf, timeout: b.timeout, away: &b.away}
	if o.Shelf != nil {
		b.shelf = o.Shelf
	}
	var err error
	if b.seal, err = newSeal(ring.secret, labelSlots); err != nil {
		return err
	}
	if b.ids, err = newSeal(ring.secret, labelIDs); err != nil {
		return err
	}
	b.facts, err = derive(ring.secret, nil, labelFacts, 0)
	return err
}

func newSeal(secret []byte, label string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, label, 32)
	if err != nil {
		return nil, fmt.Errorf("risk: derive a key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("risk: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func slotKey(slot uint64) string { return fmt.Sprintf("account/%03x", slot%accountSlots) }

// change runs f on what rests of an account, an empty one where nothing does, and writes down what f says is to be. Who is found under
// the earlier pseudonym moves to the present one. It fails only where nothing was changed anywhere.
func (b *accounts) change(ctx context.Context, who, earlier Pseudonym, now int64, f func(a *account, found bool) (keep bool)) error {
	met := false
	visit := func(moved *account) error {
		return b.at(ctx, who, now, func(a *account, found bool) (keep bool) {
			met = found
			if !found && moved != nil {
				*a = *moved
				a.Who = who
				f(a, true)
				return true
			}
			if !found && earlier != (Pseudonym{}) && moved == nil {
				return false // look under the earlier one first
			}
			return f(a, found)
		})
	}
	if err := visit(nil); err != nil || met || earlier == (Pseudonym{}) {
		return err
	}
	moved := &account{}
	if err := b.at(ctx, earlier, now, func(a *account, found bool) bool {
		if found {
			*moved = *a
		}
		return false
	}); err != nil {
		return err
	}
	if moved.Seen == 0 {
		return b.at(ctx, who, now, f)
	}
	if err := visit(moved); err != nil {
		return err
	}
	return b.remove(ctx, earlier, now)
}

// at runs f on the record of a pseudonym; f reports whether it is to be kept as f leaves it.
func (b *accounts) at(ctx context.Context, who Pseudonym, now int64, f func(a *account, found bool) (keep bool)) error {
	return b.slot(ctx, slotKey(who[1]), now, func(all records) (records, bool) {
		if i := all.find(who); i >= 0 {
			a := all.get(i)
			return all, f(&a, true) && all.put(i, &a)
		}
		fresh := account{Who: who, Salt: b.salt()}
		if !f(&fresh, false) || fresh.Seen == 0 {
			return all, false
		}
		if all.len() < slotWays {
			all = append(all, make(records, accountSize)...)
			return all, all.put(all.len()-1, &fresh)
		}
		return all, all.put(all.oldest(), &fresh)
	})
}

// remove erases the record of a pseudonym.
func (b *accounts) remove(ctx context.Context, who Pseudonym, now int64) error {
	return b.strictly(ctx, who, now, func(all records) (records, bool) {
		i := all.find(who)
		if i < 0 {
			return all, false
		}
		return all.without(i), true
	})
}

// about runs f on what rests of an account under any of its names, and fails where that cannot be had; f reports whether it is to be
// kept as f leaves it.
func (b *accounts) about(ctx context.Context, now int64, f func(*account) (keep bool), names ...Pseudonym) error {
	for _, who := range names {
		err := b.strictly(ctx, who, now, func(all records) (records, bool) {
			i := all.find(who)
			if i < 0 {
				return all, false
			}
			a := all.get(i)
			return all, f(&a) && all.put(i, &a)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// strictTime bounds a change that must not be left undone silently.
const strictTime = 2 * time.Second

// strictly is slot for what must not be done in memory alone.
func (b *accounts) strictly(ctx context.Context, who Pseudonym, now int64, f func(records) (records, bool)) error {
	if who == (Pseudonym{}) {
		return nil
	}
	key := slotKey(who[1])
	run := func(document []byte) ([]byte, time.Time, bool) { return b.rewrite(key, document, now, f) }
	err := b.own.Change(ctx, key, run)
	if b.shelf == nil || err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, strictTime)
	defer cancel()
	if err := b.shelf.Change(bounded, key, run); err != nil {
		return fmt.Errorf("risk: what rests of an account cannot be reached; repeat it later: %w", err)
	}
	return nil
}

// slot changes one document: records that are over go as well. A shelf that is away is left alone for a second, and accounts are
// then remembered in memory alone, which is emptied when the shelf is back. A caller who goes away meanwhile changes nothing about that:
// else whoever hangs up would have all accounts unknown for a second.
func (b *accounts) slot(ctx context.Context, key string, now int64, f func(records) (records, bool)) error {
	run := func(document []byte) ([]byte, time.Time, bool) { return b.rewrite(key, document, now, f) }
	if b.shelf == nil {
		return b.own.Change(ctx, key, run)
	}
	if until := b.away.Load(); now < until && now >= until-awayFor.Milliseconds() {
		return b.own.Change(ctx, key, run)
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.timeout)
	defer cancel()
	if err := b.shelf.Change(bounded, key, run); err != nil {
		b.failed.Add(1)
		b.away.Store(now + awayFor.Milliseconds())
		return b.own.Change(ctx, key, run)
	}
	b.own.clear()
	return nil
}

// rewrite opens a document, has f change its records, and seals it again. Records that are over go.
func (b *accounts) rewrite(key string, document []byte, now int64, f func(records) (records, bool)) ([]byte, time.Time, bool) {
	all, swept := b.open(key, document), false
	for i := all.len() - 1; i >= 0; i-- {
		if now-all.seen(i) > accountTerm.Milliseconds() {
			all, swept = all.without(i), true
		}
	}
	all, changed := f(all)
	switch {
	case !changed && !swept:
		return nil, time.Time{}, false
	case len(all) == 0:
		return nil, time.Time{}, true
	}
	last := int64(0)
	for i := range all.len() {
		last = max(last, all.seen(i))
	}
	return b.seal.Seal(nil, nil, all, []byte(key)), time.UnixMilli(last).Add(accountTerm), true
}

// open returns the records of a document; none of one that is damaged, or sealed under another secret.
func (b *accounts) open(key string, document []byte) records {
	if len(document) == 0 {
		return nil
	}
	all, err := b.seal.Open(nil, nil, document, []byte(key))
	if err != nil || len(all)%accountSize != 0 || len(all) > slotWays*accountSize {
		return nil
	}
	return all
}

// hashed is 32 bits of a keyed hash that means something for one account alone.
func (b *accounts) hashed(a *account, kind byte, value string) uint32 {
	if value == "" {
		return 0
	}
	m := binary.BigEndian.AppendUint64(nil, a.Salt)
	m = append(append(m, kind), value...)
	sum := b.facts.sum(m)
	return uint32(sum[0]) | 1
}

// sweep erases, of one part of 24, what is over its term.
func (b *accounts) sweep(ctx context.Context, now time.Time) error {
	part := now.Unix() / 3600 % 24
	for slot := uint64(part); slot < accountSlots; slot += 24 {
		if err := ctx.Err(); err != nil {
			return err
		}
		none := func(all records) (records, bool) { return all, false }
		if err := b.slot(ctx, slotKey(slot), now.UnixMilli(), none); err != nil {
			return err
		}
	}
	return nil
}

// salt is random, and not zero.
func (b *accounts) salt() uint64 {
	var salt [8]byte
	if _, err := io.ReadFull(b.keys.ring.random, salt[:]); err != nil {
		_, _ = rand.Read(salt[:]) // never fails, see crypto/rand
	}
	return binary.BigEndian.Uint64(salt[:]) | 1
}
