package archive

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// Store is what is read from: the two sides of a store that know days.
type Store interface {
	stats.Source
	stats.Keeper
}

// WriteOptions say what is written.
type WriteOptions struct {
	Site string         // name of the site, for people
	Zone *time.Location // required: the site's
	// Floors are the site's. Days that were closed under lower ones are folded once more, in the document.
	Floors stats.Floors
	// First and Last bound the days; the zero Last is no bound.
	First, Last stats.Day
}

// Written says what a document holds.
type Written struct {
	Days, Rows int
	Open       []stats.Day // days left out because they are not closed yet
}

// ErrEmpty is returned when there is no closed day to write.
var ErrEmpty = errors.New("archive: no day is closed yet: a day can be exported once it is over and closed")

// Write writes the closed days of a store to w.
func Write(ctx context.Context, w io.Writer, s Store, o WriteOptions) (done Written, err error) {
	days, open, err := closedDays(ctx, s, o)
	if err != nil {
		return done, err
	}
	if len(days) == 0 {
		return done, ErrEmpty
	}
	done.Open = open
	out := bufio.NewWriterSize(w, 64<<10)
	h := header{Archive: version, Site: o.Site, Zone: o.Zone.String(), First: days[0].String(), Last: days[len(days)-1].String(), Number: len(days), Open: []string{}}
	h.Person, h.Places = o.Floors.Of(stats.DimCountry), o.Floors.Of(stats.DimPage)
	for _, day := range open {
		h.Open = append(h.Open, day.String())
	}
	begin, err := json.Marshal(h)
	if err != nil {
		return done, fmt.Errorf("archive: write: %w", err)
	}
	if _, err := out.Write(append(begin[:len(begin)-1], ",\n\"days\":[\n"...)); err != nil {
		return done, fmt.Errorf("archive: write: %w", err)
	}
	if err := done.days(ctx, out, s, days, o.Floors); err != nil {
		return done, err
	}
	if _, err := out.WriteString("]}\n"); err != nil {
		return done, fmt.Errorf("archive: write: %w", err)
	}
	if err := out.Flush(); err != nil {
		return done, fmt.Errorf("archive: write: %w", err)
	}
	return done, nil
}

// closedDays returns the days within o that hold anything and are closed, and those that are open.
func closedDays(ctx context.Context, s Store, o WriteOptions) (closed, open []stats.Day, err error) {
	first, last, ok, err := s.Span(ctx)
	if err != nil || !ok {
		return nil, nil, err
	}
	if first = max(first, o.First); o.Last != 0 {
		last = min(last, o.Last)
	}
	all, err := s.Open(ctx, last+1)
	if err != nil {
		return nil, nil, fmt.Errorf("archive: find the open days: %w", err)
	}
	for _, day := range all {
		if day >= first {
			open = append(open, day)
		}
	}
	held := map[stats.Day]bool{}
	if err := s.Totals(ctx, first, last, func(t stats.Total) { held[t.Day] = true }); err != nil {
		return nil, nil, fmt.Errorf("archive: read totals: %w", err)
	}
	for day := first; day <= last; day++ {
		if held[day] && !slices.Contains(open, day) {
			closed = append(closed, day)
		}
	}
	return closed, open, nil
}

// days writes closed days, those of a month together.
func (done *Written) days(ctx context.Context, out *bufio.Writer, s Store, days []stats.Day, floors stats.Floors) error {
	var text []byte
	var room []kept
	perDay := 0
	for len(days) > 0 {
		n := together(days, perDay)
		w, err := readWindow(ctx, s, days[:n], floors)
		if err != nil {
			return err
		}
		days, perDay = days[n:], 1+w.rows/n
		for i := range w.days {
			text = appendDay(text[:0], &w.days[i], &room)
			if len(days) > 0 || i < len(w.days)-1 {
				text = append(text, ',')
			}
			if _, err := out.Write(append(text, '\n')); err != nil {
				return fmt.Errorf("archive: write %v: %w", w.days[i].day, err)
			}
			done.Days++
		}
		done.Rows += w.rows
	}
	return nil
}
