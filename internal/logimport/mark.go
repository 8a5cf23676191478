package logimport

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// print is a running hash of the lines: nothing that a visitor sent goes into it.
type print struct {
	hash  hash.Hash
	lines int64
	name  [sha256.Size]byte // after the first line
	buf   []byte
}

func newPrint() print { return print{hash: sha256.New()} }

func (p *print) add(l *visit.LogLine) {
	p.buf = binary.AppendVarint(p.buf[:0], l.Time.Unix())
	p.buf = binary.AppendVarint(p.buf, int64(l.Status))
	p.buf = binary.AppendVarint(p.buf, l.Bytes)
	p.hash.Write(p.buf)
	if p.lines++; p.lines == 1 {
		p.name = p.sum()
	}
}

// sum is the hash of the lines so far.
func (p *print) sum() (sum [sha256.Size]byte) {
	p.hash.Sum(sum[:0])
	return sum
}

// instance names the file by its first line.
func (p *print) instance() string {
	return prefix + base64.RawURLEncoding.EncodeToString(p.name[:15])
}

// mark says how far a file was counted.
type mark struct {
	lines   int64
	print   [sha256.Size]byte // of those lines
	options [8]byte           // with which they were counted
	ending  ending
	first   stats.Day // whose lines were counted; 0 is no bound
}

// ending is where a file ended when it was counted last.
type ending struct {
	line int64  // 0: it was not counted to its end yet
	seq  uint64 // of the batch that was cut there
}

var errMark = errors.New("logimport: the store holds a mark that cannot be read: was it written by a newer version?")

// markVersion 1 had no first day.
const markVersion = 2

func (m mark) bytes() []byte {
	out := binary.AppendUvarint([]byte{markVersion}, uint64(m.lines))
	out = append(out, m.print[:]...)
	out = append(out, m.options[:]...)
	out = binary.AppendUvarint(out, uint64(m.ending.line))
	out = binary.AppendUvarint(out, m.ending.seq)
	return binary.AppendVarint(out, int64(m.first))
}

func parseMark(b []byte) (m mark, err error) {
	if len(b) == 0 || b[0] < 1 || b[0] > markVersion {
		return m, errMark
	}
	version := b[0]
	lines, b, ok := uvarint(b[1:])
	if !ok || len(b) < len(m.print)+len(m.options) {
		return m, errMark
	}
	b = b[copy(m.print[:], b):]
	b = b[copy(m.options[:], b):]
	end, b, okEnd := uvarint(b)
	seq, b, okSeq := uvarint(b)
	if version > 1 {
		first, n := binary.Varint(b)
		if n <= 0 {
			return m, errMark
		}
		m.first, b = stats.Day(first), b[n:]
	}
	if !okEnd || !okSeq || len(b) > 0 || end > lines {
		return m, errMark
	}
	m.lines, m.ending = int64(lines), ending{line: int64(end), seq: seq}
	return m, nil
}

func uvarint(b []byte) (uint64, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > 1<<62 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// digest stands for the options on which the counts depend.
func (im *run) digest() (d [8]byte) {
	o := &im.options
	text := fmt.Appendf(nil, "%s|%d|%d|%q|%q|%d", o.Zone, max(o.Floors.Person, 0), max(o.Floors.Open, 0), o.Host, o.Tags, Chunk)
	if o.Format != AccessLog {
		text = fmt.Appendf(text, "|%d", o.Format)
	}
	sum := sha256.Sum256(text)
	copy(d[:], sum[:])
	return d
}
