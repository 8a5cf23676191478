package plausible_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/plausible"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

var (
	ctx    = context.Background()
	update = flag.Bool("update", false, "write the golden files")
)

type store interface {
	plausible.Store
	stats.Keeper
}

func bolt(t testing.TB) store {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "kelisim.db"), boltstore.Options{Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	return s
}

func samples(t testing.TB) (files []plausible.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "imported_*.csv"))
	if err != nil || len(paths) < 6 {
		t.Fatalf("%d samples, %v", len(paths), err)
	}
	for _, path := range paths {
		files = append(files, plausible.File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	return files
}

func text(name, content string) plausible.File {
	return plausible.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

// all returns everything that rests in a store.
func all(t testing.TB, s stats.Source) string {
	t.Helper()
	var lines []string
	const first, last = 0, 30_000
	name := func(c *stats.Counts) (out string) {
		for m := range stats.NumMeasures {
			if c[m] != 0 {
				out += fmt.Sprintf(" %v=%d", m, c[m])
			}
		}
		return out
	}
	if err := s.Totals(ctx, first, last, func(x stats.Total) { lines = append(lines, fmt.Sprint(x.Day, " total", name(&x.Counts))) }); err != nil {
		t.Fatal(err)
	}
	for dim := range stats.Stored() {
		if err := s.Rows(ctx, dim, first, last, func(r stats.Row) {
			lines = append(lines, fmt.Sprintf("%v %v %q%s", r.Day, r.Dim, r.Value, name(&r.Counts)))
		}); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// TestGolden: what a sample becomes; nothing personal and nothing rare is in it.
func TestGolden(t *testing.T) {
	t.Parallel()
	s := bolt(t)
	report, err := plausible.Import(ctx, append(samples(t), text("readme.txt", "")), plausible.Options{Sink: s})
	if err != nil || report.Added != 2 || report.Bad != 2 || report.Floored == 0 || len(report.Passed) != 1 || len(report.Named) != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	got := all(t, s)
	golden := filepath.Join("testdata", "store.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for _, never := range []string{"ann@", "Firefox", "DE", "145"} {
		if strings.Contains(got, never) {
			t.Errorf("%q rests in the store", never)
		}
	}
}

// TestListsAddUp: no list counts more than the total of its day.
func TestListsAddUp(t *testing.T) {
	t.Parallel()
	s := bolt(t)
	report, err := plausible.Import(ctx, samples(t), plausible.Options{Sink: s})
	if err != nil {
		t.Fatal(err)
	}
	r := stats.NewReports(s, nil, stats.ReportOptions{})
	for dim := range stats.Dimensions() {
		for day := report.First; day <= report.Last; day++ {
			top, err := r.Top(ctx, stats.Query{Dim: dim, Range: stats.Range{First: day, Last: day}})
			if err != nil {
				t.Fatal(err)
			}
			for m, n := range top.Other.Counts {
				if n < 0 && !dim.Spec().Signal {
					t.Errorf("%v of %v: %d %v beyond the total", dim, day, -n, stats.Measure(m))
				}
			}
		}
	}
	if _, err := stats.NewCloser(s, s, stats.Floors{}).Close(ctx, report.Last+1); err != nil {
		t.Fatal(err)
	}
}

// failing fails from a call on, before or after it took effect.
type failing struct {
	store
	left  int
	after bool
}

var errBroken = errors.New("broken")

func (f *failing) Merge(ctx context.Context, b stats.Batch) (stats.Merged, error) {
	if f.left--; f.left > 0 {
		return f.store.Merge(ctx, b)
	}
	if f.left == 0 && f.after {
		_, _ = f.store.Merge(ctx, b)
	}
	return stats.Merged{}, errBroken
}

// TestCutShort: wherever the store fails, running it again completes it; once more changes nothing.
func TestCutShort(t *testing.T) {
	t.Parallel()
	whole := bolt(t)
	if _, err := plausible.Import(ctx, samples(t), plausible.Options{Sink: whole}); err != nil {
		t.Fatal(err)
	}
	want := all(t, whole)
	for at := 1; at <= 5; at++ {
		for _, after := range []bool{false, true} {
			s := bolt(t)
			if _, err := plausible.Import(ctx, samples(t), plausible.Options{Sink: &failing{s, at, after}}); !errors.Is(err, errBroken) {
				t.Fatalf("merge %d: %v", at, err)
			}
			for range 2 {
				if _, err := plausible.Import(ctx, samples(t), plausible.Options{Sink: s}); err != nil {
					t.Fatal(err)
				}
			}
			if got := all(t, s); got != want {
				t.Errorf("merge %d, after %v:\n%s", at, after, got)
			}
		}
	}
	report, err := plausible.Import(ctx, samples(t), plausible.Options{Sink: whole})
	if err != nil || !report.Before || all(t, whole) != want {
		t.Errorf("%+v, %v", report, err)
	}
}

// TestHeldDays: days that the store has of its own stay, also when a longer export comes later.
func TestHeldDays(t *testing.T) {
	t.Parallel()
	s := bolt(t)
	short := text("imported_visitors_20260301_20260301.csv", "date,visitors,pageviews,bounces,visits,visit_duration\n2026-03-01,40,120,20,50,6000\n")
	if report, err := plausible.Import(ctx, []plausible.File{short}, plausible.Options{Sink: s}); err != nil || report.Added != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	report, err := plausible.Import(ctx, samples(t), plausible.Options{Sink: s})
	if err != nil || report.Added != 1 || report.Held != 1 || strings.Count(all(t, s), "total") != 2 {
		t.Errorf("%+v, %v\n%s", report, err, all(t, s))
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	visitors := text("imported_visitors.csv", "date,visitors\n2026-03-01,4\n")
	tests := []struct {
		name  string
		files []plausible.File
		want  error
	}{
		{"no totals", []plausible.File{text("imported_pages.csv", "date,page,pageviews\n")}, plausible.ErrTotals},
		{"twice", []plausible.File{visitors, visitors}, plausible.ErrTwice},
		{"no date", []plausible.File{text("imported_visitors.csv", "day,visitors\n")}, plausible.ErrFormat},
		{"empty", []plausible.File{text("imported_visitors.csv", "")}, plausible.ErrFormat},
		{"no figures", []plausible.File{visitors, text("imported_pages.csv", "date,page\n")}, plausible.ErrFormat},
	}
	for _, tt := range tests {
		s := bolt(t)
		if _, err := plausible.Import(ctx, tt.files, plausible.Options{Sink: s}); !errors.Is(err, tt.want) || all(t, s) != "\n" {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// nowhere keeps nothing.
type nowhere struct {
	plausible.Store
	rows []stats.Row
}

func (n *nowhere) Merge(_ context.Context, b stats.Batch) (stats.Merged, error) {
	n.rows = append(n.rows, b.Rows...)
	return stats.Merged{}, nil
}
func (*nowhere) Applied(context.Context, string) (stats.Applied, error) { return stats.Applied{}, nil }
func (*nowhere) Totals(context.Context, stats.Day, stats.Day, func(stats.Total)) error {
	return nil
}

func FuzzImport(f *testing.F) {
	for _, file := range samples(f) {
		content, err := os.ReadFile(filepath.Join("testdata", file.Name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file.Name, content)
	}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		s := &nowhere{}
		files := []plausible.File{text(name, string(content))}
		if !strings.HasPrefix(name, "imported_visitors") {
			files = append(files, text("imported_visitors.csv", "date,visitors,visits,pageviews,visit_duration,bounces\n2026-03-01,40,50,120,6000,20\n2026-03-02,40,50,120,6000,20\n"))
		}
		_, _ = plausible.Import(ctx, files, plausible.Options{Sink: s})
		for _, r := range s.rows {
			if !r.Dim.ValidValue(r.Value) || r.Dim.Spec().Floor == stats.FloorPerson && r.Dim.Crowd(&r.Counts) < 5 || slices.Min(r.Counts[:]) < 0 || bytes.ContainsRune([]byte(r.Value), '@') {
				t.Errorf("%+v", r)
			}
		}
	})
}
