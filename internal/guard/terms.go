package guard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// DataCounts is the id of the data kind in a policy whose retention holds for statistics (S4-6.3). A
// policy that does not name it keeps them for ever: they are no personal data. "counts-crossed" and the like
// ([stats.Kind]) state a shorter term for one kind of them.
const DataCounts = "counts"

// ownTerms are the terms of kinds for which neither site nor policy says anything: what joins two values, and what
// serves operation, is of use for as long as a year can be compared with the one before, or less. Never written to.
var ownTerms = map[stats.Kind]consent.Period{
	stats.KindCrossed:   {N: 25, Unit: consent.Months},
	stats.KindTechnical: {N: 13, Unit: consent.Months},
	stats.KindReturning: {N: 25, Unit: consent.Months},
}

// stated returns the term that a policy states for a kind of statistics, and under which id; the zero Period
// for none.
func stated(p consent.Policy, kind stats.Kind) (term consent.Period, id string) {
	for _, data := range p.Data {
		switch {
		case data.Retention.IsZero():
		case data.ID == DataCounts+"-"+kind.String() && kind != stats.KindTotals:
			return data.Retention, data.ID
		case data.ID == DataCounts:
			term, id = data.Retention, data.ID
		}
	}
	return term, id
}

// Terms returns for how long each kind of statistics is kept: as keep says, or else as the policy does, or else
// as long as [ownTerms] say; the zero Period is for ever. No kind outlives the totals.
func Terms(p consent.Policy, keep map[stats.Kind]consent.Period) map[stats.Kind]consent.Period {
	terms := make(map[stats.Kind]consent.Period)
	for _, kind := range stats.Kinds() {
		term, id := stated(p, kind)
		if own := ownTerms[kind]; id != DataCounts+"-"+kind.String() && longer(term, own) {
			term = own
		}
		if given, ok := keep[kind]; ok {
			term = given
		}
		if longer(term, terms[stats.KindTotals]) {
			term = terms[stats.KindTotals]
		}
		terms[kind] = term
	}
	return terms
}

// longer reports whether a is longer than b, the zero Period being for ever.
func longer(a, b consent.Period) bool {
	switch {
	case b.IsZero():
		return false
	case a.IsZero():
		return true
	}
	return a.Approx() > b.Approx()
}

// TermFault is what is wrong with one field of a policy.
type TermFault struct{ Field, Text string }

// TermFaults returns what is wrong with the terms that a policy states for kinds of statistics.
func TermFaults(p consent.Policy) (faults []TermFault) {
	whole, _ := stated(p, stats.KindTotals)
	for i, data := range p.Data {
		name, ok := strings.CutPrefix(data.ID, DataCounts+"-")
		if !ok {
			continue
		}
		field := fmt.Sprintf("data[%d]", i)
		if kind, known := stats.ParseKind(name); !known || kind == stats.KindTotals {
			faults = append(faults, TermFault{field + ".id", fmt.Sprintf("%q is no kind of statistics: write %[2]s-lists, %[2]s-crossed, %[2]s-technical, %[2]s-consent or %[2]s-returning", data.ID, DataCounts)})
		} else if longer(data.Retention, whole) {
			faults = append(faults, TermFault{field + ".retention", fmt.Sprintf("%v is longer than the %v that %q states, of which %q is a part: write no more than that (S4-6.3)", data.Retention, whole, DataCounts, data.ID)})
		}
	}
	return faults
}

// checkTerms returns every fault in how long statistics are kept: those of the policy, and terms of the site that
// outlive what the policy states to visitors (S4-6.3).
func checkTerms(p consent.Policy, keep map[stats.Kind]consent.Period) error {
	var faults []error
	for _, f := range TermFaults(p) {
		faults = append(faults, fmt.Errorf("policy: %s: %s", f.Field, f.Text))
	}
	for _, kind := range slices.Sorted(maps.Keys(keep)) {
		given := keep[kind]
		switch term, id := stated(p, kind); {
		case !slices.Contains(stats.Kinds(), kind):
			faults = append(faults, fmt.Errorf("config: Keep: %v is no kind of statistics", kind))
		case given.IsZero():
			faults = append(faults, fmt.Errorf("config: Keep: say for how long %v are kept, such as \"13 months\"", kind))
		case longer(given, term):
			faults = append(faults, fmt.Errorf("config: Keep: %v for %v, and the policy's data %q states %v to visitors: keep them no longer, or state it there (S4-6.3)", given, kind, id, term))
		}
	}
	return errors.Join(faults...)
}

// Kept returns the first day from which each kind of statistics is kept under the policy in force: what
// [stats.ReportOptions] asks for. Kinds that are kept for ever are not in it.
func (g *Guard) Kept() stats.Kept {
	now, kept := g.config.Now(), stats.Kept{}
	for kind, term := range Terms(g.now().rules.Policy(), g.config.Keep) {
		if !term.IsZero() {
			kept[kind] = firstDay(now, term, g.config.Zone)
		}
	}
	return kept
}

// FirstKept returns the first day of which anything is kept under a policy and keep, as [Terms] tells; 0 where days are
// kept for ever.
func FirstKept(p consent.Policy, keep map[stats.Kind]consent.Period, now time.Time, zone *time.Location) stats.Day {
	term := Terms(p, keep)[stats.KindTotals]
	if term.IsZero() {
		return 0
	}
	return firstDay(now, term, zone)
}

// firstDay is the day on which what is over today was counted.
func firstDay(now time.Time, term consent.Period, zone *time.Location) stats.Day {
	first, _ := visit.DayOf(now.Add(-term.After(now).Sub(now)), zone)
	return first
}

// letGo lets go of what is older than it may be. Days go whole with each call; kinds that their day outlives are
// looked for once a day, or where a policy has changed their terms, as that takes a look at every day held.
func (g *Guard) letGo(ctx context.Context) (err error) {
	kept := g.Kept()
	if first, ok := kept[stats.KindTotals]; ok {
		err = g.letGoOfDays(ctx, first)
	}
	g.janitor.trimming.Lock()
	defer g.janitor.trimming.Unlock()
	if maps.Equal(kept, g.janitor.trimmed) {
		return err
	}
	days := kept.Days()
	for _, first := range slices.SortedFunc(maps.Keys(days), cmp.Compare) {
		err = errors.Join(err, g.config.Store.Trim(ctx, first, days[first]...))
	}
	if err == nil {
		g.janitor.trimmed = kept
	}
	return err
}

// letGoOfDays removes the days before first, and says so: an import of old days would vanish without a word.
func (g *Guard) letGoOfDays(ctx context.Context, first stats.Day) error {
	from, last, ok, err := g.config.Store.Span(ctx)
	if err = errors.Join(err, g.config.Store.Expire(ctx, first)); err == nil && ok && from < first {
		g.config.Logger.Info("statistics older than their term were removed", "from", from, "to", min(last, first-1), "kept_from", first)
	}
	return err
}
