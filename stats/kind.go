package stats

import (
	"fmt"
	"slices"
)

// Kind is a kind of statistics that may be kept for a term of its own.
type Kind uint8

// Kinds of statistics. Every dimension is of one kind: see [Dimension.Kind].
const (
	KindTotals    Kind = iota + 1 // totals by hour: a day that lost them has lost everything
	KindLists                     // what happened under one value: pages, sources, countries, browsers, goals
	KindCrossed                   // what came together under two values: see [Pairs]
	KindTechnical                 // how requests were answered and from what network: status, latency, files, bots
	KindConsent                   // what became of asking
	KindReturning                 // visitors who consented: coming back, cohorts, screens
	numKinds
)

// kindNames is never written to.
var kindNames = [numKinds]string{"", "totals", "lists", "crossed", "technical", "consent", "returning"}

// Kinds returns all kinds, in order.
func Kinds() []Kind {
	return []Kind{KindTotals, KindLists, KindCrossed, KindTechnical, KindConsent, KindReturning}
}

// String returns the name of k: totals, lists, crossed, technical, consent or returning.
func (k Kind) String() string {
	if k == 0 || k >= numKinds {
		return fmt.Sprintf("kind(%d)", uint8(k))
	}
	return kindNames[k]
}

// ParseKind returns the kind with the given name; false if there is none.
func ParseKind(name string) (Kind, bool) {
	i := slices.Index(kindNames[:], name)
	return Kind(max(i, 0)), i > 0
}

// Kind returns the kind of statistics that rows of d are.
func (d Dimension) Kind() Kind {
	switch {
	case d == DimNetHour, d == DimNetLatency:
		return KindTechnical
	case d == dimHour:
		return KindTotals
	case d.IsPair():
		return KindCrossed
	case d == DimConsent || d.Spec().Act:
		return KindConsent
	}
	switch d {
	case DimReturn, DimCohort, DimScreen:
		return KindReturning
	case DimStatus, DimLatency, DimNetwork, DimProvider, DimFile, DimNotFound, DimBot, DimLCP, DimINP, DimCLS, DimUnsigned,
		DimNetProvider, DimNetPrefix, DimNetCountry:
		return KindTechnical
	}
	return KindLists
}

// Kept says from which day on each kind of statistics is kept. A kind that is not in it is kept as long as
// the totals are, and those for ever where they are not in it either.
type Kept map[Kind]Day

// From returns the first day on which rows of d are kept: of a pair, on which both its halves are, too, as they
// could be added up out of it.
func (k Kept) From(d Dimension) Day {
	from := k.of(d.Kind())
	if d.IsPair() {
		for _, half := range d.Spec().Pair {
			from = max(from, k.of(half.Kind()))
		}
	}
	return from
}

// of returns the first day of a kind.
func (k Kept) of(kind Kind) Day {
	from, ok := k[KindTotals]
	if !ok {
		from = minDay
	}
	if first, ok := k[kind]; ok {
		return max(from, first)
	}
	return from
}

// Days returns the first days on which rows are kept that the totals outlive, each with the dimensions that
// have no rows before it.
func (k Kept) Days() map[Day][]Dimension {
	days := make(map[Day][]Dimension)
	for dim := range Stored() {
		if from := k.From(dim); from > k.of(KindTotals) {
			days[from] = append(days[from], dim)
		}
	}
	return days
}
