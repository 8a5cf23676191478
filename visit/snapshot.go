package visit

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// maxSnapshot is the size in bytes above which [Anonymiser.Snapshot] fails.
const maxSnapshot = 128 << 20

const snapshotVersion = 2

// ErrSnapshot is returned for bytes that are no snapshot.
var ErrSnapshot = errors.New("visit: not a snapshot of who was seen")

// Snapshot returns the seeds of the living days and who was seen on them, for a graceful restart; nil where that is nobody.
// It is personal as long as the days live, and whoever has it and the site's secret can recognise visitors: the caller seals it under a
// key that is kept elsewhere, and deletes it before it calls Restore. Whoever is seen after Snapshot is not in it.
func (a *Anonymiser) Snapshot() ([]byte, error) {
	out := []byte{snapshotVersion}
	known := int64(0)
	for _, seed := range a.keys.Seeds() {
		d := a.tracker.find(seed.Day)
		if d == nil {
			continue // nobody was seen under it
		}
		known += d.visitors.Load() + d.askers.Load()
		out = binary.AppendVarint(out, int64(seed.Day))
		out = append(binary.AppendVarint(out, seed.Born), seed.Value[:]...)
		a.Everything(seed.Day, MaxPart, func(part []byte) bool {
			out = append(binary.AppendUvarint(out, uint64(len(part))), part...)
			return len(out) <= maxSnapshot
		})
		out = binary.AppendUvarint(out, 0)
	}
	if known == 0 {
		return nil, nil
	}
	if len(out) > maxSnapshot {
		return nil, fmt.Errorf("visit: who was seen today takes more than %d bytes", maxSnapshot)
	}
	return out, nil
}

// Restore takes over what an earlier run's Snapshot returned, as far as its days may still be open at now.
func (a *Anonymiser) Restore(snapshot []byte, now time.Time) error {
	r := partReader{data: snapshot}
	if r.byte() != snapshotVersion {
		return ErrSnapshot
	}
	for len(r.data) > 0 && !r.failed {
		seed := Seed{Day: r.day(), Born: r.varint()}
		copy(seed.Value[:], r.take(len(seed.Value)))
		if r.failed {
			break
		}
		if _, err := a.Adopt(seed, now); err != nil {
			return err
		}
		for n := r.uvarint(); n > 0 && !r.failed; n = r.uvarint() {
			if n > MaxPart || n > uint64(len(r.data)) {
				return ErrSnapshot
			}
			if _, err := a.Hear(r.take(int(n)), now); err != nil && !a.over(seed.Day, now) {
				return err
			}
		}
	}
	if r.failed {
		return ErrSnapshot
	}
	return nil
}

// over reports whether day can have nothing more to hear at now.
func (a *Anonymiser) over(day Day, now time.Time) bool {
	p := part{day: day}
	return int64(day) <= a.closed.Load() || !p.timely(now, a.zone)
}
