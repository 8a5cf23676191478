package logimport

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

func (im *run) read(ctx context.Context, r io.Reader) error {
	l := newLines(r)
	for {
		line, ended, err := l.next()
		switch {
		case errors.Is(err, io.EOF):
			return im.end(ctx)
		case err != nil:
			return fmt.Errorf("logimport: read line %d: %w", im.report.Lines+1, err)
		case !ended && !finished(line):
			im.report.Lines++
			im.bad(errUnfinished)
			return im.end(ctx)
		}
		if err := im.line(ctx, line); err != nil {
			return err
		}
	}
}

// finished reports whether a line without a line break is whole all the same: it ends as a line of the
// combined or of Caddy's format does. One that ends in a number may have lost digits.
func finished(line string) bool {
	last := line[len(line)-1]
	return last == '"' || last == '}'
}

func (im *run) line(ctx context.Context, line string) error {
	im.report.Lines++
	im.lines++
	l, err := im.parser.Parse(line)
	if err != nil {
		im.bad(err)
	} else if err := im.count(ctx, &l); err != nil {
		return err
	}
	if im.lines%Chunk == 0 {
		if err := im.cut(ctx, stats.Running); err != nil {
			return err
		}
	}
	if im.lines == im.past.ending.line {
		return im.cut(ctx, stats.HourEnd)
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
	im.print.add(l)
	if im.aggregator == nil {
		if err := im.open(ctx); err != nil {
			return err
		}
	}
	if im.calendar.see(pv.Day, im.aggregator) {
		im.report.Late++
	}
	im.aggregator.Add(&pv)
	im.tally(&pv)
	return nil
}

func (im *run) tally(pv *visit.Pageview) {
	r := &im.report
	if r.Counted+r.Before == 0 {
		r.First, r.Last = pv.Day, pv.Day
	}
	r.First, r.Last = min(r.First, pv.Day), max(r.Last, pv.Day)
	if im.lines <= im.past.lines {
		r.Before++
	} else {
		r.Counted++
	}
	if pv.Bot != "" || pv.BotClass != "" {
		r.Bots++
	} else {
		r.Requests++
	}
	if pv.View() {
		r.Views++
	}
}
