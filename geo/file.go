package geo

import (
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Format is the first line of a table file. A file is a header of text lines "key: value" that ends
// with an empty line, and then the sections, in the order in which the header lists them:
//
//	country: SOURCE VERSION BUILT LICENCE
//	provider: SOURCE VERSION BUILT LICENCE
//	names: COUNT
//	section: NAME BLOCKS SIZE
//
// say where the data came from (BUILT by RFC 3339), the number of providers, and of how many blocks
// and bytes a section is made. It begins with the sizes of each block, unpacked and packed, as uvarints;
// the blocks follow. A block is packed by DEFLATE (RFC 1951), one whose two sizes are equal is not. A
// look-up unpacks the blocks it needs and no others. The sections are
//
//	codes  country codes, two letters each, numbered from 1; one block
//	cells  provider<<8 | country of every combination there is, numbered from 1, in ascending order,
//	       as uvarint differences; one block
//	words  words that occur in several providers' names, one a line, numbered from 2; one block
//	names  providers' names, numbered from 1, [Owners] to a block and one less to the first, as uvarints: a word's number, 1 for
//	       the next word of "once", 0 for the end of the name; words are joined by spaces
//	once   block by block, the words of those names that occur in one name only, one a line
//	asns   block by block, the providers' autonomous system numbers in ascending order, as uvarint
//	       differences, the first from 0
//	class  block by block, the providers' network classes, a byte each
//	v4at   the first byte of the addresses at which each block of the following begins; one block
//	v4len  length of each run of equal cells, uvarint, in units of /24
//	v4val  cell of each run, a byte: 0 for none; n up to [Recent] for the nth latest of the different
//	       cells so far in this block; anything above for the next of v4new
//	v4new  cells, each as wide in bits as the largest number of a cell needs, lowest bits first
//	v6at   the unit at which each block of the following begins, as uvarint differences; one block
//	v6len  as with IPv4 in units of /48, adding up to the 2^45 of 2000::/3
//	v6val
//	v6new
const Format = "kelisim-geo 2"

// Recent is how many different cells a run may refer back to.
const Recent = 254

// Owners is how many providers a block of names holds, counting one without number or name before the first.
const Owners = 4096

// Bounds of what a file may claim.
const (
	maxBlock  = 16 << 20 // bytes of a block, unpacked
	maxBlocks = 1 << 12
)

var errFormat = errors.New("not a table file of format " + strconv.Quote(Format) + ": make it with go generate ./geo")

type file struct {
	sets     []Dataset
	names    int // how many
	sections map[string][]block
}

// block is a part of a section that is unpacked by itself.
type block struct {
	size   int
	packed string
}

// parseFile reads the header of a table file and the sizes of its blocks.
func parseFile(data string) (file, error) {
	f := file{sections: map[string][]block{}}
	head, body, ok := strings.Cut(data, "\n\n")
	lines := strings.Split(head, "\n")
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

func (f *file) header(key, value string, body *string) (err error) {
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
		if f.names, err = strconv.Atoi(value); f.names < 0 || f.names > providerMask-1 {
			return errHeader
		}
		return err
	case "section":
		var name string
		var blocks, size int
		if _, err = fmt.Sscanf(value, "%s %d %d", &name, &blocks, &size); err != nil {
			return err
		}
		if size < 0 || size > len(*body) || blocks < 0 || blocks > maxBlocks {
			return errHeader
		}
		f.sections[name], err = split((*body)[:size], blocks)
		*body = (*body)[size:]
		return err
	default:
		return errHeader
	}
}

// split cuts a section into its blocks.
func split(section string, blocks int) ([]block, error) {
	sizes, total := uvarints{s: section}, 0
	out := make([]block, blocks)
	packed := make([]int, blocks)
	for i := range out {
		size, n := sizes.next(), sizes.next()
		if size > maxBlock || n > uint64(len(section)) {
			return nil, errHeader
		}
		out[i].size, packed[i] = int(size), int(n)
		total += packed[i]
	}
	if total != len(section)-sizes.at {
		return nil, errHeader
	}
	section = section[sizes.at:]
	for i := range out {
		out[i].packed, section = section[:packed[i]], section[packed[i]:]
	}
	return out, nil
}

// blocks returns how many blocks a section has.
func (f file) blocks(name string) int { return len(f.sections[name]) }

// unpack returns a block of a section, as a string, so that names can be cut from it without a copy.
func (f file) unpack(name string, i int) (string, error) {
	if i >= f.blocks(name) {
		return "", fmt.Errorf("section %q is missing or too short", name)
	}
	b := f.sections[name][i]
	if b.size == len(b.packed) {
		return b.packed, nil
	}
	var out strings.Builder
	out.Grow(b.size)
	n, err := io.Copy(&out, io.LimitReader(flate.NewReader(strings.NewReader(b.packed)), int64(b.size)+1))
	if err == nil && n != int64(b.size) {
		err = fmt.Errorf("%d bytes instead of %d", n, b.size)
	}
	if err != nil {
		return "", fmt.Errorf("block %d of section %q: %w", i, name, err)
	}
	return out.String(), nil
}

// unpackAll unpacks a block of each of the sections named to where it is wanted.
func (f file) unpackAll(i int, want map[string]*string) (err error) {
	for name, into := range want {
		text, fault := f.unpack(name, i)
		*into, err = text, errors.Join(err, fault)
	}
	return err
}

// runs unpacks a block of the runs of a plane, "v4" or "v6".
func (f file) runs(version string, i int) (runs, error) {
	var r runs
	err := f.unpackAll(i, map[string]*string{version + "len": &r.lens, version + "val": &r.vals, version + "new": &r.fresh})
	return r, err
}
