package logimport

import (
	"io"
	"time"

	"github.com/kelisim/kelisim/internal/goatcounter"
)

// maxBegins is how much of a file is read to learn when it begins, bytes.
const maxBegins = 1 << 20

// Begins returns the time of the first line of r that can be read, by which the files of one [Import] are put in order; the
// zero time where there is none within a megabyte. Faults of r are left to whoever counts it.
func Begins(r io.Reader, f Format) time.Time {
	r = io.LimitReader(r, maxBegins)
	if f == GoatCounter {
		r = goatcounter.Lines(r)
	}
	l, parse := newLines(r), f.parser()
	for {
		line, _, err := l.next()
		if err != nil {
			return time.Time{}
		}
		if e, err := parse(line); err == nil {
			return e.Time
		}
	}
}
