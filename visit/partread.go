package visit

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unicode/utf8"
)

// ErrPart is returned for bytes that are no part, or one of another time.
var ErrPart = errors.New("visit: not a part of what a tracker holds")

// MaxPart is the size in bytes above which parts are refused.
const MaxPart = 64 << 10

// part is what was read.
type part struct {
	day    Day
	plan   [8]byte
	seen   []toldSeen
	visits []toldVisit
	firsts []uint64
	asked  []mark
}

// partReader reads a part. Whatever is wrong, it fails as a whole.
type partReader struct {
	data   []byte
	failed bool
	shared func(string) string // interns
}

// readPart decodes data. Nothing of it is kept but through shared.
func readPart(data []byte, shared func(string) string) (p part, err error) {
	r := partReader{data: data, shared: shared}
	if len(data) > MaxPart || r.byte() != partVersion {
		return part{}, ErrPart
	}
	p.day = r.day()
	copy(p.plan[:], r.take(len(p.plan)))
	table := make([]string, r.length(1))
	for i := range table {
		table[i] = r.string()
	}
	p.seen = make([]toldSeen, r.length(25))
	for i := range p.seen {
		p.seen[i] = r.seen()
	}
	p.visits = make([]toldVisit, r.length(53))
	for i := range p.visits {
		p.visits[i] = toldVisit{r.seen(), r.visit(table)}
	}
	p.firsts = make([]uint64, r.length(8))
	for i := range p.firsts {
		p.firsts[i] = printOf(r.uint64())
	}
	p.asked = make([]mark, r.length(9))
	for i := range p.asked {
		p.asked[i] = r.mark()
	}
	if r.failed || len(r.data) > 0 {
		return part{}, ErrPart
	}
	return p, nil
}

func (r *partReader) fail() { r.failed, r.data = true, nil }

func (r *partReader) take(n int) []byte {
	if n > len(r.data) {
		r.fail()
		return make([]byte, min(n, 16))
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *partReader) byte() byte     { return r.take(1)[0] }
func (r *partReader) uint64() uint64 { return binary.BigEndian.Uint64(r.take(8)) }

func (r *partReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return v
}

func (r *partReader) varint() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return v
}

// length reads the number of things that take at least each bytes: there are no more than there is room for.
func (r *partReader) length(each int) int {
	n := r.uvarint()
	if n > uint64(len(r.data)/each) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *partReader) day() Day {
	n := r.varint()
	if n < math.MinInt32/2 || n > math.MaxInt32/2 {
		r.fail()
	}
	return Day(n)
}

func (r *partReader) string() string {
	n := r.uvarint()
	if n > maxTold {
		r.fail()
		return ""
	}
	s := string(r.take(int(n)))
	if r.failed || !utf8.ValidString(s) {
		r.fail()
		return ""
	}
	return r.shared(s)
}

func (r *partReader) mark() mark {
	m := mark{r.byte(), r.uint64()}
	if m.shard >= trackerShards {
		r.fail()
	}
	return m
}

func (r *partReader) seen() toldSeen {
	return toldSeen{r.mark(), pageSet{r.uint64(), r.uint64()}}
}

// maxSecond is beyond every time that a visit may have.
const maxSecond = 1 << 40

func (r *partReader) visit(table []string) (v openVisit) {
	v.last, v.first, v.told = r.varint(), r.varint(), r.varint()
	v.pathDay, v.startDay = r.day(), r.day()
	views := r.varint()
	v.views, v.startHour, v.lot = int32(views), r.byte(), r.byte()
	for _, s := range [...]*string{&v.path, &v.source, &v.channel, &v.campaign} {
		if n := r.uvarint(); n < uint64(len(table)) {
			*s = table[n]
		} else {
			r.fail()
		}
	}
	v.progress.goals = r.uint64()
	copy(v.progress.steps[:], r.take(len(v.progress.steps)))
	if views < 1 || views > 1<<30 || v.startHour > 23 || v.lot >= lots || v.first > v.last || v.last > maxSecond || v.first < -maxSecond || v.told > maxSecond || v.told < 0 {
		r.fail()
	}
	for _, step := range v.progress.steps {
		if step > MaxSteps {
			r.fail()
		}
	}
	return v
}

// timely reports whether p is of a day that may be open at now, by a clock that may be some minutes off.
func (p *part) timely(now time.Time, zone *time.Location) bool {
	const off = 10 * time.Minute
	first, _ := DayOf(now.Add(-off), zone)
	last, _ := DayOf(now.Add(off), zone)
	return p.day >= first-1 && p.day <= last
}
