package attack

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// Cell is one number at rest: a value of a dimension.
type Cell struct {
	Dim   stats.Dimension
	Value string
}

// Dump is what an attacker holds.
type Dump struct {
	Rows  map[Cell]stats.Counts
	Hours [24]stats.Counts
}

// Read returns what the store's readers say of the day.
func Read(ctx context.Context, source stats.Source) (*Dump, error) {
	d := &Dump{Rows: make(map[Cell]stats.Counts)}
	err := source.Totals(ctx, Day(), Day(), func(t stats.Total) { d.Hours[t.Hour].Add(&t.Counts) })
	for dim := range stats.Stored() {
		if err == nil {
			err = source.Rows(ctx, dim, Day(), Day(), func(r stats.Row) { d.Rows[Cell{dim, r.Value}] = r.Counts })
		}
	}
	return d, err
}

// Visitors is how many visitors the totals tell.
func (d *Dump) Visitors() (n int64) {
	for _, c := range d.Hours {
		n += c[stats.Visitors]
	}
	return n
}
