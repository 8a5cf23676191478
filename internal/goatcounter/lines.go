package goatcounter

import "io"

// Lines returns r with every record on a line of its own: line breaks within quotes become spaces. A quote
// that does not end within [MaxLine] bytes holds nothing together, so that one broken record costs no others
// beyond it.
func Lines(r io.Reader) io.Reader { return &joiner{reader: r} }

type joiner struct {
	reader io.Reader
	inside bool
	length int // of what is quoted so far, bytes
}

// Read implements io.Reader.
func (j *joiner) Read(p []byte) (int, error) {
	n, err := j.reader.Read(p)
	for i, c := range p[:n] {
		switch {
		case c == '"':
			j.inside, j.length = !j.inside, 0
		case !j.inside:
		case j.length > MaxLine:
			j.inside = false
		case c == '\n' || c == '\r':
			p[i] = ' '
		}
		j.length++
	}
	return n, err
}
