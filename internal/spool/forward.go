package spool

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// Store is what frames are handed to.
type Store interface {
	stats.Sink
	consent.Ledger
}

// Bounds of the wait between two tries while the store is away.
const (
	retryFirst = 100 * time.Millisecond
	retryLast  = 5 * time.Second
	handTime   = 10 * time.Second
)

// cursor is a place in a journal.
type cursor struct {
	segment int
	offset  int64
}

// forwarder hands the frames of one journal over, in order, each until the store has it.
type forwarder struct {
	journal *journal
	store   Store
	place   cursor
	keep    time.Duration
	report  func(error) // called with each failure, and with nil when the store answers again
	done    func(k kind, entry string, hits int64)
	folded  func(rows int)

	orphan bool   // of a run that died
	high   uint64 // the last batch handed over, frames handed over again left out
	saved  cursor // what the place file says
	epoch  int    // how often this run's sequence was begun anew
	behind uint64 // what to take from a batch's sequence since then
	back   bool   // going through acknowledged frames again after a rollback
}

// drain hands over everything there is to read now. It returns nil when nothing is left, and an error
// when the store is away or ctx is done: call it again later.
func (f *forwarder) drain(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		seg, size, ok := f.journal.at(f.place.segment)
		if !ok {
			return nil
		}
		if seg.number != f.place.segment {
			f.place = cursor{segment: seg.number}
		}
		if err := f.segment(ctx, seg, size); err != nil {
			return err
		}
		if f.place.segment != seg.number || f.place.offset < size {
			continue // set back
		}
		f.save()
		if f.journal.last(seg) {
			return f.journal.acknowledge(seg.number, f.keep)
		}
		// A segment that was still growing when its size was read has all its frames now.
		if _, now, _ := f.journal.at(seg.number); now != size {
			continue
		}
		f.place = cursor{segment: seg.number + 1}
		if err := f.journal.acknowledge(f.place.segment, f.keep); err != nil {
			return fmt.Errorf("spool: remove an acknowledged segment: %w", err)
		}
	}
}

// placeFile says how far a run was handed over, for whoever empties its folder when it has died.
const placeFile = "place"

// save writes the place file. It is a hint that spares a second handing over, so it is not forced to disk.
func (f *forwarder) save() {
	if f.place == f.saved {
		return
	}
	text := fmt.Appendf(nil, "%d %d\n", f.place.segment, f.place.offset)
	if err := os.WriteFile(filepath.Join(f.journal.dir, placeFile), text, 0o600); err != nil {
		f.report(fmt.Errorf("spool: %w", err))
		return
	}
	f.saved = f.place
}

// resume reads the place file; without one, the journal is handed over from its beginning.
func (f *forwarder) resume() {
	text, err := os.ReadFile(filepath.Join(f.journal.dir, placeFile))
	if err != nil {
		return
	}
	var c cursor
	if _, err := fmt.Sscanf(string(text), "%d %d\n", &c.segment, &c.offset); err != nil {
		return
	}
	if _, size, ok := f.journal.at(c.segment); ok && c.offset >= 0 && c.offset <= size {
		f.place, f.saved = c, c
	}
}

// segment hands over the frames of seg from the cursor to size.
func (f *forwarder) segment(ctx context.Context, seg *segment, size int64) error {
	file, err := os.Open(seg.path)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	defer func() { _ = file.Close() }()
	for {
		k, payload, next, err := readFrame(file, f.place.offset, size)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errTorn):
			f.report(fmt.Errorf("%w: the rest of a segment, %d bytes, is left out", errTorn, size-f.place.offset))
			f.place.offset = size
			return nil
		case err != nil:
			return fmt.Errorf("spool: read: %w", err)
		}
		rewound, err := f.hand(ctx, k, payload)
		if err != nil {
			return err
		}
		if rewound {
			return nil
		}
		f.place.offset = next
	}
}

// hand gives one frame to the store. It reports whether the cursor was set back instead.
func (f *forwarder) hand(ctx context.Context, k kind, payload []byte) (rewound bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	switch k {
	case kindBatch:
		return f.batch(ctx, payload)
	case kindEntry:
		e, err := decodeEntry(payload)
		if err != nil {
			f.report(err)
			return false, nil
		}
		if err := f.store.Append(ctx, e); err != nil {
			return false, fmt.Errorf("spool: hand over a consent entry: %w", err)
		}
		f.done(k, e.ID, 0)
		return false, nil
	default:
		f.report(fmt.Errorf("spool: frame of unknown kind %d left out: written by a newer version?", k))
		return false, nil
	}
}

func (f *forwarder) batch(ctx context.Context, payload []byte) (rewound bool, err error) {
	var b stats.Batch
	if err := b.UnmarshalBinary(payload); err != nil {
		f.report(fmt.Errorf("spool: a batch is left out: %w", err))
		return false, nil
	}
	seq := b.Seq
	if f.epoch > 0 {
		if seq <= f.behind {
			return false, nil // lost with the store's past; see below
		}
		b.Instance, b.Seq = fmt.Sprintf("%s.%d", b.Instance, f.epoch), seq-f.behind
	}
	merged, err := f.store.Merge(ctx, b)
	switch {
	case errors.Is(err, stats.ErrGap):
		return f.rewind(ctx, b.Instance, seq)
	case err != nil:
		return false, fmt.Errorf("spool: hand over a batch: %w", err)
	}
	f.back = false
	if merged.Folded > 0 && !merged.Duplicate {
		f.folded(merged.Folded)
	}
	if seq > f.high {
		f.high = seq
		f.done(kindBatch, "", hits(b))
	}
	return false, nil
}

// forgotten reports that the store lacks a batch that it acknowledged, or cannot say.
func (f *forwarder) forgotten(ctx context.Context, instance string) bool {
	if f.high == 0 || f.epoch > 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, handTime)
	defer cancel()
	applied, err := f.store.Applied(ctx, instance)
	if err != nil && ctx.Err() == nil {
		f.report(fmt.Errorf("spool: ask the store where it stands: %w", err))
	}
	return err != nil || applied.Seq < f.high
}

// rewind answers a gap: the store has forgotten batches that it acknowledged. The cursor goes back to
// the oldest frame that is still here. Where even that leaves a gap, what lies between is lost for
// good; the run goes on under a new instance name, so that it is lost once and not for ever.
func (f *forwarder) rewind(ctx context.Context, instance string, seq uint64) (bool, error) {
	applied, err := f.store.Applied(ctx, instance)
	if err != nil {
		return false, fmt.Errorf("spool: ask the store where it stands: %w", err)
	}
	if !f.back && (applied.Seq > 0 || !f.orphan) {
		f.report(fmt.Errorf("spool: the store went back in time: it stands at batch %d, the next is %d; handing over again what is kept", applied.Seq, seq))
		f.back, f.place = true, cursor{}
		return true, nil
	}
	// A store that knows nothing of a dead run may have let its name expire: what was acknowledged then
	// must not be counted again.
	f.report(fmt.Errorf("spool: the store lost batches %d to %d, which are no longer kept here", applied.Seq+1, seq-1))
	f.epoch, f.behind, f.back = f.epoch+1, seq-1, false
	return true, nil
}
