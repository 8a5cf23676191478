package stats

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Closer gives days their final form: what fewer than k visitors carry is folded away, and so is what
// a subtraction would still show. It may be run again at any time: a day is closed in one step, and
// closing it twice changes nothing.
type Closer struct {
	source Source
	keeper Keeper
	floors Floors
}

// NewCloser returns a Closer of the days in source. Both are mostly the same store.
func NewCloser(source Source, keeper Keeper, f Floors) *Closer {
	return &Closer{source: source, keeper: keeper, floors: f.withDefaults()}
}

// Close closes every open day before the given one, the oldest first, and returns what was folded. All
// batches of those days must be in the store: see [Aggregator.Ended]. After an error the days that were
// not reached stay open. What is closed is packed.
func (c *Closer) Close(ctx context.Context, before Day) ([]Fold, error) {
	days, err := c.keeper.Open(ctx, before)
	if err != nil {
		return nil, fmt.Errorf("stats: find the open days: %w", err)
	}
	var folds []Fold
	for _, day := range days {
		closing, err := c.prepare(ctx, day)
		if err != nil {
			return folds, err
		}
		if err := c.keeper.Close(ctx, closing); err != nil {
			return folds, fmt.Errorf("stats: close %v: %w", day, err)
		}
		folds = append(folds, closing.Folds...)
	}
	if err := c.keeper.Pack(ctx, before); err != nil {
		return folds, fmt.Errorf("stats: pack the days before %v: %w", before, err)
	}
	return folds, nil
}

// prepare reads an open day and computes its final form.
func (c *Closer) prepare(ctx context.Context, day Day) (Closing, error) {
	var hours [24]Counts
	err := c.source.Totals(ctx, day, day, func(t Total) {
		if t.Hour < 24 {
			hours[t.Hour].Add(&t.Counts)
		}
	})
	if err != nil {
		return Closing{}, fmt.Errorf("stats: read the totals of %v: %w", day, err)
	}
	rows := make(map[Dimension][]Row)
	for dim := range Stored() {
		err := c.source.Rows(ctx, dim, day, day, func(r Row) { rows[dim] = append(rows[dim], r) })
		if err != nil {
			return Closing{}, fmt.Errorf("stats: read %v of %v: %w", dim, day, err)
		}
	}
	return Finish(day, &hours, rows, c.floors), nil
}

// Finish computes the final form of a day from its totals by hour and open rows. It is a pure function; the
// rows and folds of its result are in order of dimension and value.
//
// A cell is a set of visitors whose counts can be read or had by subtraction: a row; what a parent
// counts beyond its children (a country less its regions); what a total counts beyond the rows. Finish
// folds until each cell is empty of people or holds at least k visitors: first the rows below k and
// those whose parent was folded, then, as long as the rest of a parent is below k, the smallest row
// beside it. What bots did is kept: they are no persons. Pairs follow: see crossFolder.
//
// Each instance that counted on the day may have counted the same visitor once. A row is safe all the same,
// since the floor held in the instance that let it out; a rest must hold k visitors for each instance.
func Finish(day Day, hours *[24]Counts, rows map[Dimension][]Row, f Floors) Closing {
	c := Closing{Day: day}
	var total Counts
	for hour := range hours {
		total.Add(&hours[hour])
	}
	kept := make(map[Dimension]map[string]*Counts)
	writers := writersOf(rows[DimWriter])
	if writers > 1 { // which readers with floors of their own must know, and nobody by name
		c.Rows = append(c.Rows, Row{Day: day, Dim: DimWriter, Value: "processes", Counts: Counts{Events: int64(writers)}})
	}
	for _, dim := range closingOrder() {
		k := f.Of(dim)
		list := slices.Clone(rows[dim])
		slices.SortFunc(list, func(a, b Row) int { return strings.Compare(a.Value, b.Value) })
		switch {
		case k <= 1:
		case dim.Spec().Act:
			c.Folds = append(c.Folds, foldActs(day, dim, k, list, outcomesOf(kept[DimConsent]))...)
		case dim.asked():
			c.Folds = append(c.Folds, follow(day, dim, k, list, callers(dim, rows), kept)...)
		default:
			whole := wholeOf(dim, total, kept)
			lessCallers(dim, k, &whole, rows)
			c.Folds = append(c.Folds, fold(day, dim, k, writers, whole, list, kept)...)
		}
		kept[dim] = make(map[string]*Counts, len(list))
		for i := range list {
			if !list[i].Counts.IsZero() {
				kept[dim][list[i].Value] = &list[i].Counts
				c.Rows = append(c.Rows, list[i])
			}
		}
	}
	c.finishPairs(hours, rows, kept, f, writers)
	slices.SortStableFunc(c.Rows, func(a, b Row) int { return int(a.Dim) - int(b.Dim) })
	slices.SortStableFunc(c.Folds, func(a, b Fold) int { return int(a.Dim) - int(b.Dim) })
	return c
}

// writersOf returns how many instances wrote rows of a day: each a row of its own while it is open, all in one once it is closed.
func writersOf(rows []Row) int {
	n := int64(0)
	for i := range rows {
		n += rows[i].Counts[Events]
	}
	return int(max(1, n))
}

// wholeOf returns what the rows of a dimension can be subtracted from; the zero Counts if nothing is told of it.
func wholeOf(dim Dimension, total Counts, kept map[Dimension]map[string]*Counts) Counts {
	if c := kept[DimReturn][ReturnMonth]; dim == DimCohort && c != nil {
		return *c
	}
	return dim.Whole(total)
}

// closingOrder returns the dimensions, parents before their children.
func closingOrder() []Dimension {
	var order []Dimension
	var add func(d Dimension)
	add = func(d Dimension) {
		if d != 0 && !slices.Contains(order, d) {
			add(d.Spec().Parent)
			order = append(order, d)
		}
	}
	for d := range Dimensions() {
		add(d)
	}
	return order
}

// people returns c without what bots did.
func people(c Counts) Counts {
	c[Bots] = 0
	return c
}

// safe reports whether a cell of dim is empty of people or large enough.
func safe(dim Dimension, c *Counts, k int) bool {
	return people(*c) == Counts{} || dim.Crowd(c) >= int64(k)
}
