package plausible

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// sheet is one kind of file.
type sheet struct {
	name    string
	values  []string // columns that name something
	numbers []number
	dims    func(f *folder, values []string) []value
}

// number says which measures a column counts.
type number struct {
	column   string
	measures []stats.Measure
}

// value is one value of a dimension.
type value struct {
	dim  stats.Dimension
	text string
}

var (
	ofVisits = []number{
		{"visitors", []stats.Measure{stats.Visitors}}, {"visits", []stats.Measure{stats.Visits}}, {"bounces", []stats.Measure{stats.Bounces}},
		{"visit_duration", []stats.Measure{stats.Seconds}}, {"pageviews", []stats.Measure{stats.Views, stats.Requests}},
	}
	ofEntries = []number{
		{"visitors", []stats.Measure{stats.Visitors}}, {"entrances", []stats.Measure{stats.Visits, stats.Entries}},
		{"bounces", []stats.Measure{stats.Bounces}},
	}
	ofPages = []number{
		{"visitors", []stats.Measure{stats.Viewers}}, {"pageviews", []stats.Measure{stats.Views, stats.Requests}},
		{"total_time_on_page", []stats.Measure{stats.Seconds}}, {"total_time_on_page_visits", []stats.Measure{stats.Timed}},
	}
)

// totals is the name of the file with one line a day.
const totals = "imported_visitors"

// sheets are the files that are read, in this order. It is never written to.
var sheets = []sheet{
	{totals, nil, []number{
		{"visitors", []stats.Measure{stats.Visitors}}, {"visits", []stats.Measure{stats.Visits, stats.Entries, stats.Exits}}, {"bounces", []stats.Measure{stats.Bounces}},
		{"visit_duration", []stats.Measure{stats.Seconds}}, {"pageviews", []stats.Measure{stats.Views, stats.Requests}},
	}, nil},
	{"imported_sources", []string{"source", "referrer", "utm_source", "utm_medium", "utm_campaign"}, ofVisits, (*folder).source},
	{"imported_pages", []string{"page"}, ofPages, (*folder).page},
	{"imported_entry_pages", []string{"entry_page"}, ofEntries, (*folder).page},
	{"imported_exit_pages", []string{"exit_page"}, []number{{"exits", []stats.Measure{stats.Exits}}}, (*folder).page},
	{"imported_locations", []string{"country"}, ofVisits, (*folder).country},
	{"imported_devices", []string{"device"}, ofVisits, (*folder).device},
	{"imported_browsers", []string{"browser", "browser_version"}, ofVisits, (*folder).browser},
	{"imported_operating_systems", []string{"operating_system", "operating_system_version"}, ofVisits, (*folder).system},
	{"imported_custom_events", []string{"name"}, []number{{"visitors", []stats.Measure{stats.Visitors}}, {"events", []stats.Measure{stats.Events}}}, (*folder).event},
}

// sheetOf returns the sheet of a file name such as "imported_pages_20250101_20251231.csv".
func sheetOf(name string) (sheet, bool) {
	base, isCSV := strings.CutSuffix(strings.ToLower(name[strings.LastIndexAny(name, `/\`)+1:]), ".csv")
	for _, s := range sheets {
		if rest, ok := strings.CutPrefix(base, s.name); isCSV && ok && strings.Trim(rest, "_-0123456789") == "" {
			return s, true
		}
	}
	return sheet{}, false
}

// Why a line is left out. The texts repeat nothing of it.
var (
	errRecord = errors.New("it is no record of CSV with as many fields as the header")
	errDate   = errors.New("there is no date such as 2026-01-02")
	errNumber = errors.New("a figure is no whole number from 0 to 1,000,000,000")
)

const maxNumber = 1_000_000_000

// line is one record.
type line struct {
	day    stats.Day
	values []string
	counts stats.Counts
}

// reader reads the records of a sheet.
type reader struct {
	sheet sheet
	csv   *csv.Reader
	date  int
	at    []int // columns of sheet.values; -1 where the file has none
	cells []int // columns of sheet.numbers, likewise
}

// open reads the header.
func (s sheet) open(r io.Reader) (*reader, error) {
	out := &reader{sheet: s, csv: csv.NewReader(io.LimitReader(r, maxFile))}
	out.csv.ReuseRecord = true
	head, err := out.csv.Read()
	if err != nil {
		return nil, fmt.Errorf("%w: %s has no header", ErrFormat, s.name)
	}
	head = slices.Clone(head)
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	if out.date = slices.Index(head, "date"); out.date < 0 {
		return nil, fmt.Errorf("%w: %s has no column date", ErrFormat, s.name)
	}
	for _, name := range s.values {
		out.at = append(out.at, slices.Index(head, name))
	}
	found := 0
	for _, n := range s.numbers {
		i := slices.Index(head, n.column)
		out.cells = append(out.cells, i)
		if i >= 0 {
			found++
		}
	}
	if len(out.at) > 0 && out.at[0] < 0 || found == 0 {
		return nil, fmt.Errorf("%w: %s lacks the columns that it should have", ErrFormat, s.name)
	}
	return out, nil
}

// maxFile is the longest file that is read, bytes.
const maxFile = 4 << 30

// next reads a record. An error that is one of a line goes with a number of it; io.EOF ends the file.
func (r *reader) next() (l line, err error) {
	record, err := r.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		return l, io.EOF
	case errors.Is(err, csv.ErrFieldCount), errors.Is(err, csv.ErrQuote), errors.Is(err, csv.ErrBareQuote):
		return l, errRecord
	case err != nil:
		return l, fmt.Errorf("plausible: read %s: %w", r.sheet.name, err)
	}
	at, err := time.Parse(time.DateOnly, record[r.date])
	if err != nil || at.Year() < 1990 || at.Year() > 2200 {
		return l, errDate
	}
	l.day = stats.Day(at.Unix() / 86400)
	for _, i := range r.at {
		text := ""
		if i >= 0 {
			text = strings.Clone(record[i])
		}
		l.values = append(l.values, text)
	}
	for i, n := range r.sheet.numbers {
		column := r.cells[i]
		if column < 0 || record[column] == "" {
			continue
		}
		figure, err := strconv.ParseInt(record[column], 10, 64)
		if err != nil || figure < 0 || figure > maxNumber {
			return l, errNumber
		}
		for _, m := range n.measures {
			l.counts[m] += figure
		}
	}
	return l, nil
}
