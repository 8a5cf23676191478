package peers

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/kelisim/kelisim/visit"
)

func (v *Visitors) run(ctx context.Context) {
	defer v.answers.stop()
	tick := v.o.Tick
	if tick == nil {
		ticker := time.NewTicker(tickEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-v.lines:
			v.line(ctx, err)
		case m := <-v.inbox:
			v.take(ctx, m)
		case order := <-v.orders:
			order()
		case <-tick:
			v.tick(ctx)
		}
	}
}

// line follows whether others can be heard. Whatever was said while they could not must be asked for.
func (v *Visitors) line(ctx context.Context, err error) {
	v.up = err == nil
	v.counts.up.Store(v.up)
	if err != nil {
		v.fault("count visitors together with other processes", err)
		return
	}
	v.missing, v.tries = true, 0
	v.ask(ctx)
	v.beat(ctx)
}

// tick does what is due.
func (v *Visitors) tick(ctx context.Context) {
	v.ticks++
	for id, o := range v.others {
		if !v.up {
			o.heard = v.ticks // nobody can be heard
		} else if v.ticks-o.heard > deadAfter {
			delete(v.others, id)
		}
	}
	if v.ticks%beatEvery == 1 {
		if err := v.o.Anonymiser.Prepare(v.o.Now()); err != nil {
			v.fault("draw the seed of a day", err)
		}
		if v.stands {
			v.o.Anonymiser.Stand(v.o.Now())
		}
	}
	v.keys.fill(v.o.Anonymiser.Seeds())
	v.tell(ctx)
	if v.ticks%beatEvery == 1 || v.soon {
		v.beat(ctx)
	}
	v.catchUp(ctx)
	v.counts.others.Store(int64(len(v.others)))
	v.counts.complete.Store(!v.missing)
}

// tell tells what changed since the last time. Where there are no others it is not told: who comes later asks for
// everything. While the line is away it waits, and where too much would wait, everything is told afterwards.
func (v *Visitors) tell(ctx context.Context) {
	v.o.Anonymiser.Changes(partSize, func(day visit.Day, part []byte) { v.pending = append(v.pending, bundle{day, part}) })
	if len(v.others) == 0 && v.up {
		v.parts += uint64(len(v.pending))
		v.pending = nil
	}
	if n := len(v.pending) - maxPending; n > 0 {
		v.pending, v.behind = v.pending[n:], true
		v.counts.overflow.Add(int64(n))
	}
	for v.up && len(v.pending) > 0 && v.tellOne(ctx, v.pending[0]) {
		v.pending = v.pending[1:]
	}
	if len(v.pending) == 0 && v.behind && v.up {
		v.behind = !v.answers.start(v, ID{})
	}
}

// tellOne reports whether b is done with.
func (v *Visitors) tellOne(ctx context.Context, b bundle) bool {
	seed, ok := v.keys.of(b.day)
	if !ok {
		return true // the day is closed
	}
	head := binary.BigEndian.AppendUint64(append([]byte{kindPart}, seed[:]...), v.parts+1)
	body, err := v.keys.seal(drawer{seed, v.topic.Self()}, head, b.data)
	if err != nil {
		return true
	}
	if !v.say(ctx, body) {
		return false
	}
	v.parts++
	v.counts.parts.Add(1)
	return true
}

// say tells a message to all.
func (v *Visitors) say(ctx context.Context, body []byte) bool {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	if err := v.topic.Tell(ctx, body); err != nil {
		v.fault("tell other processes of visitors", err)
		return false
	}
	return true
}

func (v *Visitors) beat(ctx context.Context) {
	b := beat{leaving: v.leaving, complete: !v.missing, parts: v.parts}
	for _, s := range v.o.Anonymiser.Seeds() {
		b.seeds = append(b.seeds, claim{s.Day, s.Born, s.ID()})
	}
	v.soon = v.up && !v.say(ctx, b.append(nil))
}

// catchUp asks for what is missing: seeds, or everything that is known of the day.
func (v *Visitors) catchUp(ctx context.Context) {
	if f := v.fetching; f != nil && v.ticks-f.last > stallAfter {
		if o := v.others[f.from]; o != nil {
			o.useless = v.ticks + deadAfter
		}
		v.fetching = nil
	}
	if !v.up || v.fetching != nil || !v.missing && !v.strange || v.ticks-v.asked < askAgain {
		return
	}
	if v.tries < maxAsked && (v.tries == 0 || len(v.others) > 0) {
		v.ask(ctx)
		return
	}
	for _, o := range v.others {
		if o.complete && v.missing { // it was asked in vain, and is again
			v.counts.partial.Add(1)
			v.strange, v.tries, v.asked = false, 0, v.ticks+beatEvery
			v.begin()
			return
		}
	}
	v.settle()
}

// ask says hello to all.
func (v *Visitors) ask(ctx context.Context) {
	var err error
	if v.hello, err = newHandover(); err != nil {
		v.fault("draw a key for other processes", err)
		return
	}
	v.asked = v.ticks
	v.tries++
	v.say(ctx, append([]byte{kindHello}, v.hello.public()...))
}

// settle says that all is known that others know.
func (v *Visitors) settle() {
	v.missing, v.strange, v.tries, v.hello = false, false, 0, handover{}
	v.begin()
}

// begin ends the wait for what others know.
func (v *Visitors) begin() {
	if v.stands {
		return
	}
	v.stands, v.soon = true, true
	v.o.Anonymiser.Stand(v.o.Now())
	close(v.settled)
}
