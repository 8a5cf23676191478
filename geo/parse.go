package geo

import (
	"errors"
	"fmt"
	"math"
	"sync"
)

// Parse reads a table file ([Format]) and checks the whole of it. The data may be reused afterwards.
func Parse(data []byte) (*Table, error) {
	t, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("geo: table: %w", err)
	}
	return t, nil
}

func parse(data []byte) (*Table, error) {
	f, err := parseFile(data)
	if err != nil {
		return nil, err
	}
	t := &Table{sets: f.sets}
	if t.countries, err = f.countries(); err != nil {
		return nil, err
	}
	cells, err := f.cells(len(t.countries) - 1)
	if err != nil {
		return nil, err
	}
	// Three parts of about the same size, for as many processors as there are.
	var err4, err6 error
	var wg sync.WaitGroup
	wg.Go(func() { t.providers, t.names, err = f.providers() })
	wg.Go(func() { err4 = t.v4.read(f, cells) })
	wg.Go(func() { err6 = t.v6.read(f, cells) })
	wg.Wait()
	return t, errors.Join(err, err4, err6)
}

// countries returns the codes by country index.
func (f file) countries() ([]string, error) {
	text, err := f.unpack("codes")
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
	text, err := f.unpack("cells")
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

// providers returns the numbers and names by provider index.
func (f file) providers() ([]provider, string, error) {
	var words, once, stream, asns string
	if err := f.unpackAll(map[string]*string{"words": &words, "once": &once, "names": &stream, "asns": &asns}); err != nil {
		return nil, "", err
	}
	text, starts, err := joinNames(words, once, stream, f.text)
	if err == nil && (len(text) != f.text || len(starts) != f.names) {
		err = errNames
	}
	if err != nil {
		return nil, "", err
	}
	list := make([]provider, 1, len(starts)+2)
	numbers, asn := uvarints{s: asns}, uint64(0)
	for _, start := range starts {
		asn += numbers.next()
		list = append(list, provider{uint32(asn), start})
	}
	if asn > math.MaxUint32 || !numbers.done() {
		return nil, "", errors.New("autonomous system numbers are damaged")
	}
	return append(list, provider{name: uint32(len(text))}), text, nil
}

func (p *plane4) read(f file, cells cells) error {
	r, err := f.runs("v4")
	if err != nil {
		return err
	}
	return p.fill(r, cells)
}

func (p *plane6) read(f file, cells cells) error {
	r, err := f.runs("v6")
	if err != nil {
		return err
	}
	return p.fill(r, cells)
}
