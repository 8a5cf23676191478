package visit

import (
	"bytes"
	"cmp"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// Seed is what the keys of one day grow from, together with the site's secret. Whoever has both can recompute the key of
// any address: it is kept in memory only, and handed to other processes of the site sealed.
type Seed struct {
	Day   Day
	Born  int64 // since when it stands, in Unix milliseconds; the largest number for one that does not yet
	Value [32]byte
}

// ID names the seed, and tells nothing of its value.
func (s Seed) ID() (id [8]byte) {
	sum := sha256.Sum256(append([]byte("kelisim seed "), s.Value[:]...))
	return [8]byte(sum[:8])
}

// unborn is since when a seed stands that gives way to every other.
const unborn = math.MaxInt64

// Before reports whether s stands where processes of a site have different seeds for a day: the one that has stood for longer.
func (s Seed) Before(o Seed) bool {
	a, b := s.ID(), o.ID()
	return cmp.Or(cmp.Compare(s.Born, o.Born), bytes.Compare(a[:], b[:])) < 0
}

// maxAhead is how many days that have not begun may have a seed.
const maxAhead = 4

// Stand makes all seeds that do not stand yet do so since a time.
func (k *Keys) Stand(since int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if living := k.living.Load(); living != nil {
		for _, d := range *living {
			if d.seed.Born == unborn {
				d.seed.Born = since
			}
		}
	}
	for day, seed := range k.ahead {
		if seed.Born == unborn {
			seed.Born = since
			k.ahead[day] = seed
		}
	}
}

// Prepare draws a seed for a day that has none, so that others can be told of it before the day begins.
func (k *Keys) Prepare(day Day, born int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.ahead[day]; ok || k.find(day) != nil || len(k.ahead) >= maxAhead {
		return nil
	}
	seed, err := k.draw(day, born)
	if err == nil {
		k.await(seed)
	}
	return err
}

// Adopt takes a seed that another process has drawn, unless the one for its day stands before it. replaced says that the day
// had begun under another seed: whoever was seen under that one cannot be known again.
func (k *Keys) Adopt(seed Seed) (replaced bool, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	old := k.find(seed.Day)
	if old == nil {
		if own, ok := k.ahead[seed.Day]; ok && !seed.Before(own) || !ok && len(k.ahead) >= maxAhead {
			return false, nil
		}
		k.await(seed)
		return false, nil
	}
	if !seed.Before(old.seed) {
		return false, nil
	}
	d, err := k.derive(seed)
	if err != nil {
		return false, err
	}
	living := append([]*dayKey(nil), *k.living.Load()...)
	for i := range living {
		if living[i] == old {
			living[i] = d
		}
	}
	k.living.Store(&living)
	old.erase()
	return true, nil
}

// Seeds returns the seeds of the living days and of those ahead.
func (k *Keys) Seeds() (seeds []Seed) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if living := k.living.Load(); living != nil {
		for _, d := range *living {
			seeds = append(seeds, d.seed)
		}
	}
	for _, seed := range k.ahead {
		seeds = append(seeds, seed)
	}
	return seeds
}

// open begins day if it has a seed, and reports whether it is alive.
func (k *Keys) open(day Day) bool {
	if k.find(day) != nil {
		return true
	}
	k.mu.Lock()
	_, ok := k.ahead[day]
	k.mu.Unlock()
	if !ok {
		return false
	}
	_, err := k.begin(day)
	return err == nil
}

// forget erases the seeds of days before day that never began.
func (k *Keys) forget(day Day) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for ahead := range k.ahead {
		if ahead < day {
			delete(k.ahead, ahead)
		}
	}
}

// await keeps the seed of a day that has not begun. The caller holds mu.
func (k *Keys) await(seed Seed) {
	if k.ahead == nil {
		k.ahead = make(map[Day]Seed)
	}
	k.ahead[seed.Day] = seed
}

func (k *Keys) draw(day Day, born int64) (Seed, error) {
	seed := Seed{Day: day, Born: born}
	if _, err := io.ReadFull(k.random, seed.Value[:]); err != nil {
		return Seed{}, errors.Join(errors.New("visit: no randomness for the seed of the day"), err)
	}
	return seed, nil
}

// derive makes the key of a day of its seed.
func (k *Keys) derive(seed Seed) (*dayKey, error) {
	out, err := hkdf.Key(sha256.New, k.secret, seed.Value[:], fmt.Sprintf("kelisim visit key %d", seed.Day), 16)
	if err != nil {
		return nil, fmt.Errorf("visit: day key: %w", err)
	}
	d := &dayKey{day: seed.Day, seed: seed}
	d.k0.Store(binary.LittleEndian.Uint64(out))
	d.k1.Store(binary.LittleEndian.Uint64(out[8:]))
	clear(out)
	return d, nil
}
