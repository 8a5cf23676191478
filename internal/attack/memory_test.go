package attack_test

import (
	"context"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/stats"
)

// memory is a store of one day, for games that look at numbers only. It has what these call of a store.
type memory struct {
	attack.Store
	hours  [24]stats.Counts
	rows   map[attack.Cell]stats.Counts
	closed bool
}

func newMemory() *memory { return &memory{rows: map[attack.Cell]stats.Counts{}} }

func (m *memory) Merge(_ context.Context, b stats.Batch) (stats.Merged, error) {
	for i := range b.Totals {
		m.hours[b.Totals[i].Hour].Add(&b.Totals[i].Counts)
	}
	for cell, c := range attack.StepOf(&b).Rows {
		sum := m.rows[cell]
		sum.Add(&c)
		m.rows[cell] = sum
	}
	return stats.Merged{}, nil
}

func (m *memory) Totals(_ context.Context, _, _ stats.Day, f func(stats.Total)) error {
	for hour, c := range m.hours {
		f(stats.Total{Day: attack.Day(), Hour: uint8(hour), Counts: c})
	}
	return nil
}

func (m *memory) Rows(_ context.Context, dim stats.Dimension, _, _ stats.Day, f func(stats.Row)) error {
	for cell, c := range m.rows {
		if cell.Dim == dim {
			f(stats.Row{Day: attack.Day(), Dim: dim, Value: cell.Value, Counts: c})
		}
	}
	return nil
}

func (m *memory) Select(ctx context.Context, sel stats.Selection, f func(stats.Row, bool)) error {
	return m.Rows(ctx, sel.Dim, sel.First, sel.Last, func(r stats.Row) {
		if sel.Match.Has(r.Value) {
			f(r, sel.Below(&r.Counts))
		}
	})
}

func (m *memory) Folds(context.Context, stats.Day, stats.Day, ...stats.Dimension) ([]stats.Fold, error) {
	return nil, nil
}

func (m *memory) Open(context.Context, stats.Day) ([]stats.Day, error) {
	if m.closed {
		return nil, nil
	}
	return []stats.Day{attack.Day()}, nil
}

func (m *memory) Close(_ context.Context, c stats.Closing) error {
	m.closed, m.rows = true, map[attack.Cell]stats.Counts{}
	for i := range c.Rows {
		m.rows[attack.Cell{Dim: c.Rows[i].Dim, Value: c.Rows[i].Value}] = c.Rows[i].Counts
	}
	return nil
}

func (m *memory) Pack(context.Context, stats.Day) error { return nil }
