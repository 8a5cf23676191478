package plausible

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Store is what is added to.
type Store interface {
	stats.Sink
	stats.Source
}

// Options say how files are read.
type Options struct {
	Sink   Store        // required
	Floors stats.Floors // the site's
	Host   string       // of the site, so that links within it are no referrers
	Before stats.Day    // the first day that is not read; 0 is no bound
}

// File is one file of an export. It is opened twice.
type File struct {
	Name string // as the export names it: imported_pages.csv
	Open func() (io.ReadCloser, error)
}

// Report says what became of an export.
type Report struct {
	Files   int      // read
	Passed  []string // files that are none of the export's, passed over
	Days    int      // of the export
	Added   int      // days that were added, by this run or earlier ones
	Held    int      // days left as they are, because the store holds them from elsewhere
	Lines   int64
	Bad     int64
	Named   []BadLine // the first bad lines
	Floored int64     // rows of which fewer than k visitors were told, left to "other"
	Folded  int64     // rows that the store left to "other"
	Before  bool      // an earlier run had added all of it
	First   stats.Day
	Last    stats.Day
}

// BadLine is a line that was left out.
type BadLine struct {
	File   string
	Line   int64
	Reason string
}

// What can stand against an export. Nothing was added then.
var (
	ErrFormat = errors.New("plausible: it is no export of Plausible")
	ErrTotals = errors.New("plausible: imported_visitors.csv is missing: give the ZIP, or all CSV files at once")
	ErrTwice  = errors.New("plausible: two files of the same kind were given: give one export at a time")
)

const (
	maxNamed = 20
	maxDays  = 30_000
	perBatch = 4000 // rows, about
)

// run is one import under way.
type run struct {
	options  Options
	files    map[string]File // by sheet
	folder   folder
	days     []stats.Day
	totals   map[stats.Day]stats.Counts
	taken    map[stats.Day]bool
	instance string
	applied  stats.Applied
	mark     []byte
	seq      uint64
	rows     []stats.Row
	report   Report
}

// Import adds an export. Errors of the store are returned as they come: run the import again then.
func Import(ctx context.Context, files []File, o Options) (Report, error) {
	im := &run{
		options: o, files: map[string]File{}, folder: folder{scrubber: visit.NewScrubber(0), host: o.Host},
		totals: map[stats.Day]stats.Counts{}, taken: map[stats.Day]bool{},
	}
	if err := im.begin(files); err != nil {
		return im.report, err
	}
	if err := im.choose(ctx); err != nil {
		return im.report, err
	}
	b := stats.Batch{}
	for _, day := range im.days {
		if im.taken[day] {
			b.Totals = append(b.Totals, stats.Total{Day: day, Hour: noon, Counts: im.totals[day]})
		}
	}
	if err := im.merge(ctx, b); err != nil {
		return im.report, err
	}
	for _, s := range sheets[1:] {
		if err := im.sheet(ctx, s); err != nil {
			return im.report, err
		}
	}
	im.report.Before = im.applied.Seq >= im.seq
	return im.report, nil
}

// noon is the hour at which a day is counted.
const noon = 12

// begin sorts the files, names the export and reads its totals.
func (im *run) begin(files []File) error {
	for _, f := range files {
		s, ok := sheetOf(f.Name)
		if !ok {
			im.report.Passed = append(im.report.Passed, f.Name)
			continue
		}
		if im.files[s.name].Open != nil {
			return ErrTwice
		}
		im.files[s.name] = f
		im.report.Files++
	}
	if im.files[totals].Open == nil {
		return ErrTotals
	}
	sum := sha256.New()
	for _, s := range sheets {
		if f := im.files[s.name]; f.Open != nil {
			fmt.Fprintln(sum, s.name)
			if err := read(f, func(r io.Reader) error {
				if _, err := s.open(io.TeeReader(r, sum)); err != nil {
					return err
				}
				_, err := io.Copy(sum, r)
				return err
			}); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(sum, "%d %d %q", im.options.Floors.Of(stats.DimCountry), im.options.Floors.Of(stats.DimPage), im.options.Host)
	im.instance = "plausible-" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:15])
	return im.readTotals()
}

func read(f File, use func(io.Reader) error) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("plausible: open %s: %w", f.Name, err)
	}
	return errors.Join(use(r), r.Close())
}

func (im *run) readTotals() error {
	err := im.lines(sheets[0], func(l line) error {
		c, seen := im.totals[l.day]
		if !seen {
			im.days = append(im.days, l.day)
		}
		c.Add(&l.counts)
		im.totals[l.day] = c
		return nil
	})
	if len(im.days) > maxDays {
		return fmt.Errorf("%w: more than %d days", ErrFormat, maxDays)
	}
	slices.Sort(im.days)
	if im.report.Days = len(im.days); len(im.days) > 0 {
		im.report.First, im.report.Last = im.days[0], im.days[len(im.days)-1]
	}
	return err
}

// lines calls f for each line of a sheet that can be read.
func (im *run) lines(s sheet, f func(line) error) error {
	file := im.files[s.name]
	if file.Open == nil {
		return nil
	}
	return read(file, func(in io.Reader) error {
		r, err := s.open(in)
		if err != nil {
			return err
		}
		for n := int64(2); ; n++ {
			l, err := r.next()
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case errors.Is(err, errRecord), errors.Is(err, errDate), errors.Is(err, errNumber):
				im.report.Lines++
				im.report.Bad++
				if len(im.report.Named) < maxNamed {
					im.report.Named = append(im.report.Named, BadLine{s.name + ".csv", n, err.Error()})
				}
				continue
			case err != nil:
				return err
			}
			im.report.Lines++
			if err := f(l); err != nil {
				return err
			}
		}
	})
}

// choose decides which days are added: by the store, the first time; by the mark of the batches, later.
func (im *run) choose(ctx context.Context) (err error) {
	if im.applied, err = im.options.Sink.Applied(ctx, im.instance); err != nil {
		return fmt.Errorf("plausible: ask the store: %w", err)
	}
	held := map[stats.Day]bool{}
	if im.applied.Seq == 0 && len(im.days) > 0 {
		if err := im.options.Sink.Totals(ctx, im.report.First, im.report.Last, func(t stats.Total) { held[t.Day] = true }); err != nil {
			return fmt.Errorf("plausible: look at the days: %w", err)
		}
	}
	im.mark = make([]byte, (len(im.days)+7)/8)
	for i, day := range im.days {
		take := !held[day] && (im.options.Before == 0 || day < im.options.Before)
		if im.applied.Seq > 0 {
			take = i/8 < len(im.applied.Mark) && im.applied.Mark[i/8]>>(i%8)&1 == 1
		}
		if take {
			im.mark[i/8] |= 1 << (i % 8)
			im.taken[day] = true
			im.report.Added++
		} else {
			im.report.Held++
		}
	}
	return nil
}

// leaf is one line with what it counts under.
type leaf struct {
	values []value
	counts stats.Counts
}

// sheet adds the rows of one file, day by day.
func (im *run) sheet(ctx context.Context, s sheet) error {
	var day stats.Day
	var leaves []leaf
	err := im.lines(s, func(l line) error {
		if !im.taken[l.day] {
			return nil
		}
		if l.day != day || len(leaves) >= maxLeaves {
			im.fold(day, leaves)
			day, leaves = l.day, leaves[:0]
			if len(im.rows) >= perBatch {
				if err := im.flush(ctx); err != nil {
					return err
				}
			}
		}
		leaves = append(leaves, leaf{s.dims(&im.folder, l.values), l.counts})
		return nil
	})
	if err != nil {
		return err
	}
	im.fold(day, leaves)
	return im.flush(ctx)
}

// maxLeaves bounds the lines of a day that are held at once.
const maxLeaves = 200_000

// fold makes rows of the lines of a day: made smaller where they add up to more than its total, and under the floor.
func (im *run) fold(day stats.Day, leaves []leaf) {
	if len(leaves) == 0 {
		return
	}
	var sum stats.Counts
	for i := range leaves {
		sum.Add(&leaves[i].counts)
	}
	whole := im.totals[day]
	told := map[value]*stats.Counts{}
	for i := range leaves {
		c := leaves[i].counts
		for m := range c {
			if m := stats.Measure(m); m == stats.Viewers || m == stats.Timed {
				continue // which no total holds
			}
			if m != int(stats.Events) && sum[m] > whole[m] && leaves[i].values[0].dim != stats.DimEvent {
				c[m] = c[m] * whole[m] / sum[m]
			}
		}
		for _, v := range leaves[i].values {
			if told[v] == nil {
				told[v] = new(stats.Counts)
			}
			told[v].Add(&c)
		}
	}
	first := len(im.rows)
	for v, c := range told {
		if v.dim == stats.DimSection { // who viewed several of its pages would be several
			c[stats.Viewers] = 0
		}
		for m := range c {
			if !v.dim.Spec().Measures.Has(stats.Measure(m)) {
				c[m] = 0
			}
		}
		k := int64(im.options.Floors.Of(v.dim))
		switch {
		case c.IsZero() || !v.dim.ValidValue(v.text) || v.text == "" && v.dim.Spec().Signal:
		case k > 1 && v.dim.Crowd(c) < k:
			im.report.Floored++
		default:
			im.rows = append(im.rows, stats.Row{Day: day, Dim: v.dim, Value: v.text, Counts: *c})
		}
	}
	slices.SortFunc(im.rows[first:], func(a, b stats.Row) int { return cmp.Or(cmp.Compare(a.Dim, b.Dim), cmp.Compare(a.Value, b.Value)) })
}

// flush merges the rows that wait.
func (im *run) flush(ctx context.Context) error {
	if len(im.rows) == 0 {
		return nil
	}
	b := stats.Batch{Rows: im.rows}
	im.rows = nil
	return im.merge(ctx, b)
}

// merge gives a batch the next number, unless the store has it.
func (im *run) merge(ctx context.Context, b stats.Batch) error {
	im.seq++
	if im.seq <= im.applied.Seq {
		return nil
	}
	b.Instance, b.Seq, b.Mark = im.instance, im.seq, im.mark
	merged, err := im.options.Sink.Merge(ctx, b)
	if err != nil {
		return fmt.Errorf("plausible: add: %w", err)
	}
	im.report.Folded += int64(merged.Folded)
	return nil
}
