package archive

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// Target is what is read into.
type Target interface {
	stats.Sink
	Store
}

// ReadOptions say how a document is read.
type ReadOptions struct {
	Target Target         // required
	Zone   *time.Location // required: the site's, which must be that of the document
	Floors stats.Floors   // the site's
	// Before is the first day that is not read: today. The zero Before is no bound.
	Before stats.Day
}

// Report says what became of a document.
type Report struct {
	Days    int         // of the document, read so far
	Added   int         // days that this run added
	Before  int         // days that earlier runs dealt with
	Held    []stats.Day // days left as they are, because the store holds them from elsewhere or they are not over
	Folded  int         // values that the floors folded anew
	Number  int         // days that the document says it has
	First   stats.Day
	Last    stats.Day
	LastDay stats.Day // the last day that was read
}

// What can stand against a document. Nothing was added by the run that returns ErrFormat, ErrZone or ErrOther.
var (
	ErrFormat = errors.New("archive: the file is no archive of Kelisim of version 1: make one with kelisim export")
	ErrZone   = errors.New("archive: the days of the file are those of another time zone: give the same --zone")
	ErrOther  = errors.New("archive: the file says it is one that was read before, and holds other numbers")
	ErrShort  = errors.New("archive: the file ends before its end: what came before is in; give the whole of it")
)

// maxDayBytes bounds one day of a document.
const maxDayBytes = 512 << 20

// reading is one document under way.
type reading struct {
	options  ReadOptions
	in       *bounded
	dec      *json.Decoder
	head     header
	instance string
	applied  stats.Applied
	print    hash.Hash
	report   Report
}

// Read adds the days of a document to a store. Errors of the store are returned as they come: read the
// document again then. The Report holds as far as it went.
func Read(ctx context.Context, r io.Reader, o ReadOptions) (Report, error) {
	in := &bounded{reader: bufio.NewReaderSize(r, 64<<10), left: maxDayBytes}
	rd := &reading{options: o, in: in, dec: json.NewDecoder(in), print: sha256.New()}
	if err := rd.begin(); err != nil {
		return rd.report, err
	}
	last := stats.Day(-1 << 31)
	for rd.dec.More() {
		var doc dayDoc
		rd.in.left = maxDayBytes
		if err := rd.dec.Decode(&doc); err != nil {
			return rd.report, rd.fault(err)
		}
		c, err := doc.content()
		if err != nil {
			return rd.report, err
		}
		if c.day <= last || rd.report.Days >= maxDays {
			return rd.report, fmt.Errorf("%w: %v is not behind the day before it", errDay, c.day)
		}
		if err := rd.pack(ctx, last, c.day); err != nil {
			return rd.report, err
		}
		last = c.day
		if err := rd.day(ctx, &c); err != nil {
			return rd.report, err
		}
	}
	if _, err := rd.dec.Token(); err != nil { // the end of the list
		return rd.report, rd.fault(err)
	}
	if rd.report.Days != rd.head.Number {
		return rd.report, ErrShort
	}
	return rd.report, rd.pack(ctx, last, last+stats.MaxRange)
}

// pack lays the days of a month together once the next one begins, so that a file does not grow to what they take apart.
func (rd *reading) pack(ctx context.Context, last, next stats.Day) error {
	if rd.report.Added == 0 || last.Time(time.UTC).Month() == next.Time(time.UTC).Month() && next-last < 28 {
		return nil
	}
	if err := rd.options.Target.Pack(ctx, last+1); err != nil {
		return fmt.Errorf("archive: pack the days up to %v: %w", last, err)
	}
	return nil
}

// begin reads up to the first day.
func (rd *reading) begin() error {
	fields := map[string]any{
		"kelisim_archive": &rd.head.Archive, "site": &rd.head.Site, "zone": &rd.head.Zone, "first": &rd.head.First, "last": &rd.head.Last,
		"number_of_days": &rd.head.Number, "floor_person": &rd.head.Person, "floor_open": &rd.head.Places, "open_days_left_out": &rd.head.Open,
	}
	if t, err := rd.dec.Token(); err != nil || t != json.Delim('{') {
		return ErrFormat
	}
	for {
		t, err := rd.dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return ErrFormat
		}
		if name == "days" {
			break
		}
		field, known := fields[name]
		if !known || rd.dec.Decode(field) != nil {
			return ErrFormat
		}
	}
	if t, err := rd.dec.Token(); err != nil || t != json.Delim('[') || rd.head.Archive != version {
		return ErrFormat
	}
	var err, errLast error
	rd.report.First, err = parseDay(rd.head.First)
	rd.report.Last, errLast = parseDay(rd.head.Last)
	if err != nil || errLast != nil || rd.head.Number < 1 {
		return ErrFormat
	}
	rd.report.Number = rd.head.Number
	if rd.head.Zone != rd.options.Zone.String() {
		return ErrZone
	}
	return nil
}

func (rd *reading) fault(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ErrShort
	case rd.in.left <= 0:
		return fmt.Errorf("%w: a day of more than %d bytes", errDay, maxDayBytes)
	case rd.in.err != nil && !errors.Is(rd.in.err, io.EOF):
		return fmt.Errorf("archive: read: %w", rd.in.err)
	}
	return fmt.Errorf("%w: behind %v", errDay, rd.report.LastDay)
}

// day adds one day, unless the store has it.
func (rd *reading) day(ctx context.Context, c *content) error {
	rd.hash(c)
	if rd.report.Days == 0 {
		if err := rd.open(ctx); err != nil {
			return err
		}
	}
	rd.report.Days++
	rd.report.LastDay = c.day
	seq := uint64(rd.report.Days)
	if seq <= rd.applied.Seq {
		return rd.again(ctx, c, seq)
	}
	held := rd.options.Before != 0 && c.day >= rd.options.Before
	if !held {
		err := rd.options.Target.Totals(ctx, c.day, c.day, func(stats.Total) { held = true })
		if err != nil {
			return fmt.Errorf("archive: look at %v: %w", c.day, err)
		}
	}
	b := stats.Batch{Instance: rd.instance, Seq: seq, Mark: rd.mark(!held)}
	if held {
		rd.report.Held = append(rd.report.Held, c.day)
	} else {
		rd.report.Added++
		for hour := range c.hours {
			if !c.hours[hour].IsZero() {
				b.Totals = append(b.Totals, stats.Total{Day: c.day, Hour: uint8(hour), Counts: c.hours[hour]})
			}
		}
	}
	if _, err := rd.options.Target.Merge(ctx, b); err != nil {
		return fmt.Errorf("archive: add %v: %w", c.day, err)
	}
	if held {
		return nil
	}
	return rd.close(ctx, c)
}

// again deals with a day whose batch the store has. The last of them may have been cut short before it was closed.
func (rd *reading) again(ctx context.Context, c *content, seq uint64) error {
	rd.report.Before++
	if seq < rd.applied.Seq {
		return nil
	}
	taken, same := rd.past()
	switch {
	case !same:
		return ErrOther
	case !taken:
		return nil
	}
	return rd.close(ctx, c)
}

// close gives the day its rows, in one step.
func (rd *reading) close(ctx context.Context, c *content) error {
	f := rd.options.Floors
	closing, folded := c.under(f, rd.head.Person < f.Of(stats.DimCountry) || rd.head.Places < f.Of(stats.DimPage))
	rd.report.Folded += folded
	if err := rd.options.Target.Close(ctx, closing); err != nil {
		return fmt.Errorf("archive: close %v: %w", c.day, err)
	}
	return nil
}

// hash takes the totals of a day into the running hash: sums over everybody.
func (rd *reading) hash(c *content) { fmt.Fprintln(rd.print, c.day, c.hours) }

// open asks the store what it has of this document: one of the same site, days and first day.
func (rd *reading) open(ctx context.Context) (err error) {
	h := &rd.head
	name := sha256.Sum256(fmt.Appendf(nil, "%q %q %s %s %d %x", h.Site, h.Zone, h.First, h.Last, h.Number, rd.print.Sum(nil)))
	rd.instance = "archive-" + base64.RawURLEncoding.EncodeToString(name[:15])
	rd.applied, err = rd.options.Target.Applied(ctx, rd.instance)
	return err
}

// mark says whether the last day was taken, and what was read up to it.
func (rd *reading) mark(taken bool) []byte {
	m := []byte{version, 0}
	if taken {
		m[1] = 1
	}
	return rd.print.Sum(m)
}

// past reads the mark of the last batch that the store has; same says that this document led to it.
func (rd *reading) past() (taken, same bool) {
	m := rd.applied.Mark
	for _, taken := range []bool{false, true} {
		if string(m) == string(rd.mark(taken)) {
			return taken, true
		}
	}
	return false, false
}

// bounded reads at most left bytes.
type bounded struct {
	reader io.Reader
	left   int
	err    error
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errDay
	}
	n, err := b.reader.Read(p)
	b.left, b.err = b.left-n, err
	return n, err
}
