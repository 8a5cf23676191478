package logimport

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// print is a running hash of what is counted of the lines: nothing of a visitor goes into it.
type print struct {
	hash  hash.Hash
	lines int
	name  [sha256.Size]byte // after the first line
	buf   []byte
}

func newPrint() print { return print{hash: sha256.New()} }

func (p *print) add(l *visit.LogLine, pv *visit.Pageview) {
	p.buf = binary.AppendVarint(p.buf[:0], l.Time.Unix())
	p.buf = binary.AppendVarint(p.buf, int64(l.Status))
	p.buf = binary.AppendVarint(p.buf, l.Bytes)
	p.buf = append(p.buf, pv.Path...)
	p.hash.Write(append(p.buf, 0))
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
	return "import-" + base64.RawURLEncoding.EncodeToString(p.name[:15])
}

// mark says how far a file was counted.
type mark struct {
	lines   int64
	print   [sha256.Size]byte // of those lines
	options [8]byte           // with which they were counted
	endings []int64           // lines at which the file ended when it was counted, in order
}

var errMark = errors.New("logimport: the store holds a mark that cannot be read: was it written by a newer version?")

const markVersion = 1

// ends reports whether the file ended behind the given line when it was counted before.
func (m *mark) ends(line int64) bool {
	_, found := slices.BinarySearch(m.endings, line)
	return found
}

func (m *mark) bytes() ([]byte, error) {
	out := binary.AppendUvarint([]byte{markVersion}, uint64(m.lines))
	out = append(out, m.print[:]...)
	out = append(out, m.options[:]...)
	last := int64(0)
	for _, line := range m.endings {
		out = binary.AppendUvarint(out, uint64(line-last))
		last = line
	}
	if len(out) > stats.MaxMark {
		return nil, fmt.Errorf("logimport: the log was counted in %d pieces, more than can be kept: begin a new file", len(m.endings))
	}
	return out, nil
}

func parseMark(b []byte) (m mark, err error) {
	if len(b) == 0 || b[0] != markVersion {
		return m, errMark
	}
	lines, n := binary.Uvarint(b[1:])
	if n <= 0 || lines > 1<<62 {
		return m, errMark
	}
	b = b[1+n:]
	if len(b) < len(m.print)+len(m.options) {
		return m, errMark
	}
	m.lines = int64(lines)
	b = b[copy(m.print[:], b):]
	b = b[copy(m.options[:], b):]
	for last := int64(0); len(b) > 0; {
		step, n := binary.Uvarint(b)
		if n <= 0 || step == 0 || step > 1<<40 {
			return m, errMark
		}
		last += int64(step)
		m.endings, b = append(m.endings, last), b[n:]
	}
	return m, nil
}

// digest stands for the options on which the counts depend.
func (im *run) digest() (d [8]byte) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s|%d|%d|%s|%q|%d", im.options.Zone, im.options.Floors.Person, im.options.Floors.Open, im.options.Host, im.options.Tags, Chunk))
	copy(d[:], sum[:])
	return d
}
