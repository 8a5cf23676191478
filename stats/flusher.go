package stats

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Outbox takes batches: the spool, or a store through [Direct]. A nil error means that the batch is
// safe and need not come again. After an error the same batch, with the same Seq, comes again.
type Outbox interface {
	Put(ctx context.Context, b Batch) error
}

// Direct returns an Outbox that merges batches into sink at once.
func Direct(sink Sink) Outbox { return direct{sink} }

type direct struct{ sink Sink }

func (d direct) Put(ctx context.Context, b Batch) error {
	_, err := d.sink.Merge(ctx, b)
	return err
}

// FlusherOptions are the options of a [Flusher].
type FlusherOptions struct {
	Zone     *time.Location   // of the site. Default UTC
	Interval time.Duration    // between flushes. Default 1 s
	Grace    time.Duration    // after midnight until the day before ends. Default 1 h
	Timeout  time.Duration    // of one Put. Default 10 s
	Now      func() time.Time // Default time.Now
	Log      *slog.Logger     // Default slog.Default()
}

func (o FlusherOptions) withDefaults() FlusherOptions {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Interval <= 0 {
		o.Interval = time.Second
	}
	if o.Grace <= 0 {
		o.Grace = time.Hour
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Flusher hands over what an [Aggregator] has counted, again and again. While the outbox fails, what
// is counted stays in the aggregator, within its caps, and the batch that failed is offered again.
type Flusher struct {
	aggregator *Aggregator
	outbox     Outbox
	options    FlusherOptions

	mu     sync.Mutex // held for a whole flush: flushes never overlap
	hour   time.Time  // in which rows last left
	faults int64
	failed bool // the last Put failed: it has been logged

	stop chan struct{}
	done chan struct{}
	once sync.Once
}

// NewFlusher returns a Flusher that has not started.
func NewFlusher(a *Aggregator, out Outbox, o FlusherOptions) *Flusher {
	o = o.withDefaults()
	return &Flusher{
		aggregator: a, outbox: out, options: o, hour: hourOf(o.Now(), o.Zone),
		stop: make(chan struct{}), done: make(chan struct{}),
	}
}

// Start begins flushing in the background, until Shutdown. It must be called at most once.
func (f *Flusher) Start() {
	go func() {
		defer close(f.done)
		ticker := time.NewTicker(f.options.Interval)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				_ = f.Flush(context.Background()) // logged and counted there
			case <-f.stop:
				return
			}
		}
	}()
}

// Shutdown stops the background flushes of a started Flusher and flushes once more. Rows that must not
// leave yet stay in the aggregator: see [Aggregator.Snapshot].
func (f *Flusher) Shutdown(ctx context.Context) error {
	f.once.Do(func() { close(f.stop) })
	select {
	case <-f.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	return f.Flush(ctx)
}

// Flush hands over what may leave now. It returns the outbox's error; nothing is lost by it.
func (f *Flusher) Flush(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.options.Now()
	today, _ := visit.DayOf(now.Add(-f.options.Grace), f.options.Zone)
	f.aggregator.EndDays(today)
	if _, waits := f.aggregator.Outgoing(); waits {
		f.aggregator.Gather()
		if err := f.deliver(ctx); err != nil {
			return err
		}
	}
	moment := Running
	if hour := hourOf(now, f.options.Zone); !hour.Equal(f.hour) {
		moment, f.hour = HourOver, hour
	}
	f.aggregator.Cut(moment)
	return f.deliver(ctx)
}

func (f *Flusher) deliver(ctx context.Context) error {
	for {
		b, ok := f.aggregator.Outgoing()
		if !ok {
			return nil
		}
		if err := f.put(ctx, b); err != nil {
			f.fault(err)
			return err
		}
		f.aggregator.Delivered(b)
		f.failed = false
	}
}

func (f *Flusher) put(ctx context.Context, b Batch) error {
	ctx, cancel := context.WithTimeout(ctx, f.options.Timeout)
	defer cancel()
	return f.outbox.Put(ctx, b)
}

// fault counts err, and logs it unless the flush before failed too.
func (f *Flusher) fault(err error) {
	f.faults++
	if f.failed || errors.Is(err, context.Canceled) {
		return
	}
	f.failed = true
	f.options.Log.Error("stats: a batch could not be handed over; it is kept and offered again", "error", err)
}

// Faults returns how often the outbox failed.
func (f *Flusher) Faults() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.faults
}

// hourOf returns the beginning of the hour of t in zone.
func hourOf(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return t.Add(-time.Duration(t.Minute())*time.Minute - time.Duration(t.Second())*time.Second - time.Duration(t.Nanosecond()))
}
