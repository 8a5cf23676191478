package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/archive"
	"github.com/kelisim/kelisim/internal/yearload"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/redisstore"
	"github.com/kelisim/kelisim/store/storetest/redistest"
	"github.com/kelisim/kelisim/visit"
)

var (
	ctx   = context.Background()
	first = visit.DateOf(2026, time.March, 1)
)

const days = 4

func bolt(t testing.TB) archive.Target {
	t.Helper()
	s, err := boltstore.Open(filepath.Join(t.TempDir(), "kelisim.db"), boltstore.Options{Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	return s
}

func redis(t testing.TB) archive.Target {
	t.Helper()
	redisstore.Quiet()
	s, err := redisstore.Open(ctx, redisstore.Options{URL: redistest.Start(t).URL(), Site: "site"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	return s
}

// filled counts traffic by two instances into s and closes all days but the last.
func filled(t testing.TB, s archive.Target) archive.Target {
	t.Helper()
	return filledUnder(t, s, stats.Floors{})
}

func filledUnder(t testing.TB, s archive.Target, floors stats.Floors) archive.Target {
	t.Helper()
	for _, instance := range []string{"one", "two"} {
		agg := stats.NewAggregator(stats.Options{Instance: instance, Shards: 1, Floors: floors})
		for i := range days {
			day := first + stats.Day(i)
			yearload.Day(day, 600+300*i, func(pv *visit.Pageview) { agg.Add(pv) })
			agg.EndDays(day + 1)
			agg.Cut(stats.HourEnd)
			for b, ok := agg.Outgoing(); ok; b, ok = agg.Outgoing() {
				if _, err := s.Merge(ctx, b); err != nil {
					t.Fatal(err)
				}
				agg.Delivered(b)
			}
		}
	}
	if _, err := stats.NewCloser(s, s, floors).Close(ctx, first+days-1); err != nil {
		t.Fatal(err)
	}
	return s
}

func written(t testing.TB, s archive.Target) []byte {
	t.Helper()
	var out bytes.Buffer
	done, err := archive.Write(ctx, &out, s, archive.WriteOptions{Site: "site", Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	if done.Days != days-1 || !slices.Equal(done.Open, []stats.Day{first + days - 1}) || done.Rows < 1000 {
		t.Fatalf("%+v", done)
	}
	return out.Bytes()
}

func options(target archive.Target) archive.ReadOptions {
	return archive.ReadOptions{Target: target, Zone: time.UTC}
}

// all returns everything that rests in a store of the closed days, in order.
func all(t testing.TB, s archive.Store) (lines []string) {
	t.Helper()
	last := first + days - 2
	add := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	add(s.Totals(ctx, first, last, func(total stats.Total) { lines = append(lines, fmt.Sprint("total ", total)) }))
	for dim := range stats.Stored() {
		add(s.Rows(ctx, dim, first, last, func(r stats.Row) { lines = append(lines, fmt.Sprint(r.Dim, " ", r)) }))
	}
	folds, err := s.Folds(ctx, first, last)
	add(err)
	for _, f := range folds {
		lines = append(lines, fmt.Sprint("fold ", f))
	}
	slices.Sort(lines)
	return lines
}

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	t.Errorf("%s: %d lines, want %d", what, len(got), len(want))
	shown := 0
	for _, line := range want {
		if _, ok := slices.BinarySearch(got, line); !ok && shown < 10 {
			t.Errorf("missing: %s", line)
			shown++
		}
	}
}

// TestRoundTrip: what one store wrote, the other holds, number for number, and so does a second document.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		from, to func(testing.TB) archive.Target
	}{{"bolt to redis", bolt, redis}, {"redis to bolt", redis, bolt}, {"bolt to bolt", bolt, bolt}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			from, to := filled(t, tt.from(t)), tt.to(t)
			doc := written(t, from)
			for run := range 2 {
				report, err := archive.Read(ctx, bytes.NewReader(doc), options(to))
				if err != nil || report.Added+report.Before != days-1 || report.Before != run*(days-1) || report.Folded != 0 {
					t.Fatalf("%+v, %v", report, err)
				}
				same(t, "the other store", all(t, to), all(t, from))
			}
			if open, err := to.Open(ctx, first+days); err != nil || len(open) != 0 {
				t.Errorf("open days %v, %v", open, err)
			}
			var again bytes.Buffer
			if _, err := archive.Write(ctx, &again, to, archive.WriteOptions{Site: "site", Zone: time.UTC}); err != nil {
				t.Fatal(err)
			}
			if got, want := again.String(), strings.Replace(string(doc), `["2026-03-04"]`, `[]`, 1); got != want {
				t.Error("the second document differs from the first")
			}
		})
	}
}

// failing is a store that fails from a call on, before or after it took effect.
type failing struct {
	archive.Target
	calls, at int
	after     bool
}

var errBroken = errors.New("broken")

func (f *failing) do(what func() error) error {
	f.calls++
	if f.calls < f.at {
		return what()
	}
	if f.calls == f.at && f.after {
		_ = what()
	}
	return errBroken
}

func (f *failing) Merge(ctx context.Context, b stats.Batch) (m stats.Merged, err error) {
	err = f.do(func() error { m, err = f.Target.Merge(ctx, b); return err })
	return m, err
}

func (f *failing) Close(ctx context.Context, c stats.Closing) error {
	return f.do(func() error { return f.Target.Close(ctx, c) })
}

// TestCutShort: wherever a store fails, the next run goes on and the numbers are the same.
func TestCutShort(t *testing.T) {
	t.Parallel()
	from := filled(t, bolt(t))
	doc, want := written(t, from), all(t, from)
	for at := 1; at <= 2*(days-1); at++ {
		for _, after := range []bool{false, true} {
			to := bolt(t)
			if _, err := archive.Read(ctx, bytes.NewReader(doc), options(&failing{Target: to, at: at, after: after})); !errors.Is(err, errBroken) {
				t.Fatalf("call %d: %v", at, err)
			}
			if _, err := archive.Read(ctx, bytes.NewReader(doc), options(to)); err != nil {
				t.Fatalf("call %d: %v", at, err)
			}
			same(t, fmt.Sprintf("call %d, after %v", at, after), all(t, to), want)
		}
	}
}

// TestCutFile: of a file that ends too soon, the whole days are in, and the whole file adds the rest.
func TestCutFile(t *testing.T) {
	t.Parallel()
	from := filled(t, bolt(t))
	doc, to := written(t, from), bolt(t)
	report, err := archive.Read(ctx, bytes.NewReader(doc[:len(doc)*3/4]), options(to))
	if !errors.Is(err, archive.ErrShort) || report.Added == 0 || report.Added == days-1 {
		t.Fatalf("%+v, %v", report, err)
	}
	if _, err := archive.Read(ctx, bytes.NewReader(doc), options(to)); err != nil {
		t.Fatal(err)
	}
	same(t, "the other store", all(t, to), all(t, from))
}

// TestHeldDays: a day that the store has of its own, open or closed, stays as it is.
func TestHeldDays(t *testing.T) {
	t.Parallel()
	doc := written(t, filled(t, bolt(t)))
	to := bolt(t)
	own := stats.Batch{Instance: "own", Seq: 1, Totals: []stats.Total{{Day: first + 1, Hour: 3, Counts: stats.Counts{stats.Views: 7}}}}
	if _, err := to.Merge(ctx, own); err != nil {
		t.Fatal(err)
	}
	o := options(to)
	o.Before = first + 2
	report, err := archive.Read(ctx, bytes.NewReader(doc), o)
	if err != nil || report.Added != 1 || !slices.Equal(report.Held, []stats.Day{first + 1, first + 2}) {
		t.Fatalf("%+v, %v", report, err)
	}
	var views int64
	if err := to.Totals(ctx, first+1, first+2, func(total stats.Total) { views += total.Counts[stats.Views] }); err != nil || views != 7 {
		t.Errorf("%d page views, %v", views, err)
	}
	if open, err := to.Open(ctx, first+days); err != nil || !slices.Equal(open, []stats.Day{first + 1}) {
		t.Errorf("open days %v, %v", open, err)
	}
}

// TestFloorsApply: a store with a higher floor takes in nothing below it.
func TestFloorsApply(t *testing.T) {
	t.Parallel()
	to := bolt(t)
	o := options(to)
	o.Floors = stats.Floors{Person: 30}
	report, err := archive.Read(ctx, bytes.NewReader(written(t, filled(t, bolt(t)))), o)
	if err != nil || report.Folded == 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	seen := 0
	for _, dim := range []stats.Dimension{stats.DimCountry, stats.DimCity, stats.DimProvider, stats.DimBrowser} {
		err := to.Rows(ctx, dim, first, first+days, func(r stats.Row) {
			if seen++; r.Counts[stats.Visitors] < 30 && r.Counts[stats.Visitors] > 0 {
				t.Errorf("%v is carried by %d visitors", dim, r.Counts[stats.Visitors])
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen == 0 {
		t.Error("no rows at all")
	}
}

// TestFloorsOfThePast: days that were closed under a lower floor than the site has now are told under the one it has now, whatever the
// document says of floors; a second reading finds nothing left to fold.
func TestFloorsOfThePast(t *testing.T) {
	t.Parallel()
	from := filledUnder(t, bolt(t), stats.Floors{Person: 2})
	below := func(s archive.Store) (n int) {
		for dim := range stats.Stored() {
			k := int64(stats.Floors{}.Of(dim))
			err := s.Rows(ctx, dim, first, first+days-2, func(r stats.Row) {
				r.Counts[stats.Bots] = 0
				if k > 1 && !r.Counts.IsZero() && dim.Crowd(&r.Counts) < k {
					n++
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return n
	}
	if below(from) == 0 {
		t.Fatal("nothing is below the floor: this tests nothing")
	}
	doc, to := written(t, from), bolt(t)
	if report, err := archive.Read(ctx, bytes.NewReader(doc), options(to)); err != nil || report.Folded != 0 || below(to) != 0 {
		t.Errorf("%+v, %v: %d values below the floor", report, err, below(to))
	}
	var low bytes.Buffer
	if _, err := archive.Write(ctx, &low, from, archive.WriteOptions{Zone: time.UTC, Floors: stats.Floors{Person: 2}}); err != nil {
		t.Fatal(err)
	}
	boast := strings.Replace(low.String(), `"floor_person":2`, `"floor_person":5`, 1)
	for what, doc := range map[string]string{"said": low.String(), "boasted": boast} {
		to := bolt(t)
		if report, err := archive.Read(ctx, strings.NewReader(doc), options(to)); err != nil || report.Folded == 0 || below(to) != 0 {
			t.Errorf("%s: %+v, %v: %d values below the floor", what, report, err, below(to))
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	doc := string(written(t, filled(t, bolt(t))))
	_, tail, _ := strings.Cut(doc, "\"days\":[\n")
	tests := []struct {
		name, doc string
		want      error
	}{
		{"no JSON", "page,views\n/,1\n", archive.ErrFormat},
		{"the dashboard's list", `{"list":"page","rows":[]}`, archive.ErrFormat},
		{"a newer version", strings.Replace(doc, `"kelisim_archive":1`, `"kelisim_archive":2`, 1), archive.ErrFormat},
		{"no header", "{\"days\":[\n" + tail, archive.ErrFormat},
		{"another zone", strings.Replace(doc, `"zone":"UTC"`, `"zone":"Asia/Almaty"`, 1), archive.ErrZone},
		{"a day missing", strings.Replace(doc, `"number_of_days":3`, `"number_of_days":4`, 1), archive.ErrShort},
	}
	for _, tt := range tests {
		if _, err := archive.Read(ctx, strings.NewReader(tt.doc), options(bolt(t))); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	for name, doc := range map[string]string{
		"unknown dimension": strings.Replace(doc, `"country":{`, `"county":{`, 1),
		"unknown measure":   strings.Replace(doc, `"views":`, `"vows":`, 1),
		"days twice":        strings.Replace(doc, `{"day":"2026-03-02"`, `{"day":"2026-03-01"`, 1),
		"too large a count": strings.Replace(doc, `"views":`, `"views":9007199254740993,"x":`, 1),
		"an hour":           strings.Replace(doc, `"totals":{"0":`, `"totals":{"24":`, 1),
		"no number":         strings.Replace(doc, `"views":`, `"views":"`, 1),
	} {
		if _, err := archive.Read(ctx, strings.NewReader(doc), options(bolt(t))); err == nil {
			t.Errorf("%s: read without complaint", name)
		}
	}
	to := bolt(t)
	if _, err := archive.Read(ctx, strings.NewReader(doc), options(to)); err != nil {
		t.Fatal(err)
	}
	i := strings.LastIndex(doc, `"requests":`)
	if _, err := archive.Read(ctx, strings.NewReader(doc[:i]+doc[i+len(`"requests":`):]), options(to)); err == nil {
		t.Error("a broken copy of a document was read without complaint")
	}
	changed := regexp.MustCompile(`("day":"2026-03-03","totals":\{"\d+":\{)`).ReplaceAllString(doc, `${1}"refused":9,`)
	if _, err := archive.Read(ctx, strings.NewReader(changed), options(to)); changed == doc || !errors.Is(err, archive.ErrOther) {
		t.Errorf("a document changed by hand: %v", err)
	}
}

func TestNothingToWrite(t *testing.T) {
	t.Parallel()
	if _, err := archive.Write(ctx, &bytes.Buffer{}, bolt(t), archive.WriteOptions{Zone: time.UTC}); !errors.Is(err, archive.ErrEmpty) {
		t.Errorf("%v", err)
	}
}

// nowhere is a store that holds nothing and forgets everything.
type nowhere struct{ closed int }

func (*nowhere) Merge(context.Context, stats.Batch) (stats.Merged, error) { return stats.Merged{}, nil }
func (*nowhere) Applied(context.Context, string) (stats.Applied, error)   { return stats.Applied{}, nil }
func (*nowhere) Span(context.Context) (a, b stats.Day, ok bool, err error) {
	return 0, 0, false, nil
}
func (*nowhere) Totals(context.Context, stats.Day, stats.Day, func(stats.Total)) error { return nil }
func (*nowhere) Rows(context.Context, stats.Dimension, stats.Day, stats.Day, func(stats.Row)) error {
	return nil
}
func (*nowhere) Select(context.Context, stats.Selection, func(stats.Row, bool)) error { return nil }
func (*nowhere) Folds(context.Context, stats.Day, stats.Day, ...stats.Dimension) ([]stats.Fold, error) {
	return nil, nil
}
func (*nowhere) Pack(context.Context, stats.Day) error                     { return nil }
func (*nowhere) Open(context.Context, stats.Day) ([]stats.Day, error)      { return nil, nil }
func (n *nowhere) Close(context.Context, stats.Closing) error              { n.closed++; return nil }
func (*nowhere) Expire(context.Context, stats.Day) error                   { return nil }
func (*nowhere) Trim(context.Context, stats.Day, ...stats.Dimension) error { return nil }

func FuzzRead(f *testing.F) {
	f.Add(`{"kelisim_archive":1,"site":"s","zone":"UTC","first":"2026-03-01","last":"2026-03-01","number_of_days":1,"floor_person":5,"floor_open":1,"open_days_left_out":[],"days":[` +
		`{"day":"2026-03-01","totals":{"3":{"views":9,"visitors":8}},"rows":{"page":{"/":{"views":9}},"page-country":{"/\u001fKZ":{"crowd":8}}},"folds":[{"dimension":"city","reason":"below","k":5,"values":1,"counts":{"views":1}}]}]}`)
	f.Add(`{"kelisim_archive":1,"zone":"UTC","days":[]}`)
	f.Fuzz(func(t *testing.T, doc string) {
		target := &nowhere{}
		report, err := archive.Read(ctx, strings.NewReader(doc), options(target))
		if err == nil && (report.Days != report.Number || report.Added != target.closed) {
			t.Errorf("%+v, %d closed", report, target.closed)
		}
	})
}
