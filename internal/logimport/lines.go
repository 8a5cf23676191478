package logimport

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/kelisim/kelisim/internal/accesslog"
)

// blockSize is how much of a log is read at once, bytes.
const blockSize = 256 << 10

// lines reads lines of any length. Those of a block are parts of one string, so that a line costs no
// allocation; of a line that fills a block only a beginning is kept, too long for [accesslog.Parser].
type lines struct {
	reader io.Reader
	block  []byte
	n      int    // bytes of block that hold the beginning of a line
	text   string // whole lines that were not handed out yet
	err    error  // of the reader
}

func newLines(r io.Reader) *lines { return &lines{reader: r, block: make([]byte, blockSize)} }

// next returns the next line without its line break. ended says that there was one: only the last line
// may lack it. The error is io.EOF behind the last line.
func (l *lines) next() (line string, ended bool, err error) {
	for {
		if line, rest, ok := strings.Cut(l.text, "\n"); ok {
			l.text = rest
			return strings.TrimSuffix(line, "\r"), true, nil
		}
		switch {
		case errors.Is(l.err, io.EOF) && l.n > 0:
			line, l.n = string(l.block[:l.n]), 0
			return line, false, nil
		case l.err != nil:
			return "", false, l.err
		}
		l.fill()
	}
}

// fill reads on until text holds a line.
func (l *lines) fill() {
	for range maxIdle {
		n, err := l.reader.Read(l.block[l.n:])
		l.err = err
		end := bytes.LastIndexByte(l.block[l.n:l.n+n], '\n') + 1
		if end > 0 {
			end += l.n
			l.text = string(l.block[:end])
			l.n = copy(l.block, l.block[end:l.n+n])
			return
		}
		if l.n += n; l.n == len(l.block) {
			l.n = accesslog.MaxLine + 1
		}
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// maxIdle is how often a reader may return nothing.
const maxIdle = 100
