package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/internal/archive"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/internal/plausible"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

type importCmd struct {
	Files  []string `arg:"" name:"file" help:"Access logs of nginx, Apache or Caddy, gzip too, or what --from names; - is standard input." placeholder:"FILE"`
	From   string   `help:"What the files are: log, goatcounter (CSV export), plausible (ZIP or CSV export) or kelisim (made by kelisim export)." default:"log" enum:"log,goatcounter,plausible,kelisim"`
	Export bool     `help:"The same as --from kelisim."`
	Host   string   `help:"Host of the site, so that links within it are no referrers." placeholder:"HOST"`
	Quiet  bool     `help:"Show no progress."`
	Policy string   `help:"The site's consent policy: lines of access logs and of GoatCounter that are older than the term it states are not counted, since the server would remove them." env:"KELISIM_POLICY" placeholder:"FILE"`
	keepFlags
	AddHeld bool `help:"Count lines also of days that the store holds from elsewhere, from live traffic above all, or has closed. Whoever is in both is counted twice."`
	storeFlags
}

// gcPercent trades a little time for memory: a log is long, what is kept of it is not.
const gcPercent = 40

// Help tells kong what to print below the summary.
func (importCmd) Help() string {
	return "Lines go through the same anonymiser as live traffic. A file can be given again: what was counted before is not counted twice, and an import that was cut short goes on where it stopped. Give all parts of a rotated log in one command, in any order. Give the same --floor as the site has (5 unless told; 1 for the demonstration)." +
		"\n\nOf Plausible, give the ZIP of its export, or all of its CSV files at once: imported_visitors.csv must be among them. An export of Kelisim adds closed days that the store does not hold; days that it holds stay as they are." +
		"\n\nMore in docs/importing.md."
}

func (c importCmd) Run(s streams) error {
	if c.Export {
		c.From = "kelisim"
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	zone, zoneErr := c.zone()
	floors, floorErr := c.floors(5)
	locator, geoErr := c.locator()
	if err := errors.Join(zoneErr, floorErr, geoErr, c.readable()); err != nil {
		return err
	}
	first, err := c.firstKept(zone)
	if err != nil {
		return err
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	}
	store, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	release := holdDays(ctx, store, s.logger)
	today, _ := visit.DayOf(time.Now(), zone)
	switch c.From {
	case "kelisim":
		err = c.archives(ctx, s, archive.ReadOptions{Target: store, Zone: zone, Floors: floors, Before: today})
	case "plausible":
		err = c.plausible(ctx, s, plausible.Options{Sink: store, Floors: floors, Host: c.Host, Before: today})
	default:
		err = c.logs(ctx, s, logimport.Options{Sink: store, Locator: locator, Zone: zone, Floors: floors, Host: c.Host, First: first})
	}
	release()
	return errors.Join(err, store.Shutdown())
}

// firstKept is the first day that the site keeps, as far as the flags tell; 0 for all.
func (c importCmd) firstKept(zone *time.Location) (stats.Day, error) {
	keep, err := c.terms()
	if err != nil {
		return 0, err
	}
	var policy consent.Policy
	if c.Policy != "" {
		if policy, err = policyfile.Load(c.Policy); err != nil {
			return 0, usageError{err}
		}
	}
	return guard.FirstKept(policy, keep, time.Now(), zone), nil
}

// held learns which days are not to be counted again.
func (c importCmd) held(ctx context.Context, o *logimport.Options) (err error) {
	if store, ok := o.Sink.(logimport.Store); ok && !c.AddHeld {
		o.Held, err = logimport.Held(ctx, store)
	}
	return err
}

// logs counts access logs, or page views in another's format.
func (c importCmd) logs(ctx context.Context, s streams, o logimport.Options) error {
	if c.From == "goatcounter" {
		o.Format = logimport.GoatCounter
	}
	if err := c.held(ctx, &o); err != nil {
		return err
	}
	run, err := logimport.New(o)
	if err != nil {
		return err
	}
	logs, err := c.inOrder(ctx, o.Format)
	defer func() {
		for _, l := range logs {
			l.close()
		}
	}()
	if err != nil {
		return err
	}
	for _, l := range logs {
		if err := c.file(ctx, s, l, run); err != nil {
			return err
		}
	}
	return nil
}

func (c importCmd) file(ctx context.Context, s streams, l *logFile, run *logimport.Import) error {
	bar := c.bar(s, l.path, l.size)
	reader, err := l.open(ctx, bar)
	if err != nil {
		return err
	}
	defer l.close()
	began := time.Now()
	report, err := run.File(ctx, reader)
	_ = bar.Finish()
	switch {
	case errors.Is(err, logimport.ErrOther), errors.Is(err, logimport.ErrShort), errors.Is(err, logimport.ErrOptions), errors.Is(err, logimport.ErrFormat):
		return usage("%s: nothing was counted: %w", name(l.path), err)
	case errors.Is(err, logimport.ErrHeld):
		printReport(s.out, name(l.path), report, time.Since(began))
		return usage("%s: stopped behind line %d, what lies before it was counted: %w; run the same command with --add-held to count the rest all the same", name(l.path), report.Lines, err)
	case err != nil:
		return fmt.Errorf("%s: stopped at line %d: %w; run the same command again to go on", name(l.path), report.Lines, err)
	}
	printReport(s.out, name(l.path), report, time.Since(began))
	return nil
}

// bar draws progress on a terminal, and nothing in a log file.
func (c importCmd) bar(s streams, path string, size int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(size,
		progressbar.OptionSetDescription(name(path)),
		progressbar.OptionSetWriter(s.err),
		progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetVisibility(!c.Quiet && terminal(s.err)),
		progressbar.OptionOnCompletion(func() { fmt.Fprintln(s.err) }),
	)
}

func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func printReport(w io.Writer, file string, r logimport.Report, took time.Duration) {
	fmt.Fprintf(w, "%s: %d lines read, %d counted", file, r.Lines, r.Counted)
	if r.Before > 0 {
		fmt.Fprintf(w, ", %d had been counted before", r.Before)
	}
	fmt.Fprintf(w, ", %d left out.\n", r.Bad)
	if r.Old > 0 {
		fmt.Fprintf(w, "  %d lines are older than statistics are kept, and are not counted.\n", r.Old)
	}
	if r.Counted+r.Before > 0 {
		fmt.Fprintf(w, "  %v to %v: %d page views and %d other requests by people, %d requests by bots.\n", r.First, r.Last, r.Views, r.Requests-r.Views, r.Bots)
	}
	if r.Events > 0 {
		fmt.Fprintf(w, "  %d custom events.\n", r.Events)
	}
	if r.Folded > 0 {
		fmt.Fprintf(w, "  %d rows were left to \"other\": their dimension has as many values as it may.\n", r.Folded)
	}
	if r.Late > 0 {
		fmt.Fprintf(w, "  %d lines lie days behind those before them: they are in the totals of their days and in no list. Sort the log by time, or give its parts one by one.\n", r.Late)
	}
	for _, bad := range r.Named {
		fmt.Fprintf(w, "  line %d: %s\n", bad.Line, bad.Reason)
	}
	if r.Bad > int64(len(r.Named)) {
		reasons := slices.SortedFunc(maps.Keys(r.Reasons), func(a, b string) int { return cmp.Compare(r.Reasons[b], r.Reasons[a]) })
		fmt.Fprintf(w, "  … and %d more; in all:\n", r.Bad-int64(len(r.Named)))
		for _, reason := range reasons {
			fmt.Fprintf(w, "  %8d  %s\n", r.Reasons[reason], reason)
		}
	}
	fmt.Fprintf(w, "  %.1f s, %.0f lines a second.\n", took.Seconds(), float64(r.Lines)/max(took.Seconds(), 1e-9))
}
