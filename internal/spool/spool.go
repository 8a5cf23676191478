package spool

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// ErrFull says that what waits for the store has reached the bound.
var ErrFull = errors.New("spool: full")

// consentReserve is how far consent entries may go beyond the bound that holds for batches.
const consentReserve = 16 << 20

// Options of a [Spool].
type Options struct {
	Dir      string           // required: the folder that holds the spools of all runs; made where missing
	MaxBytes int64            // bound on what one run keeps; default 256 MiB
	Keep     time.Duration    // how long acknowledged segments stay; default 10 minutes
	Now      func() time.Time // default time.Now
	Logger   *slog.Logger     // default slog.Default
}

// Spool is the write-ahead of one process run. It is safe for concurrent use.
type Spool struct {
	options  Options
	instance string
	lock     *flock.Flock
	journal  *journal
	stop     context.CancelFunc
	running  sync.WaitGroup

	mu      sync.Mutex
	entries map[string]consent.Entry // consent entries that the store does not have yet
	state   State
}

// State is what an admin is shown.
type State struct {
	Batches  int       // batches that wait for the store
	Hits     int64     // hits counted in them
	Stored   int64     // hits in the batches of this run that the store has taken
	Folded   int64     // rows of those batches that the store left to "other": over a cap, or of a day that was closed
	Entries  int       // consent entries that wait for the store
	Bytes    int64     // on disk, acknowledged segments that are still kept included
	Handed   time.Time // when the store last took something; zero for never
	Fault    string    // why the store does not take anything at present; "" when it does
	Faults   uint64    // failures so far
	Orphaned int       // spools of runs that died and are not handed over yet
}

// Open makes the spool of this run. The instance it names must be the Instance of every batch put.
func Open(o Options) (*Spool, error) {
	if o.Dir == "" {
		return nil, errors.New("spool: no folder given")
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 256 << 20
	}
	if o.Keep == 0 {
		o.Keep = 10 * time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	instance := strings.ToLower(rand.Text())
	dir := filepath.Join(o.Dir, instance)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("spool: %q must be a folder this process may write to: %w", o.Dir, err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	j, err := openJournal(dir, o.MaxBytes, o.Now)
	if err != nil {
		_ = lock.Unlock()
		return nil, err
	}
	return &Spool{options: o, instance: instance, lock: lock, journal: j, entries: map[string]consent.Entry{}}, nil
}

var errLocked = errors.New("spool: the folder belongs to a running process")

func lockDir(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("spool: lock %q: %w", dir, err)
	}
	if !ok {
		return nil, errLocked
	}
	return lock, nil
}

// Instance is the random name of this run.
func (s *Spool) Instance() string { return s.instance }

// Put keeps a batch on disk before it returns. It is the outbox of a [stats.Flusher].
func (s *Spool) Put(_ context.Context, b stats.Batch) error {
	payload, err := b.AppendBinary(nil)
	if err != nil {
		return err
	}
	s.waits(1, hits(b)) // before the forwarder can see it
	if err := s.journal.append(kindBatch, payload, 0); err != nil {
		s.waits(-1, -hits(b))
		return err
	}
	return nil
}

func (s *Spool) waits(batches int, hits int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Batches += batches
	s.state.Hits += hits
}

// hits is how many hits a batch counts.
func hits(b stats.Batch) (n int64) {
	for i := range b.Totals {
		n += b.Totals[i].Counts.Hits()
	}
	return n
}

// Append keeps a consent entry on disk before it returns.
func (s *Spool) Append(_ context.Context, e consent.Entry) error {
	s.mu.Lock()
	s.entries[e.ID] = e // before the forwarder can see it
	s.mu.Unlock()
	if err := s.journal.append(kindEntry, encodeEntry(e), consentReserve); err != nil {
		s.mu.Lock()
		delete(s.entries, e.ID)
		s.mu.Unlock()
		return err
	}
	return nil
}

// Entry returns a consent entry that the store does not have yet.
func (s *Spool) Entry(id string) (consent.Entry, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.entries[id]
	return e, ok
}

// State returns the present state.
func (s *Spool) State() State {
	s.journal.mu.Lock()
	bytes := s.journal.bytes
	s.journal.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.state
	state.Bytes, state.Entries = bytes, len(s.entries)
	return state
}

// Start begins to hand over to store, what dead runs left first. Close ends it.
func (s *Spool) Start(store Store) {
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	s.running.Go(func() { s.adopt(ctx, store) })
	s.running.Go(func() {
		f := &forwarder{journal: s.journal, store: store, keep: s.options.Keep, report: s.report, done: s.handed, folded: s.folded}
		s.forward(ctx, f)
	})
}

// Drain waits until the store has everything, or ctx is done.
func (s *Spool) Drain(ctx context.Context) error {
	for {
		state := s.State()
		if state.Batches == 0 && state.Entries == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("spool: %d batches and %d consent entries wait on disk for the store: %w", state.Batches, state.Entries, ctx.Err())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Close stops handing over and lets the folder go. What the store does not have stays on disk for the
// next run; where nothing is left, the folder goes.
func (s *Spool) Close() error {
	if s.stop != nil {
		s.stop()
		s.running.Wait()
	}
	s.journal.close()
	state := s.State()
	err := s.lock.Unlock()
	if state.Batches == 0 && state.Entries == 0 {
		err = errors.Join(err, os.RemoveAll(s.journal.dir))
	}
	return err
}

// checkEvery is how often an idle forwarder asks the store where it stands.
const checkEvery = 20 * time.Second

// forward hands over whenever there is something, and tries again while the store is away. When it is
// back, all that is still kept is handed over again: a store that crashed may have forgotten the last
// of what it acknowledged, and takes nothing twice.
func (s *Spool) forward(ctx context.Context, f *forwarder) {
	wait, failed := retryFirst, false
	for {
		err := f.drain(ctx)
		if err == nil && failed {
			failed, f.place = false, cursor{}
			continue
		}
		var pause <-chan time.Time
		if err == nil {
			wait, pause = retryFirst, time.After(checkEvery)
		} else {
			failed, pause = true, time.After(wait)
			wait = min(2*wait, retryLast)
		}
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			s.report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-pause:
			if err == nil {
				failed = f.forgotten(ctx, s.instance)
			}
		case <-wakeOf(f, err):
		}
	}
}

// wakeOf is what tells of new frames; nil while the store is away, since they only have to wait.
func wakeOf(f *forwarder, err error) <-chan struct{} {
	if err != nil {
		return nil
	}
	return f.journal.wake
}

// report counts a failure and logs the first one of an outage.
func (s *Spool) report(err error) {
	s.mu.Lock()
	first := s.state.Fault == ""
	s.state.Faults++
	s.state.Fault = err.Error()
	s.mu.Unlock()
	if first {
		s.options.Logger.Error("the store does not take what was counted; it waits on disk", "error", err)
	}
}

// folded notes that the store left rows to "other".
func (s *Spool) folded(rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Folded += int64(rows)
}

// handed notes that the store took a frame.
func (s *Spool) handed(k kind, id string, hits int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state.Fault != "" {
		s.options.Logger.Info("the store takes what was counted again", "failures", strconv.FormatUint(s.state.Faults, 10))
	}
	s.state.Fault, s.state.Handed = "", s.options.Now()
	switch k {
	case kindBatch:
		s.state.Batches--
		s.state.Hits -= hits
		s.state.Stored += hits
	case kindEntry:
		delete(s.entries, id)
	}
}
