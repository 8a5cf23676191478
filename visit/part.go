package visit

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
)

// A part is some of what a [Tracker] holds of one day, for other processes of the site: who was seen, as fingerprints of
// keys, and open visits. It is personal as long as the seed of its day lives, and must be sealed under it.
//
//	version, day, mark of the plan
//	strings: number, then length and bytes of each
//	seen:    number, then shard and fingerprint of each, with the lot in it, and the pages that they have seen
//	visits:  number, then shard, fingerprint, the same pages and state of each; whoever has one was seen
//	firsts:  number, then fingerprint of each
//	asked:   number, then the same of each who asked for something and has viewed no page
const partVersion = 4

// MinPart is the least size in bytes that parts can be asked for.
const MinPart = 16 << 10

// maxTold bounds a string in a part.
const maxTold = 512

// mark is a visitor in a part: the second half of the key, or a cell of a [keySet].
type mark struct {
	shard uint8
	id    uint64
}

// toldSeen is somebody who viewed pages, in a part.
type toldSeen struct {
	mark
	pages pageSet
}

// toldVisit is an open visit in a part.
type toldVisit struct {
	toldSeen
	openVisit
}

// partWriter collects what is to be told of one day into parts of bounded size.
type partWriter struct {
	day  Day
	plan [8]byte
	size int
	emit func(part []byte) bool // false: no more

	index                                  map[string]uint64
	table, seen, visits, firsts, asked     []byte
	numSeen, numVisits, numFirst, numAsked uint64
	over                                   bool
}

// room flushes where an entry of n bytes might not fit.
func (w *partWriter) room(n int) bool {
	if len(w.table)+len(w.seen)+len(w.visits)+len(w.firsts)+len(w.asked)+n > w.size-64 {
		w.flush()
	}
	return !w.over
}

func (w *partWriter) addSeen(m toldSeen) {
	if w.room(25) {
		w.seen = m.append(w.seen)
		w.numSeen++
	}
}

func (w *partWriter) addAsked(m mark) {
	if w.room(9) {
		w.asked = m.append(w.asked)
		w.numAsked++
	}
}

func (w *partWriter) addFirst(print uint64) {
	if w.room(8) {
		w.firsts = binary.BigEndian.AppendUint64(w.firsts, print)
		w.numFirst++
	}
}

func (m mark) append(out []byte) []byte {
	return binary.BigEndian.AppendUint64(append(out, m.shard), m.id)
}

func (m *toldSeen) append(out []byte) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(m.mark.append(out), m.pages[0]), m.pages[1])
}

func (w *partWriter) addVisit(v *toldVisit) {
	if !w.room(144 + 4*(maxTold+4)) {
		return
	}
	out := v.append(w.visits)
	for _, n := range [...]int64{v.last, v.first, v.told, int64(v.pathDay), int64(v.startDay), int64(v.views)} {
		out = binary.AppendVarint(out, n)
	}
	out = append(out, v.startHour, v.lot)
	for _, s := range [...]string{v.path, v.source, v.channel, v.campaign} {
		out = binary.AppendUvarint(out, w.string(s))
	}
	out = binary.BigEndian.AppendUint64(out, v.progress.goals)
	out = append(out, v.progress.steps[:]...)
	w.visits = out
	w.numVisits++
}

// string returns the number of s in the table of the part.
func (w *partWriter) string(s string) uint64 {
	if n, ok := w.index[s]; ok {
		return n
	}
	if w.index == nil {
		w.index = make(map[string]uint64)
	}
	n := uint64(len(w.index))
	w.index[s] = n
	w.table = append(binary.AppendUvarint(w.table, uint64(len(s))), s...)
	return n
}

// flush hands over what was collected, if there is anything.
func (w *partWriter) flush() {
	if w.numSeen+w.numVisits+w.numFirst+w.numAsked == 0 {
		return
	}
	out := append(make([]byte, 0, len(w.table)+len(w.seen)+len(w.visits)+len(w.firsts)+len(w.asked)+64), partVersion)
	out = append(binary.AppendVarint(out, int64(w.day)), w.plan[:]...)
	out = append(binary.AppendUvarint(out, uint64(len(w.index))), w.table...)
	out = append(binary.AppendUvarint(out, w.numSeen), w.seen...)
	out = append(binary.AppendUvarint(out, w.numVisits), w.visits...)
	out = append(binary.AppendUvarint(out, w.numFirst), w.firsts...)
	out = append(binary.AppendUvarint(out, w.numAsked), w.asked...)
	w.over = w.over || !w.emit(out)
	clear(w.index)
	w.table, w.seen, w.visits, w.firsts, w.asked = w.table[:0], w.seen[:0], w.visits[:0], w.firsts[:0], w.asked[:0]
	w.numSeen, w.numVisits, w.numFirst, w.numAsked = 0, 0, 0, 0
}

// mark tells plans apart: what a visit has reached means something under the same goals and funnels only.
func (p *Plan) mark() (sum [8]byte) {
	h := sha256.New()
	for _, g := range p.Goals() {
		g.mark(h, "goal "+g.Name)
	}
	for _, f := range p.Funnels() {
		for _, aim := range f.Steps {
			aim.mark(h, "funnel "+f.Name)
		}
	}
	return [8]byte(h.Sum(nil))
}

func (a Aim) mark(h hash.Hash, of string) { fmt.Fprintf(h, "%q %q %q\n", of, a.Page, a.Event) }
