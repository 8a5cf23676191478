package logimport

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Chunk is the number of lines after which a batch is cut.
const Chunk = 20000

// daysAlive is how many days a log may go back and forth.
const daysAlive = 3

// maxNamed is how many bad lines a Report names.
const maxNamed = 20

// Options say how a log is counted.
type Options struct {
	Sink    stats.Sink     // required
	Locator geo.Locator    // required
	Zone    *time.Location // required: the site's
	Floors  stats.Floors
	Host    string   // of the site, so that links within it are no referrers; "" where the log names it, or nobody does
	Tags    []string // campaign tags beside utm_*
}

// Report says what became of a log.
type Report struct {
	Lines    int64 // read, bad ones included
	Counted  int64 // counted by this run
	Before   int64 // counted by earlier runs
	Bad      int64
	Named    []BadLine // the first bad lines
	Reasons  map[string]int64
	Requests int64 // of people, this run and earlier ones
	Views    int64
	Bots     int64
	First    stats.Day
	Last     stats.Day
	Folded   int64 // rows that the cap on values left to "other"
}

// BadLine is a line that was left out. Its text is not repeated: it is personal data.
type BadLine struct {
	Line   int64
	Reason string
}

// ErrOther says that the log begins like one that was counted before and goes on otherwise.
var ErrOther = errors.New("logimport: the log begins like one that was counted before, and goes on otherwise: if it is another log, remove its first lines")

// ErrOptions says that the log was counted before with other options.
var ErrOptions = errors.New("logimport: the log was counted before with another time zone, floor or host: use the same again")

// run is one import under way.
type run struct {
	options    Options
	parser     accesslog.Parser
	anonymiser *visit.Anonymiser
	aggregator *stats.Aggregator // nil until a line names the file
	applied    stats.Applied
	past       mark
	print      print
	report     Report
	latest     stats.Day
}

// File counts the log in r. The error of a store is returned as it comes: run the import again then.
// Its Report holds as far as it went.
func File(ctx context.Context, r io.Reader, o Options) (Report, error) {
	anonymiser, err := visit.NewAnonymiser(visit.Options{
		Secret: []byte(rand.Text() + rand.Text()), Zone: o.Zone, Hosts: hosts(o.Host), Tags: o.Tags, Days: daysAlive,
	})
	if err != nil {
		return Report{}, err
	}
	im := &run{options: o, anonymiser: anonymiser, print: newPrint(), report: Report{Reasons: map[string]int64{}}}
	err = im.read(ctx, r)
	return im.report, err
}

func hosts(host string) []string {
	if host == "" {
		return nil
	}
	return []string{host}
}

func (im *run) read(ctx context.Context, r io.Reader) error {
	reader := bufio.NewReaderSize(r, 256<<10)
	for {
		line, n, err := readLine(reader)
		if n > 0 {
			if err := im.line(ctx, line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return im.end(ctx)
		}
		if err != nil {
			return fmt.Errorf("logimport: read line %d: %w", im.report.Lines+1, err)
		}
	}
}

// readLine reads a line of any length, of which at most a little more than [accesslog.MaxLine] is kept.
func readLine(r *bufio.Reader) (line []byte, n int, err error) {
	for {
		part, err := r.ReadSlice('\n')
		n += len(part)
		if len(line) <= accesslog.MaxLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
				line = line[:len(line)-1]
			}
			return line, n, err
		}
	}
}

func (im *run) line(ctx context.Context, raw []byte) error {
	im.report.Lines++
	l, err := im.parser.Parse(string(raw))
	if err != nil {
		im.bad(err)
	} else if err := im.count(ctx, &l); err != nil {
		return err
	}
	if im.report.Lines%Chunk == 0 || im.past.ends(im.report.Lines) {
		return im.cut(ctx, im.past.ends(im.report.Lines))
	}
	return nil
}

func (im *run) bad(err error) {
	im.report.Bad++
	im.report.Reasons[err.Error()]++
	if len(im.report.Named) < maxNamed {
		im.report.Named = append(im.report.Named, BadLine{Line: im.report.Lines, Reason: err.Error()})
	}
}

func (im *run) count(ctx context.Context, l *visit.LogLine) error {
	if l.Host == "" {
		l.Host = im.options.Host
	}
	hit := visit.FromLog(*l)
	location := im.options.Locator.Locate(hit.Addr())
	pv := im.anonymiser.Page(hit, visit.Response{Status: l.Status, Place: visit.Place{
		Country: location.Country, Region: location.Region, City: location.City, Provider: location.Provider,
	}})
	im.print.add(l, &pv)
	if im.aggregator == nil {
		if err := im.open(ctx); err != nil {
			return err
		}
	}
	im.advance(pv.Day)
	im.aggregator.Add(&pv)
	im.tally(&pv)
	return nil
}

func (im *run) tally(pv *visit.Pageview) {
	r := &im.report
	if r.Counted+r.Before == 0 || pv.Day < r.First {
		r.First = pv.Day
	}
	r.Last = max(r.Last, pv.Day)
	if im.report.Lines <= im.past.lines {
		r.Before++
	} else {
		r.Counted++
	}
	switch {
	case pv.Bot != "":
		r.Bots++
	default:
		r.Requests++
	}
	if pv.View() {
		r.Views++
	}
}

// open asks the store what it has of this file.
func (im *run) open(ctx context.Context) error {
	instance := im.print.instance()
	applied, err := im.options.Sink.Applied(ctx, instance)
	if err != nil {
		return err
	}
	if applied.Seq > 0 {
		if im.past, err = parseMark(applied.Mark); err != nil {
			return err
		}
		if im.past.options != im.digest() {
			return ErrOptions
		}
	}
	im.applied = applied
	im.aggregator = stats.NewAggregator(stats.Options{Instance: instance, Floors: im.options.Floors, Shards: 1})
	return nil
}

// advance ends the days that lie too far behind for a line to come back to them.
func (im *run) advance(day stats.Day) {
	if day <= im.latest {
		return
	}
	im.latest = day
	for _, alive := range im.anonymiser.Days() {
		if alive <= day-daysAlive {
			im.anonymiser.Drop(alive)
		}
	}
	im.aggregator.EndDays(day - daysAlive + 1)
}

// cut makes batches of what may leave and merges those that the store does not have.
func (im *run) cut(ctx context.Context, end bool) error {
	if im.aggregator == nil {
		return nil
	}
	moment := stats.Running
	if end {
		moment = stats.HourEnd
	}
	if im.report.Lines == im.past.lines && im.print.sum() != im.past.print {
		return ErrOther
	}
	waits := im.aggregator.Cut(moment)
	for ; waits > 0; waits-- {
		b, ok := im.aggregator.Outgoing()
		if !ok {
			return nil
		}
		if err := im.merge(ctx, b); err != nil {
			return err
		}
		im.aggregator.Delivered(b)
	}
	return nil
}

func (im *run) merge(ctx context.Context, b stats.Batch) error {
	if b.Seq <= im.applied.Seq {
		return nil
	}
	m := mark{lines: im.report.Lines, print: im.print.sum(), options: im.digest(), endings: im.past.endings}
	var err error
	if b.Mark, err = m.bytes(); err != nil {
		return err
	}
	merged, err := im.options.Sink.Merge(ctx, b)
	if err != nil {
		return err
	}
	im.report.Folded += int64(merged.Folded)
	return nil
}

// end cuts what is left, so that the store has every line.
func (im *run) end(ctx context.Context) error {
	lines := im.report.Lines
	if im.aggregator == nil || im.past.ends(lines) {
		return nil
	}
	if lines < im.past.lines {
		return fmt.Errorf("logimport: the log has %d lines and had %d when it was counted before: was it cut?", lines, im.past.lines)
	}
	im.past.endings = append(im.past.endings, lines)
	return im.cut(ctx, true)
}
