package server

import (
	"net/url"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// address is the state of a page, as its address holds it: only parameters that are known, each with
// a value that has been understood.
type address struct {
	path   string
	values url.Values
}

// newAddress takes from q what the period and the panels have understood.
func newAddress(path string, q url.Values, p *period) address {
	a := address{path: path, values: make(url.Values)}
	switch {
	case p.Preset == "custom":
		a.values.Set("from", p.First.String())
		a.values.Set("to", p.Last.String())
	case slices.Contains(presets[:], q.Get("range")):
		a.values.Set("range", p.Preset)
	}
	if p.Compare != comparePrevious {
		a.values.Set("compare", p.Compare)
	}
	if q.Get("by") == string(p.By) {
		a.values.Set("by", string(p.By))
	}
	if p.Zoned {
		a.values.Set("tz", q.Get("tz"))
	}
	if m := findMetric(q.Get("metric")); m.Name == q.Get("metric") && m.Name != metrics()[0].Name {
		a.values.Set("metric", m.Name)
	}
	if q.Get(whoParam) == whoBots {
		a.values.Set(whoParam, whoBots)
	}
	if f := parseFilter(q); f != (stats.Filter{}) {
		a.values.Set(filterParam, filterText(f))
	}
	for _, name := range panelNames {
		if spec, ok := findList(q.Get(name)); ok && spec.Panel == name {
			a.values.Set(name, spec.Name)
		}
	}
	return a
}

// at is the same state on another page.
func (a address) at(path string) address { return address{path, a.values} }

// With returns the address with pairs of parameter and value set; an empty value removes its parameter.
func (a address) With(pairs ...string) string { return a.To(a.path, pairs...) }

// To is [address.With] for another page.
func (a address) To(path string, pairs ...string) string {
	values := make(url.Values, len(a.values))
	for k, v := range a.values {
		values[k] = v
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if values.Del(pairs[i]); pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// field is a hidden field of a form.
type field struct{ Name, Value string }

// Whose requests lists are of: people's unless the address says "who=bots".
const (
	whoParam = "who"
	whoBots  = "bots"
)

// bots reports whether lists are of bots.
func (a address) bots() bool { return a.values.Get(whoParam) == whoBots }

// Fields returns the state as hidden fields, without the named parameters.
func (a address) Fields(without ...string) (all []field) {
	for name, values := range a.values {
		if !slices.Contains(without, name) {
			all = append(all, field{name, values[0]})
		}
	}
	slices.SortFunc(all, func(x, y field) int {
		if x.Name < y.Name {
			return -1
		}
		return 1
	})
	return all
}
