package peers

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/kelisim/kelisim/visit"
)

// take takes in what another process said. Its sender is one of the site's, and may be said again by whoever has the line.
func (v *Visitors) take(ctx context.Context, m Message) {
	o := v.others[m.From]
	if o == nil {
		if len(v.others) >= maxOthers {
			return
		}
		o = &other{}
		v.others[m.From] = o
		v.counts.others.Store(int64(len(v.others)))
	}
	o.heard = v.ticks
	latest := m.Seq > o.seq
	o.seq = max(o.seq, m.Seq)
	w := words{data: m.Body}
	switch w.byte() {
	case kindBeat:
		if latest {
			v.takeBeat(o, &w)
		}
	case kindHello:
		v.offer(ctx, m.From, &w)
	case kindOffer:
		v.takeOffer(ctx, o, m.From, &w)
	case kindFetch:
		if to := w.id(); w.ended() && to == v.topic.Self() {
			v.answers.start(v, m.From)
		}
	case kindPart:
		v.takePart(o, &m, &w)
	case kindAnswer, kindEnd:
		v.takeAnswer(&m, w.data)
	}
}

func (v *Visitors) takeBeat(o *other, w *words) {
	b, ok := w.beat()
	if !ok {
		return
	}
	v.told(o, b.parts)
	o.leaving, o.complete = b.leaving, b.complete
	own := map[visit.Day]claim{}
	for _, s := range v.o.Anonymiser.Seeds() {
		own[s.Day] = claim{s.Day, s.Born, s.ID()}
	}
	today := v.o.Anonymiser.Today(v.o.Now())
	for _, c := range b.seeds {
		mine, ok := own[c.day]
		switch {
		case c.day < today || ok && mine.id == c.id:
		case !ok || c.before(&mine):
			v.strange = true
		default:
			v.soon = true // it is to hear of ours
		}
	}
}

// told follows how many parts another has told: where some did not come, everything is asked for.
func (v *Visitors) told(o *other, parts uint64) {
	if parts > o.parts {
		o.parts, v.missing = parts, true
	}
}

// offer hands the seeds to one who said hello, under a key that only the two of them ever have.
func (v *Visitors) offer(ctx context.Context, to ID, w *words) {
	hello := w.take(halfSize)
	if !w.ended() {
		return
	}
	own, err := newHandover()
	if err != nil {
		return
	}
	key, err := own.with(hello, hello, own.public(), v.o.Secret)
	if err != nil {
		return // no half of anything
	}
	head := append(append(append([]byte{kindOffer}, to[:]...), own.public()...), flag(!v.missing))
	head = binary.BigEndian.AppendUint64(head, v.parts)
	body := key.Seal(head, nil, appendSeeds(nil, v.o.Anonymiser.Seeds()), head)
	v.say(ctx, body)
	v.soon = true
}

func flag(b bool) byte {
	if b {
		return 1
	}
	return 0
}

func (v *Visitors) takeOffer(ctx context.Context, o *other, from ID, w *words) {
	whole := w.data
	to, public := w.id(), w.take(halfSize)
	o.complete = w.byte() == 1
	v.told(o, w.uint64())
	if w.failed || to != v.topic.Self() || v.hello.half == nil {
		return
	}
	key, err := v.hello.with(public, v.hello.public(), public, v.o.Secret)
	if err != nil {
		return
	}
	head := append([]byte{kindOffer}, whole[:len(whole)-len(w.data)]...)
	plain, err := key.Open(nil, nil, w.data, head)
	if err != nil {
		return // to an earlier hello
	}
	sealed := words{data: plain}
	if seeds, ok := sealed.seeds(); ok {
		v.adopt(seeds)
	}
	if v.missing && v.fetching == nil && (o.complete || v.tries > 1) && o.useless <= v.ticks {
		v.fetching = &fetching{from: from, last: v.ticks}
		v.say(ctx, append([]byte{kindFetch}, from[:]...))
	}
}

// adopt takes over seeds that stand before the own ones.
func (v *Visitors) adopt(seeds []visit.Seed) {
	v.strange = false
	for _, seed := range seeds {
		lost, err := v.o.Anonymiser.Adopt(seed, v.o.Now())
		if err != nil {
			v.fault("take over the seed of a day", err)
		}
		if lost > 0 {
			v.counts.losses.Add(lost)
			v.o.Lost(lost)
			v.missing = true
		}
	}
	v.keys.fill(v.o.Anonymiser.Seeds())
	v.soon = true
	if !v.missing {
		v.tries = 0
	}
}

func (v *Visitors) takePart(o *other, m *Message, w *words) {
	seed, number := w.seedID(), w.uint64()
	if w.failed {
		return
	}
	if number == o.parts+1 {
		o.parts = number
	}
	v.told(o, number)
	v.hear(drawer{seed, m.From}, m.Body[:len(m.Body)-len(w.data)], w.data)
}

// hear opens a part and takes it in.
func (v *Visitors) hear(d drawer, head, sealed []byte) {
	part, err := v.keys.open(d, head, sealed)
	switch {
	case errors.Is(err, errSeed):
		v.counts.foreign.Add(1)
		v.missing, v.strange = true, true
		return
	case err != nil:
		v.counts.refused.Add(1)
		return
	}
	refused, err := v.o.Anonymiser.Hear(part, v.o.Now())
	if err != nil {
		refused = 1
	}
	v.counts.refused.Add(int64(refused))
	v.counts.heard.Add(1)
}
