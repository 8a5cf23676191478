package gate

import (
	"bytes"
	"strconv"
)

// maxLine is how much of a line is held until it ends. Of a longer one the name decides, if it is known
// by then; if not, the line is dropped.
const maxLine = 16 << 10

// headBlock filters the Set-Cookie lines of a response that a handler writes by hand, up to the empty line
// that ends its header. Interim responses (RFC 9110 section 15.2) may come before. As browsers do, it takes
// a lone CR or LF for the end of a line and only an LF, CR or not, for that of the block. What does not
// begin like HTTP, empty lines apart, is no response, and passes.
type headBlock struct {
	plan Plan
	seen int

	line    []byte // not yet ended
	out     []byte
	rest    fate // of the current line, where it is longer than maxLine
	cr      bool // the last byte was a CR
	lf      bool // the line before ended with an LF
	started bool // the status line has been read
	cookie  bool // the field before was a Set-Cookie: its continuations are dropped
	status  int
	done    bool
}

type fate uint8

const (
	undecided fate = iota
	keep
	drop
)

// feed returns what may go out of p and of what was held before. The result is valid until the next
// call.
func (b *headBlock) feed(p []byte) []byte {
	b.out = b.out[:0]
	for i, c := range p {
		if b.cr && c != '\n' {
			b.endLine(false)
		}
		b.add(c)
		if b.done {
			return append(b.out, p[i+1:]...)
		}
	}
	return b.out
}

func (b *headBlock) add(c byte) {
	b.cr = c == '\r'
	switch b.rest {
	case keep:
		b.out = append(b.out, c)
	case undecided:
		b.line = append(b.line, c)
	}
	switch {
	case c == '\n':
		b.endLine(true)
	case b.rest != undecided || b.cr:
	case !b.started && !isHTTP(b.line):
		b.flush(true)
		b.done = true
	case len(b.line) >= maxLine:
		b.cut()
	}
}

// cut decides about a line that is too long to hold.
func (b *headBlock) cut() {
	b.rest = drop
	if name, _, ok := field(b.line); ok && !isSetCookie(name) && (!b.cookie || !isFolded(b.line)) {
		b.rest = keep
	}
	b.cookie = b.rest == drop
	b.flush(b.rest == keep)
}

func (b *headBlock) endLine(lf bool) {
	b.cr = false
	ended := b.lf && lf
	b.lf = lf
	if b.rest != undecided {
		b.rest = undecided
		return
	}
	text := bytes.TrimRight(b.line, "\r\n")
	switch {
	case !b.started:
		b.started, b.status = len(bytes.TrimLeft(text, "\t ")) > 0, status(text)
		b.flush(true)
	case len(text) == 0:
		b.flush(true)
		if ended {
			b.end()
		}
	default:
		b.flush(b.passes(text))
	}
}

// end is behind the empty line of a header.
func (b *headBlock) end() {
	if b.status >= 100 && b.status <= 199 && b.status != 101 {
		b.started, b.lf, b.cookie = false, false, false
		return
	}
	b.done = true
}

// passes decides about a whole line. A continuation of a Set-Cookie is dropped even where the line
// itself is kept: it could turn a deletion into a cookie.
func (b *headBlock) passes(text []byte) bool {
	name, value, ok := field(text)
	is := ok && isSetCookie(name)
	switch {
	case isFolded(text):
		return !b.cookie && !is
	case !is:
		b.cookie = false
		return true
	}
	b.cookie = true
	allow, _ := b.plan.decide(value, &b.seen)
	if b.status >= 100 && b.status <= 199 && b.status != 101 {
		return false
	}
	return allow
}

func (b *headBlock) flush(keep bool) {
	if keep {
		b.out = append(b.out, b.line...)
	}
	b.line = b.line[:0]
}

// field splits a header line; browsers forgive white space around the name.
func field(line []byte) (name, value string, ok bool) {
	n, v, ok := bytes.Cut(line, []byte(":"))
	return string(bytes.Trim(n, " \t")), string(bytes.Trim(v, " \t")), ok
}

func isFolded(line []byte) bool { return len(line) > 0 && (line[0] == ' ' || line[0] == '\t') }

// isHTTP reports whether line may become a status line. Browsers forgive what stands before it.
func isHTTP(line []byte) bool {
	const version = "http/"
	line = bytes.TrimLeft(line, "\r\n\t ")
	n := min(len(line), len(version))
	return bytes.EqualFold(line[:n], []byte(version)[:n])
}

// status reads the code of a status line; 0 if there is none.
func status(line []byte) int {
	_, rest, _ := bytes.Cut(bytes.TrimLeft(line, "\t "), []byte(" "))
	code, _, _ := bytes.Cut(rest, []byte(" "))
	n, err := strconv.Atoi(string(code))
	if err != nil {
		return 0
	}
	return n
}
