package geo

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
)

// Parse reads a table file ([Format]) and checks the whole of it. The data may be reused afterwards.
func Parse(data []byte) (*Table, error) {
	t, err := open(string(data))
	if err == nil {
		err = t.check()
	}
	if err != nil {
		return nil, fmt.Errorf("geo: table: %w", err)
	}
	return t, nil
}

// open reads what a look-up needs before it knows the address, which is little.
func open(data string) (*Table, error) {
	f, err := parseFile(data)
	if err != nil {
		return nil, err
	}
	t := &Table{file: f, sets: f.sets}
	if t.countries, err = f.countries(); err != nil {
		return nil, err
	}
	t.built = DateOf(t.Built())
	t.owners = make([]lazy[owners], f.names/Owners+1)
	t.numbers = sync.OnceValues(func() (cells, error) { return f.cells(len(t.countries) - 1) })
	t.words = sync.OnceValues(f.words)
	return t, errors.Join(t.v4.open(f), t.v6.open(f))
}

// check unpacks all there is.
func (t *Table) check() error {
	var errs []error
	if n := t.file.blocks("names"); n != len(t.owners) {
		errs = append(errs, fmt.Errorf("%d blocks of names instead of %d", n, len(t.owners)))
	}
	for i := range t.owners {
		_, err := t.unpackOwners(i)
		errs = append(errs, err)
	}
	for i := range t.v4.starts {
		_, err := t.unpack4(i)
		errs = append(errs, err)
	}
	for i := range t.v6.starts {
		_, err := t.unpack6(i)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// countries returns the codes by country index.
func (f file) countries() ([]string, error) {
	text, err := f.unpack("codes", 0)
	if err != nil {
		return nil, err
	}
	codes := []string{""}
	for ; len(text) > 1; text = text[2:] {
		if !ValidCountry(text[:2]) {
			return nil, fmt.Errorf("%q is no country", text[:2])
		}
		codes = append(codes, text[:2])
	}
	if text != "" || len(codes) > 1<<(32-providerBits) {
		return nil, errors.New("country codes are damaged")
	}
	return codes, nil
}

// cells returns the cells that runs refer to, as look-ups need them.
func (f file) cells(countries int) (cells, error) {
	text, err := f.unpack("cells", 0)
	if err != nil {
		return nil, err
	}
	numbers, last := uvarints{s: text}, uint64(0)
	out := make(cells, 0, len(text)/2)
	for !numbers.done() {
		last += numbers.next()
		provider, country := last>>8, last&0xff
		if provider > uint64(f.names) || country > uint64(countries) {
			return nil, errors.New("cells are damaged")
		}
		out = append(out, uint32(country<<providerBits|provider))
	}
	return out, nil
}

// words returns the words that names share.
func (f file) words() ([]string, error) {
	text, err := f.unpack("words", 0)
	if err == nil && text != "" && !strings.HasSuffix(text, "\n") {
		err = errNames
	}
	words := strings.Split(text, "\n")
	return words[:len(words)-1], err
}

// unpackOwners unpacks a block of providers.
func (t *Table) unpackOwners(i int) (*owners, error) {
	words, err := t.words()
	if err != nil {
		return nil, err
	}
	var once, stream, asns, class string
	if err := t.file.unpackAll(i, map[string]*string{"once": &once, "names": &stream, "asns": &asns, "class": &class}); err != nil {
		return nil, err
	}
	text, starts, err := joinNames(words, once, stream)
	if err != nil {
		return nil, err
	}
	o := &owners{list: make([]provider, 0, len(starts)+2), names: text}
	if i == 0 {
		o.list = append(o.list, provider{})
	}
	if want := min(Owners, t.file.names+1-i*Owners) - len(o.list); len(starts) != want || len(class) != want {
		return nil, errNames
	}
	numbers, asn := uvarints{s: asns}, uint64(0)
	for n, start := range starts {
		asn += numbers.next()
		o.list = append(o.list, provider{uint32(asn), start, NetClass(class[n])})
	}
	if asn > math.MaxUint32 || !numbers.done() {
		return nil, errors.New("autonomous system numbers are damaged")
	}
	o.list = append(o.list, provider{name: uint32(len(text))})
	return o, nil
}
