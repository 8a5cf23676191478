package geo

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Format is the first line of a table file. A file is a header of text lines "key: value" that ends
// with an empty line, and then the packed sections, in the order in which the header lists them:
//
//	section: NAME SIZE PACKED
//
// gives the number of bytes unpacked and packed (DEFLATE, RFC 1951). The sections are
//
//	names  one line per value, numbered from 1: country codes or provider names
//	asns   provider tables only: autonomous system numbers in ascending order, as uvarint differences
//	v4len  length of each run, uvarint, in units of /24, adding up to all 2^24
//	v4val  value of each run, uvarint, 0 for none
//	v6len  the same in units of /48, adding up to the 2^45 of 2000::/3
//	v6val
const Format = "kelisim-geo 1"

// maxSection bounds what a section may unpack to.
const maxSection = 16 << 20

var errFormat = errors.New("not a table file of format " + strconv.Quote(Format) + ": make it with go generate ./geo")

type file struct {
	set      Dataset
	sections map[string]section
}

type section struct {
	size   int
	packed []byte
}

func parseFile(data []byte, table string) (file, error) {
	f := file{sections: map[string]section{}}
	head, body, ok := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || lines[0] != Format {
		return f, errFormat
	}
	for _, line := range lines[1:] {
		key, value, _ := strings.Cut(line, ": ")
		if err := f.header(key, value, &body); err != nil {
			return f, err
		}
	}
	if f.set.Table != table {
		return f, fmt.Errorf("this is a %q table", f.set.Table)
	}
	if len(body) != 0 {
		return f, fmt.Errorf("%d bytes after the last section", len(body))
	}
	return f, nil
}

func (f *file) header(key, value string, body *[]byte) (err error) {
	switch key {
	case "table":
		f.set.Table = value
	case "source":
		f.set.Source = value
	case "version":
		f.set.Version = value
	case "licence":
		f.set.Licence = value
	case "built":
		if f.set.Built, err = time.Parse(time.RFC3339, value); err != nil {
			return fmt.Errorf("build date %q: want RFC 3339", value)
		}
	case "section":
		var name string
		var size, packed int
		if _, err := fmt.Sscanf(value, "%s %d %d", &name, &size, &packed); err != nil {
			return fmt.Errorf("section line %q: %w", value, err)
		}
		if size < 0 || size > maxSection || packed < 0 || packed > len(*body) {
			return fmt.Errorf("section %q: impossible size", name)
		}
		f.sections[name] = section{size, (*body)[:packed]}
		*body = (*body)[packed:]
	default:
		return fmt.Errorf("unknown header %q", key)
	}
	return nil
}

// unpack returns the section as a string, so that names can be cut from it without a copy.
func (f file) unpack(name string) (string, error) {
	s, ok := f.sections[name]
	if !ok {
		return "", fmt.Errorf("section %q is missing", name)
	}
	var out strings.Builder
	out.Grow(s.size)
	n, err := io.Copy(&out, io.LimitReader(flate.NewReader(bytes.NewReader(s.packed)), int64(s.size)+1))
	if err == nil && n != int64(s.size) {
		err = fmt.Errorf("%d bytes instead of %d", n, s.size)
	}
	if err != nil {
		return "", fmt.Errorf("section %q: %w", name, err)
	}
	return out.String(), nil
}
