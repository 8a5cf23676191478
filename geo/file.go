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
//	country: SOURCE VERSION BUILT LICENCE
//	provider: SOURCE VERSION BUILT LICENCE
//	names: COUNT SIZE
//	section: NAME SIZE PACKED
//
// say where the data came from (BUILT by RFC 3339), the number of providers and of the bytes their
// names take with a line feed each, and the bytes of a section unpacked and packed (DEFLATE,
// RFC 1951; a section whose two sizes are equal is not packed). The sections are
//
//	codes  country codes, two letters each, numbered from 1
//	words  words that occur in several providers' names, one a line, numbered from 2
//	once   words that occur in one name only, one a line, in the order of those names
//	names  providers' names, numbered from 1, as uvarints: a word's number, 1 for the next word of
//	       "once", 0 for the end of the name; words are joined by spaces
//	asns   the providers' autonomous system numbers in ascending order, as uvarint differences
//	cells  provider<<8 | country of every combination there is, numbered from 1, in ascending order,
//	       as uvarint differences
//	v4len  length of each run of equal cells, uvarint, in units of /24, adding up to all 2^24
//	v4val  cell of each run, a byte: 0 for none; n up to [Recent] for the nth latest of the different
//	       cells so far; anything above for the next of v4new
//	v4new  cells, each as wide in bits as the largest number of a cell needs, lowest bits first
//	v6len  the same in units of /48, adding up to the 2^45 of 2000::/3
//	v6val
//	v6new
const Format = "kelisim-geo 1"

// Recent is how many different cells a run may refer back to.
const Recent = 64

// maxSection bounds what a section may unpack to.
const maxSection = 16 << 20

var errFormat = errors.New("not a table file of format " + strconv.Quote(Format) + ": make it with go generate ./geo")

type file struct {
	sets     []Dataset
	names    int // how many
	text     int // bytes they take
	sections map[string]section
}

type section struct {
	size   int
	packed []byte
}

// parseFile reads the header of a table file.
func parseFile(data []byte) (file, error) {
	f := file{sections: map[string]section{}}
	head, body, ok := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || lines[0] != Format {
		return f, errFormat
	}
	for _, line := range lines[1:] {
		key, value, _ := strings.Cut(line, ": ")
		if err := f.header(key, value, &body); err != nil {
			return f, fmt.Errorf("header line %q: %w", line, err)
		}
	}
	if len(body) != 0 {
		return f, fmt.Errorf("%d bytes after the last section", len(body))
	}
	return f, nil
}

var errHeader = errors.New("cannot be right")

func (f *file) header(key, value string, body *[]byte) error {
	switch key {
	case "country", "provider":
		fields := strings.Fields(value)
		if len(fields) != 4 {
			return errHeader
		}
		built, err := time.Parse(time.RFC3339, fields[2])
		f.sets = append(f.sets, Dataset{Table: key, Source: fields[0], Version: fields[1], Built: built, Licence: fields[3]})
		return err
	case "names":
		_, err := fmt.Sscanf(value, "%d %d", &f.names, &f.text)
		if f.names < 0 || f.names > providerMask-1 || f.text < f.names || f.text > maxSection {
			return errHeader
		}
		return err
	case "section":
		var name string
		var size, packed int
		_, err := fmt.Sscanf(value, "%s %d %d", &name, &size, &packed)
		if size < 0 || size > maxSection || packed < 0 || packed > len(*body) {
			return errHeader
		}
		f.sections[name] = section{size, (*body)[:packed]}
		*body = (*body)[packed:]
		return err
	default:
		return errHeader
	}
}

// unpack returns the section as a string, so that names can be cut from it without a copy.
func (f file) unpack(name string) (string, error) {
	s, ok := f.sections[name]
	if !ok {
		return "", fmt.Errorf("section %q is missing", name)
	}
	if s.size == len(s.packed) {
		return string(s.packed), nil
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

// unpackAll unpacks the sections named to where they are wanted.
func (f file) unpackAll(want map[string]*string) (err error) {
	for name, into := range want {
		text, fault := f.unpack(name)
		*into, err = text, errors.Join(err, fault)
	}
	return err
}

// runs unpacks the runs of a plane, "v4" or "v6".
func (f file) runs(version string) (runs, error) {
	var r runs
	err := f.unpackAll(map[string]*string{version + "len": &r.lens, version + "val": &r.vals, version + "new": &r.fresh})
	return r, err
}
