package peers

import (
	"encoding/binary"

	"github.com/kelisim/kelisim/visit"
)

// Kinds of what is said about visitors. All are sealed for the topic; what is personal is sealed once more under the
// seed of its day, and a seed under a key that two processes agree upon for it.
const (
	kindBeat   = iota + 1 // that one is there: which seeds one has, how many parts one has told
	kindHello             // a public key: who is there, and what are the seeds?
	kindOffer             // to one who said hello: the seeds, and whether one knows the day
	kindFetch             // to one who offered: tell everything
	kindPart              // what changed
	kindAnswer            // to one who asked, or to all: some of everything
	kindEnd               // to one who asked: that was everything, in so many answers
)

// words reads what was said. Once anything is missing, all that follows is zero and failed is set.
type words struct {
	data   []byte
	failed bool
}

func (w *words) take(n int) []byte {
	if n > len(w.data) {
		w.failed, w.data = true, nil
		return make([]byte, n) // n is a small constant
	}
	out := w.data[:n]
	w.data = w.data[n:]
	return out
}

func (w *words) id() ID           { return ID(w.take(len(ID{}))) }
func (w *words) seedID() [8]byte  { return [8]byte(w.take(8)) }
func (w *words) byte() byte       { return w.take(1)[0] }
func (w *words) uint64() uint64   { return binary.BigEndian.Uint64(w.take(8)) }
func (w *words) day() visit.Day   { return visit.Day(int32(binary.BigEndian.Uint32(w.take(4)))) }
func (w *words) ended() (ok bool) { return !w.failed && len(w.data) == 0 }

// beat is what a process says of itself again and again.
type beat struct {
	leaving, complete bool
	parts             uint64 // told so far
	seeds             []claim
}

// claim says that there is a seed for a day, and not which.
type claim struct {
	day  visit.Day
	born int64
	id   [8]byte
}

// before is [visit.Seed.Before] for claims.
func (c *claim) before(o *claim) bool {
	return c.born < o.born || c.born == o.born && string(c.id[:]) < string(o.id[:])
}

const maxClaims = 16

func (b *beat) append(out []byte) []byte {
	flags := byte(0)
	if b.leaving {
		flags |= 1
	}
	if b.complete {
		flags |= 2
	}
	out = binary.BigEndian.AppendUint64(append(out, kindBeat, flags), b.parts)
	for _, c := range b.seeds {
		out = binary.BigEndian.AppendUint32(out, uint32(c.day))
		out = append(binary.BigEndian.AppendUint64(out, uint64(c.born)), c.id[:]...)
	}
	return out
}

func (w *words) beat() (b beat, ok bool) {
	flags := w.byte()
	b.leaving, b.complete, b.parts = flags&1 != 0, flags&2 != 0, w.uint64()
	for len(w.data) > 0 && len(b.seeds) < maxClaims {
		b.seeds = append(b.seeds, claim{w.day(), int64(w.uint64()), w.seedID()})
	}
	return b, w.ended()
}

// appendSeeds writes seeds as they are: they must be sealed.
func appendSeeds(out []byte, seeds []visit.Seed) []byte {
	for _, s := range seeds {
		out = binary.BigEndian.AppendUint32(out, uint32(s.Day))
		out = append(binary.BigEndian.AppendUint64(out, uint64(s.Born)), s.Value[:]...)
	}
	return out
}

func (w *words) seeds() (seeds []visit.Seed, ok bool) {
	for len(w.data) > 0 && len(seeds) < maxClaims {
		seeds = append(seeds, visit.Seed{Day: w.day(), Born: int64(w.uint64()), Value: [32]byte(w.take(32))})
	}
	return seeds, w.ended()
}
