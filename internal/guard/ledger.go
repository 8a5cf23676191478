package guard

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/ledger"
)

// Timing of the ledger's log. An entry settles for longer than a Redis that writes to disk every second may
// take back, so that a crash of it does not contradict what was signed.
const (
	sequenceEvery = 2 * time.Second
	settleTime    = 3 * time.Second
	expireFirst   = time.Minute
	expireEvery   = 24 * time.Hour
	complainEvery = 10 * time.Minute
)

// witness keeps the ledger's log up to date in the background. It holds nobody up: what cannot be sequenced
// now is sequenced later, but for a store that does not fit what was signed, of which it complains aloud.
type witness struct {
	cancel     context.CancelFunc
	running    sync.WaitGroup
	mu         sync.Mutex
	fault      error
	complained time.Time
	erased     int64
}

// LedgerState is what an admin is shown of the ledger.
type LedgerState struct {
	Size    int64  // entries under the last signed head
	Head    string // the signed head itself, "" before the first
	Fault   string // why nothing is signed at present; "" while all is well
	Erased  int64  // records that this process erased because their time was over
	Refused int64  // grants that were not recorded, and so not given, because their network sent too many
	Dropped int64  // records of refusals that were left out for the same reason; the refusals hold
}

func (g *Guard) newLog() (*ledger.Log, error) {
	c, file := g.config, filepath.Join(g.config.Dir, "ledger.head")
	ctx, cancel := context.WithTimeout(context.Background(), nameTime)
	defer cancel()
	keys, err := ledger.Continue(ctx, c.Store, file, logName(c.Policy), c.Secret, c.OldSecrets...)
	if err != nil {
		return nil, err
	}
	return ledger.New(ledger.Options{
		Store: c.Store, Keys: keys, Records: g.keys, File: file, Settle: settleTime, Now: c.Now, Logger: c.Logger,
	})
}

// nameTime bounds how long a start waits for a store to tell under which name the log was begun.
const nameTime = 2 * time.Second

// logName names a log that begins: after the site's domain, or its name where it has none.
func logName(p consent.Policy) string {
	if len(p.Site.Domains) > 0 {
		return p.Site.Domains[0]
	}
	return p.Site.Name
}

func (w *witness) start(g *Guard) {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	w.running.Go(func() {
		ticker := time.NewTicker(sequenceEvery)
		defer ticker.Stop()
		expire := time.NewTimer(expireFirst)
		defer expire.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				w.report(g, g.sequence(ctx))
			case <-expire.C:
				w.report(g, g.expire(ctx))
				expire.Reset(expireEvery)
			}
		}
	})
}

func (w *witness) stop() {
	w.cancel()
	w.running.Wait()
}

// releaseTime bounds how long a process that ends waits for the store to take its lease back.
const releaseTime = time.Second

// release lets another process, or the next run, sign at once.
func (g *Guard) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, releaseTime)
	defer cancel()
	if err := g.log.Release(ctx); err != nil {
		g.config.Logger.Debug("the ledger's lease runs out by itself", "error", err)
	}
}

func (g *Guard) sequence(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	return g.log.Sequence(ctx)
}

// expire erases the records that the policy no longer keeps (S2-2.7, S4-9.7).
func (g *Guard) expire(ctx context.Context) error {
	n, err := g.log.Expire(ctx, g.Rules().Keep)
	g.witness.mu.Lock()
	g.witness.erased += int64(n)
	g.witness.mu.Unlock()
	return err
}

// report keeps the present fault, and complains of it as long as it lasts.
func (w *witness) report(g *Guard, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fault = err
	now := time.Now()
	if err != nil && now.Sub(w.complained) >= complainEvery {
		w.complained = now
		g.config.Logger.Error("the ledger's log cannot be signed; records are kept, their receipts stay pending", "error", err)
	}
	if err == nil {
		w.complained = time.Time{}
	}
}

func (g *Guard) ledgerState() LedgerState {
	head := g.log.Head()
	s := LedgerState{Size: head.Size, Head: string(head.Note)}
	s.Refused, s.Dropped = g.flood.figures()
	g.witness.mu.Lock()
	defer g.witness.mu.Unlock()
	s.Erased = g.witness.erased
	if g.witness.fault != nil {
		s.Fault = g.witness.fault.Error()
	}
	return s
}

// Log returns the ledger's log, for receipts, erasure and exports.
func (g *Guard) Log() *ledger.Log { return g.log }

// receipt is what a visitor may take home of a record that their proof cookie proves. The error is
// [centre.ErrNoRecord] where there is none, or none any more.
func (g *Guard) receipt(ctx context.Context, id string) (ledger.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, ledgerTime)
	defer cancel()
	entry, err := g.entry(ctx, id)
	if err != nil {
		return ledger.Receipt{}, err
	}
	r, err := g.log.Receipt(ctx, entry)
	if errors.Is(err, consent.ErrErased) {
		err = centre.ErrNoRecord
	}
	return r, err
}

// entry finds an entry, be it on its way to the store or there.
func (g *Guard) entry(ctx context.Context, id string) (consent.Entry, error) {
	if entry, waiting := g.spool.Entry(id); waiting {
		return entry, nil
	}
	entry, err := g.config.Store.Entry(ctx, id)
	if errors.Is(err, consent.ErrNoEntry) {
		err = centre.ErrNoRecord
	}
	return entry, err
}
