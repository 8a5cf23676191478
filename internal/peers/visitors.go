package peers

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Visitors lets the processes of a site count its visitors together: whoever opens a page at one of them and the next at
// another is one visitor on one visit. They agree on the seed of each day ahead of it, and tell each other some times a
// second who was seen and which visits are open. Whatever cannot be told or heard only means that each counts for itself
// for as long; no request waits for any of it.
//
// Nothing of it rests: seeds and visitors are in the memory of the processes, and what goes over the line is sealed under
// keys that die with the day. So whoever copies the store and every backup, and learns the site's secret, finds no key of
// any visitor to compare with.
type Visitors struct {
	o     VisitorsOptions
	topic *Topic
	keys  cabinet

	inbox   chan Message
	lines   chan error
	orders  chan func()
	cancel  context.CancelFunc
	running sync.WaitGroup
	settled chan struct{} // closed once another's visitors were heard, or nobody is asked any more
	answers answers
	counts  counts

	// What follows belongs to the goroutine that runs.
	ticks    int64
	up       bool
	others   map[ID]*other
	pending  []bundle
	parts    uint64 // told so far
	stands   bool   // whoever had seeds before this one was asked for them
	leaving  bool   // this one has said goodbye
	behind   bool   // some of what changed was never told
	missing  bool   // some of what others told may not have been heard
	strange  bool   // others have seeds that are not known here
	soon     bool   // a beat is due
	asked    int64  // the tick of the last hello
	tries    int
	hello    handover
	fetching *fetching
}

// VisitorsOptions are what is needed to count together. Line, Secret, Anonymiser and Now are required.
type VisitorsOptions struct {
	Line       Line
	Secret     []byte
	Anonymiser *visit.Anonymiser
	Now        func() time.Time
	// Fault is told what went wrong: each kind often. Default: nobody.
	Fault func(what string, err error)
	// Lost is told how many visitors were known under a seed that was given up for another's: they may be counted again.
	// Default: nobody.
	Lost func(visitors int64)
	// Tick is when to tell what changed; all other times are counted in ticks. Default: ten times a second.
	Tick <-chan time.Time
}

// VisitorsFigures account for what was told and heard since the process started.
type VisitorsFigures struct {
	Topic      Figures
	Up         bool  // the line is there
	Complete   bool  // all that others knew was heard, as far as anybody told it
	Others     int   // processes that count together with this one
	Parts      int64 // parts told
	Heard      int64 // parts taken in
	Refused    int64 // parts that could not be taken in, and visitors that found no room
	Foreign    int64 // parts under a seed that is not known here
	Overflow   int64 // parts that waited for the line for too long
	Incomplete int64 // times that nobody told all that had been missed
	Lost       int64 // visitors that were known under a seed that was given up: they may be counted again
}

type counts struct {
	up, complete                                                      atomic.Bool
	others, parts, heard, refused, foreign, overflow, partial, losses atomic.Int64
}

// other is another process, as far as it was heard.
type other struct {
	heard    int64 // tick
	seq      uint64
	parts    uint64
	leaving  bool
	complete bool
	useless  int64 // until this tick: it did not answer
}

// bundle is a part that waits to be told.
type bundle struct {
	day  visit.Day
	data []byte
}

// fetching is the reception of everything from another.
type fetching struct {
	from ID
	got  uint64
	last int64 // the tick of the last answer
}

// Ticks.
const (
	tickEvery  = 100 * time.Millisecond
	beatEvery  = 50  // 5 s
	deadAfter  = 120 // 12 s without a word
	askAgain   = 10
	maxAsked   = 3
	stallAfter = 20
)

// Bounds.
const (
	maxPending = 128 // parts, 8 MiB
	maxOthers  = 256
	tellTime   = time.Second
	partSize   = MaxBody - 256
)

// NewVisitors makes Visitors. The Anonymiser must not have seen a hit yet.
func NewVisitors(o VisitorsOptions) (*Visitors, error) {
	if o.Fault == nil {
		o.Fault = func(string, error) {}
	}
	if o.Lost == nil {
		o.Lost = func(int64) {}
	}
	topic, err := NewTopic(o.Line, o.Secret, "visitors", o.Now)
	if err != nil {
		return nil, err
	}
	o.Anonymiser.Share()
	v := &Visitors{o: o, topic: topic, inbox: make(chan Message, 64), lines: make(chan error, 16), orders: make(chan func()), settled: make(chan struct{}), others: map[ID]*other{}, missing: true}
	v.keys.secret = o.Secret
	return v, nil
}

// Start listens and tells until Stop.
func (v *Visitors) Start() error {
	if err := v.o.Anonymiser.Prepare(v.o.Now()); err != nil {
		return err
	}
	v.keys.fill(v.o.Anonymiser.Seeds())
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	v.running.Go(func() {
		v.topic.Hear(ctx, func(m Message) {
			select {
			case v.inbox <- m:
			case <-ctx.Done():
			}
		}, func(err error) {
			select {
			case v.lines <- err:
			case <-ctx.Done():
			}
		})
	})
	v.running.Go(func() { v.run(ctx) })
	return nil
}

// Join waits until another process has told all that it knows of the day, at most for patience where nobody answers and
// for several times as long where somebody does. It reports whether one has: if not, the day begins with what is known.
func (v *Visitors) Join(patience time.Duration) bool {
	alone, late := time.NewTimer(patience), time.NewTimer(8*patience)
	defer alone.Stop()
	defer late.Stop()
	for {
		select {
		case <-v.settled:
			return v.counts.heard.Load() > 0
		case <-late.C:
			return v.counts.heard.Load() > 0
		case <-alone.C:
			if v.counts.others.Load() == 0 {
				return false
			}
		}
	}
}

// Stop tells the rest and says goodbye. alone reports that nobody is left who knows the day.
func (v *Visitors) Stop(ctx context.Context) (alone bool) {
	done := make(chan bool, 1)
	leave := func() {
		v.answers.stop()
		v.tell(ctx)
		v.leaving = true
		v.beat(ctx)
		done <- v.left() == 0
	}
	defer v.running.Wait()
	defer v.cancel()
	select {
	case v.orders <- leave:
		alone = <-done
	case <-ctx.Done():
		return true
	}
	for range 20 { // those who leave at the same moment
		if alone {
			return true
		}
		select {
		case <-ctx.Done():
			return alone
		case <-time.After(10 * time.Millisecond):
		}
		select {
		case v.orders <- func() { done <- v.left() == 0 }:
			alone = <-done
		case <-ctx.Done():
			return alone
		}
	}
	return alone
}

// left counts the others who stay and know the day.
func (v *Visitors) left() (n int) {
	for _, o := range v.others {
		if !o.leaving && o.complete && v.up {
			n++
		}
	}
	return n
}

// Figures accounts for what was told and heard.
func (v *Visitors) Figures() VisitorsFigures {
	c := &v.counts
	return VisitorsFigures{
		Topic: v.topic.Figures(), Up: c.up.Load(), Complete: c.complete.Load(), Others: int(c.others.Load()), Parts: c.parts.Load(), Heard: c.heard.Load(), Refused: c.refused.Load(),
		Foreign: c.foreign.Load(), Overflow: c.overflow.Load(), Incomplete: c.partial.Load(), Lost: c.losses.Load(),
	}
}

func (v *Visitors) fault(what string, err error) {
	if !errors.Is(err, context.Canceled) {
		v.o.Fault(what, err)
	}
}
