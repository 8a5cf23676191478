package server

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/risk"
)

// riskDim is what a list is about.
type riskDim struct {
	name  string // in files, and of the title: "risk.countries"
	path  bool
	seen  func(*risk.Hour) map[string]risk.Seen
	of    func(*risk.Incident) string
	label func(*locale, string) string
}

// riskDims are the countries, networks and paths of incidents.
func riskDims() []riskDim {
	return []riskDim{
		{
			name: "countries", seen: func(h *risk.Hour) map[string]risk.Seen { return h.Countries }, of: func(i *risk.Incident) string { return i.Country },
			label: countryName,
		},
		{
			name: "networks", seen: func(h *risk.Hour) map[string]risk.Seen { return h.Nets }, of: func(i *risk.Incident) string { return i.Net },
			label: func(l *locale, v string) string { return l.word("risk.net.", v) },
		},
		{
			name: "paths", path: true, seen: func(h *risk.Hour) map[string]risk.Seen { return h.Paths }, of: func(i *risk.Incident) string { return i.Path },
			label: func(_ *locale, v string) string { return v },
		},
	}
}

// sums adds up the hours, by values without what must not be shown.
func (d *riskDim) sums(hours []risk.Hour) map[string]risk.Seen {
	type which struct {
		value string
		who   risk.Pseudonym
	}
	all, met, distinct := map[string]risk.Seen{}, map[which]bool{}, map[string]int64{}
	for i := range hours {
		for value, s := range d.seen(&hours[i]) {
			value = clean(value, valueMax)
			sum := all[value]
			all[value] = risk.Seen{Incidents: sum.Incidents + s.Incidents, Addresses: max(sum.Addresses, s.Addresses)}
		}
		for j := range hours[i].Incidents { // addresses of several hours are told apart among those that are kept one by one
			in := &hours[i].Incidents[j]
			if w := (which{clean(d.of(in), valueMax), in.Who}); !met[w] {
				met[w] = true
				distinct[w.value]++
			}
		}
	}
	for value, s := range all {
		s.Addresses = max(s.Addresses, distinct[value])
		all[value] = s
	}
	return all
}

// seenValue is a value that may be told.
type seenValue struct {
	value string
	risk.Seen
}

// shown returns the values that k addresses show, those with most incidents first, and how many incidents have others.
func (d *riskDim) shown(hours []risk.Hour, k int) (rows []seenValue, held int64) {
	for value, s := range d.sums(hours) {
		if s.Addresses < int64(k) || d.path && value == "" {
			held += s.Incidents
			continue
		}
		rows = append(rows, seenValue{value, s})
	}
	slices.SortFunc(rows, func(a, b seenValue) int {
		return cmp.Or(cmp.Compare(b.Incidents, a.Incidents), strings.Compare(a.value, b.value))
	})
	return rows, held
}

// lists are what incidents have in common; a value that fewer than k addresses show is left to the rest.
func lists(l *locale, hours []risk.Hour, k int) (all []riskList) {
	for _, d := range riskDims() {
		list := riskList{Title: l.T("risk." + d.name), Path: d.path}
		rows, held := d.shown(hours, k)
		for i, row := range rows {
			if i >= rowsOfLists {
				held += row.Incidents
				continue
			}
			list.Rows = append(list.Rows, riskCount{d.label(l, row.value), l.Number(row.Incidents), atLeast(l, row.Addresses)})
		}
		if held > 0 {
			list.Other = l.Number(held)
		}
		all = append(all, list)
	}
	return all
}

// mostSeen is where addresses of a value are no longer counted.
const mostSeen = 99

func atLeast(l *locale, n int64) string {
	if n >= mostSeen {
		return "≥ " + l.Number(mostSeen)
	}
	return l.Number(n)
}
