package stats_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// attackAsked subtracts what the reports of networks tell of a closed day from whatever counts the same requests, and looks, in
// the raw events, at who is left: of everybody, of what the report of page views does not tell either, of a provider
// beside its prefixes.
func (w *world) attackAsked(truth *tally, day stats.Day) {
	told := map[valueKey]bool{}
	for k, c := range w.store.rows {
		if k.day == day && people(c) != (stats.Counts{}) {
			told[k] = true
		}
		if c[stats.Askers] != 0 {
			w.t.Fatalf("%v %q of %v: %d askers are at rest", k.dim, k.value, k.day, c[stats.Askers])
		}
	}
	of := func(dim stats.Dimension, value string) bool { return told[valueKey{day, dim, value}] }
	left := map[string]map[int]bool{}
	full := map[string]bool{}
	for _, e := range truth.asked {
		if e.day != day {
			continue
		}
		note := func(line string, is bool) {
			if left[line] == nil {
				left[line] = map[int]bool{}
			}
			if is {
				full[line] = true
			} else {
				left[line][e.who] = true
			}
		}
		for _, both := range [...]struct {
			views, all stats.Dimension
			value      string
		}{{stats.DimCountry, stats.DimNetCountry, e.country}, {stats.DimProvider, stats.DimNetProvider, e.provider}} {
			one, other := of(both.views, both.value), of(both.all, both.value)
			note(both.views.String(), one)
			note(both.all.String(), other)
			note(both.views.String()+" and "+both.all.String(), one || other)
		}
		if of(stats.DimNetProvider, e.provider) {
			note("prefixes of "+e.provider, of(stats.DimNetPrefix, e.prefix))
		}
	}
	k := w.floors.Person
	for _, line := range slices.Sorted(maps.Keys(full)) {
		if n := len(left[line]); n > 0 && n < k {
			w.t.Fatalf("%v: what %s do not tell is %d persons, k is %d", day, line, n, k)
		}
	}
	for key := range told {
		if real, carried := truth.real(key, k); asked(key.dim) && carried < int64(k) {
			w.t.Fatalf("%v %q of %v: %v, which %d persons carry, is at rest", key.dim, key.value, day, real, carried)
		}
		provider, _ := stats.CutPair(key.value)
		if key.dim == stats.DimNetHour || key.dim == stats.DimNetLatency {
			if !of(stats.DimNetProvider, provider) {
				w.t.Fatalf("%v %q of %v is told, its provider is not", key.dim, key.value, day)
			}
		}
		if _, provider, _ := strings.Cut(key.value, " "); key.dim == stats.DimNetPrefix && !of(stats.DimNetProvider, provider) {
			w.t.Fatalf("%q of %v is told, its provider is not", key.value, day)
		}
	}
}

// request is who asked from where.
type request struct {
	who                       int
	day                       stats.Day
	country, provider, prefix string
}
