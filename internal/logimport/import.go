package logimport

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/goatcounter"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Chunk is the number of lines after which a batch is cut. It is part of what the numbers of batches
// mean: another value is another mark version.
const Chunk = 10000

// daysAlive is how many days a log may go back and forth.
const daysAlive = 3

// maxNamed is how many bad lines a Report names.
const maxNamed = 20

// Options say how a log is counted.
type Options struct {
	Sink    stats.Sink         // required
	Locator geo.Locator        // required
	Zone    *time.Location     // required: the site's
	Floors  stats.Floors       // the site's: the same for every import of a log. Default: 5 for persons, 1 for the rest
	Host    string             // of the site, so that links within it are no referrers; "" where the log names it, or nobody does
	Tags    []string           // campaign tags beside utm_*
	Format  Format             // of the lines. Default: access logs
	First   stats.Day          // the first day that is kept: lines of days before it are not counted; 0 is no bound
	Held    map[stats.Day]bool // days at whose first new line counting stops with [ErrHeld]: see [Held]
	Random  io.Reader          // of what tells visitors apart: 32 bytes, then the seeds of days. Default: crypto/rand
}

// Report says what became of a log.
type Report struct {
	Lines    int64            // read, bad ones included
	Counted  int64            // counted by this run
	Before   int64            // counted by earlier runs
	Bad      int64            // left out
	Old      int64            // not counted, as their days lie before Options.First, or did when the file was counted first
	Named    []BadLine        // the first bad lines
	Reasons  map[string]int64 // bad lines by reason
	Requests int64            // of people, this run and earlier ones
	Views    int64            // those of Requests that were page views
	Events   int64            // custom events of an export, this run and earlier ones
	Bots     int64            // requests of bots, this run and earlier ones
	Late     int64            // lines so far behind the ones before them that they count in totals only
	First    stats.Day        // the earliest day; meaningless if nothing was counted
	Last     stats.Day        // the latest day
	Folded   int64            // rows that the store's cap on values, or a closed day, left to "other"
}

// BadLine is a line that was left out. Its text is not repeated: it is personal data.
type BadLine struct {
	Line   int64
	Reason string
}

// What can stand against counting a log. Nothing was counted then.
var (
	ErrOther   = errors.New("logimport: the log begins like one that was counted before, and goes on otherwise: if it is another log, remove its first line")
	ErrShort   = errors.New("logimport: the log has fewer lines than when it was counted before: was it cut? Give the whole of it")
	ErrFormat  = errors.New("logimport: the file does not begin as an export of GoatCounter does, version 1, 2 or 3: give its CSV export")
	ErrOptions = errors.New("logimport: the log was counted before with another time zone, floor, host or set of tags: use the same again")
)

// errUnfinished is the reason for which a last line is left out.
var errUnfinished = errors.New("the last line has no line break and may not be whole: it is counted once the log goes on")

// ErrHeld says that lines follow which may have been counted already, by the site itself. What lies before them was counted.
var ErrHeld = errors.New("logimport: the store holds figures of that day which come from no import of a log, or has closed it")

// run is one file under way.
type run struct {
	options    Options
	parse      func(line string) (entry, error)
	anonymiser *visit.Anonymiser
	aggregator *stats.Aggregator // nil until a line names the file
	instance   string
	applied    uint64    // the last batch that the store has
	past       mark      // of that batch
	first      stats.Day // whose lines are counted: of past, if there is one
	started    bool      // a line was counted: nothing has a number before
	seq        uint64    // the last batch cut
	ending     ending    // where the file ended before, as far as it was read
	print      print
	lines      int64 // read and whole
	report     Report
	calendar   calendar
}

// Import counts one or more files. Visitors and visits are told apart over all of them, so that a log which was rotated counts
// as if it were one: give the files in the order of their first lines ([Begins]). It is used by one goroutine.
type Import struct {
	options    Options
	anonymiser *visit.Anonymiser
}

// New makes an Import.
func New(o Options) (*Import, error) {
	if o.Random == nil {
		o.Random = rand.Reader
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(o.Random, secret); err != nil {
		return nil, fmt.Errorf("logimport: randomness: %w", err)
	}
	anonymiser, err := visit.NewAnonymiser(visit.Options{
		Secret: secret, Zone: o.Zone, Hosts: hosts(o.Host), Tags: o.Tags, Days: daysAlive, Random: o.Random,
	})
	if err != nil {
		return nil, err
	}
	return &Import{o, anonymiser}, nil
}

// File counts the log in r. The error of a store is returned as it comes: run the import again then, with the same files.
// The Report holds as far as it went.
func (i *Import) File(ctx context.Context, r io.Reader) (Report, error) {
	o := i.options
	im := &run{options: o, parse: o.Format.parser(), anonymiser: i.anonymiser, print: newPrint(), report: Report{Reasons: map[string]int64{}}}
	if o.Format == GoatCounter {
		r = goatcounter.Lines(r)
	}
	err := im.read(ctx, r)
	return im.report, err
}

// File counts one log in an [Import] of its own.
func File(ctx context.Context, r io.Reader, o Options) (Report, error) {
	i, err := New(o)
	if err != nil {
		return Report{}, err
	}
	return i.File(ctx, r)
}

func hosts(host string) []string {
	if host == "" {
		return nil
	}
	return []string{host}
}
