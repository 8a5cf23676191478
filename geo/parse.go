package geo

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
)

// Parse reads a country and a provider table file ([Format]); either may be nil, and its part of
// every answer is then empty. The whole of both is checked: an error says which table is at fault
// and why. The data may be reused afterwards.
func Parse(country, provider []byte) (*Table, error) {
	var c, p contents
	var errC, errP error
	var wg sync.WaitGroup
	wg.Go(func() { c, errC = unpackTable(country, "country") })
	wg.Go(func() { p, errP = unpackTable(provider, "provider") })
	wg.Wait()
	t := &Table{}
	if errC == nil {
		errC = t.setCountries(c)
	}
	if errP == nil {
		errP = t.setProviders(p)
	}
	if err := errors.Join(wrap("country", errC), wrap("provider", errP)); err != nil {
		return nil, err
	}
	var err4, err6 error
	wg.Go(func() { err4 = t.v4.fill(merge(c.v4, p.v4, 1<<24)) })
	wg.Go(func() { err6 = t.v6.fill(merge(c.v6, p.v6, 1<<unitBits6)) })
	wg.Wait()
	if err := errors.Join(err4, err6); err != nil {
		return nil, fmt.Errorf("geo: tables: %w", err)
	}
	return t, nil
}

func wrap(table string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("geo: %s table: %w", table, err)
}

// contents are the unpacked sections of one table file.
type contents struct {
	set         Dataset
	names, asns string
	v4, v6      runs
}

func unpackTable(data []byte, table string) (contents, error) {
	if data == nil {
		return contents{}, nil
	}
	f, err := parseFile(data, table)
	if err != nil {
		return contents{}, err
	}
	c := contents{set: f.set}
	want := map[string]*string{
		"names": &c.names,
		"v4len": &c.v4.lens, "v4val": &c.v4.vals,
		"v6len": &c.v6.lens, "v6val": &c.v6.vals,
	}
	if table == "provider" {
		want["asns"] = &c.asns
	}
	errs := make(chan error, len(want))
	for name, into := range want {
		go func() {
			var err error
			*into, err = f.unpack(name)
			errs <- err
		}()
	}
	for range want {
		err = errors.Join(err, <-errs)
	}
	n := uint32(strings.Count(c.names, "\n"))
	c.v4.max, c.v6.max = n, n
	return c, err
}

func (t *Table) setCountries(c contents) error {
	t.countries = []string{""}
	for name := range strings.Lines(c.names) {
		code := strings.TrimSuffix(name, "\n")
		if !ValidCountry(code) {
			return fmt.Errorf("%q is no country", code)
		}
		t.countries = append(t.countries, code)
	}
	if len(t.countries) > 1<<(32-providerBits) {
		return errors.New("too many countries")
	}
	if c.names != "" {
		t.sets = append(t.sets, c.set)
	}
	return nil
}

func (t *Table) setProviders(p contents) error {
	n := strings.Count(p.names, "\n")
	if n >= providerMask || n > 0 && !strings.HasSuffix(p.names, "\n") {
		return errors.New("names are damaged")
	}
	t.names = p.names
	t.providers = make([]provider, 1, n+2)
	asns := uvarints{p.asns}
	var asn, at uint64
	for range n {
		asn += asns.next()
		if asn == 0 || asn > math.MaxUint32 {
			return errors.New("autonomous system numbers are damaged")
		}
		t.providers = append(t.providers, provider{uint32(asn), uint32(at)})
		at += uint64(strings.IndexByte(p.names[at:], '\n')) + 1
	}
	if asns.s != "" {
		return errors.New("more autonomous system numbers than names")
	}
	t.providers = append(t.providers, provider{name: uint32(len(p.names))})
	if p.names != "" {
		t.sets = append(t.sets, p.set)
	}
	return nil
}
