package stats_test

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

type (
	hourKey struct {
		day  stats.Day
		hour uint8
	}
	valueKey struct {
		day   stats.Day
		dim   stats.Dimension
		value string
	}
)

// memory is a store that forgets: maps and no floor.
type memory struct {
	mu      sync.Mutex // for tests that look while a flusher runs
	totals  map[hourKey]stats.Counts
	rows    map[valueKey]stats.Counts
	closed  map[stats.Day][]stats.Fold
	applied map[string]uint64
	batches []stats.Batch
	fail    error // what Put returns
	after   bool  // Put fails after it has merged
}

func newMemory() *memory {
	return &memory{
		totals: map[hourKey]stats.Counts{}, rows: map[valueKey]stats.Counts{},
		closed: map[stats.Day][]stats.Fold{}, applied: map[string]uint64{},
	}
}

func (m *memory) Put(ctx context.Context, b stats.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil && !m.after {
		return m.fail
	}
	_, err := m.Merge(ctx, b)
	return errors.Join(err, m.fail)
}

// look calls f while nothing is merged.
func (m *memory) look(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *memory) Merge(_ context.Context, b stats.Batch) (stats.Merged, error) {
	switch last := m.applied[b.Instance]; {
	case b.Seq <= last:
		return stats.Merged{Duplicate: true}, nil
	case b.Seq > last+1:
		return stats.Merged{}, stats.ErrGap
	}
	m.applied[b.Instance] = b.Seq
	m.batches = append(m.batches, b)
	for _, t := range b.Totals {
		c := m.totals[hourKey{t.Day, t.Hour}]
		c.Add(&t.Counts)
		m.totals[hourKey{t.Day, t.Hour}] = c
	}
	var out stats.Merged
	for _, r := range b.Rows {
		if _, ok := m.closed[r.Day]; ok {
			out.Folded++
			continue
		}
		c := m.rows[valueKey{r.Day, r.Dim, r.Value}]
		c.Add(&r.Counts)
		m.rows[valueKey{r.Day, r.Dim, r.Value}] = c
	}
	return out, nil
}

func (m *memory) Applied(_ context.Context, instance string) (stats.Applied, error) {
	return stats.Applied{Seq: m.applied[instance]}, nil
}

func (m *memory) days() []stats.Day {
	days := map[stats.Day]bool{}
	for k := range m.totals {
		days[k.day] = true
	}
	return slices.Sorted(maps.Keys(days))
}

func (m *memory) Span(context.Context) (first, last stats.Day, ok bool, err error) {
	days := m.days()
	if len(days) == 0 {
		return 0, 0, false, nil
	}
	return days[0], days[len(days)-1], true, nil
}

func (m *memory) Totals(_ context.Context, first, last stats.Day, f func(stats.Total)) error {
	keys := slices.SortedFunc(maps.Keys(m.totals), func(a, b hourKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.hour, b.hour))
	})
	for _, k := range keys {
		if k.day >= first && k.day <= last {
			f(stats.Total{Day: k.day, Hour: k.hour, Counts: m.totals[k]})
		}
	}
	return nil
}

func (m *memory) Rows(_ context.Context, dim stats.Dimension, first, last stats.Day, f func(stats.Row)) error {
	var rows []stats.Row
	for k, c := range m.rows {
		if k.dim == dim && k.day >= first && k.day <= last {
			rows = append(rows, stats.Row{Day: k.day, Dim: k.dim, Value: k.value, Counts: c})
		}
	}
	slices.SortFunc(rows, func(a, b stats.Row) int { return cmp.Compare(a.Day, b.Day) })
	for _, r := range rows {
		f(r)
	}
	return nil
}

func (m *memory) Select(ctx context.Context, sel stats.Selection, f func(r stats.Row, below bool)) error {
	return m.Rows(ctx, sel.Dim, sel.First, sel.Last, func(r stats.Row) {
		if sel.Match.Has(r.Value) {
			f(r, sel.Below(&r.Counts))
		}
	})
}

func (m *memory) Folds(_ context.Context, first, last stats.Day, of ...stats.Dimension) (folds []stats.Fold, err error) {
	for _, day := range m.days() {
		for _, f := range m.closed[day] {
			if day >= first && day <= last && (len(of) == 0 || slices.Contains(of, f.Dim)) {
				folds = append(folds, f)
			}
		}
	}
	return folds, nil
}

func (m *memory) Open(_ context.Context, before stats.Day) (open []stats.Day, err error) {
	for _, day := range m.days() {
		if _, ok := m.closed[day]; !ok && day < before {
			open = append(open, day)
		}
	}
	return open, nil
}

func (m *memory) Close(_ context.Context, c stats.Closing) error {
	if _, ok := m.closed[c.Day]; ok {
		return nil
	}
	maps.DeleteFunc(m.rows, func(k valueKey, _ stats.Counts) bool { return k.day == c.Day })
	for _, r := range c.Rows {
		m.rows[valueKey{r.Day, r.Dim, r.Value}] = r.Counts
	}
	m.closed[c.Day] = c.Folds
	return nil
}

func (m *memory) Pack(context.Context, stats.Day) error { return nil }

func (m *memory) Expire(context.Context, stats.Day) error { return nil }

func (m *memory) Trim(_ context.Context, before stats.Day, dims ...stats.Dimension) error {
	maps.DeleteFunc(m.rows, func(k valueKey, _ stats.Counts) bool { return k.day < before && slices.Contains(dims, k.dim) })
	return nil
}

// drain hands over everything that may leave.
func drain(t testing.TB, a *stats.Aggregator, out stats.Outbox, moment stats.Moment) {
	t.Helper()
	a.Cut(moment)
	for {
		b, ok := a.Outgoing()
		if !ok {
			return
		}
		if err := out.Put(t.Context(), b); err != nil {
			t.Fatalf("put batch %d: %v", b.Seq, err)
		}
		a.Delivered(b)
	}
}
