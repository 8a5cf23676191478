package logimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/kelisim/kelisim/internal/goatcounter"
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
	switch e, err := im.parse(line); {
	case errors.Is(err, goatcounter.ErrHeader):
		return ErrFormat
	case errors.Is(err, goatcounter.ErrSkip):
	case err != nil:
		im.bad(err)
	default:
		if err := im.count(ctx, &e); err != nil {
			return err
		}
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

func (im *run) count(ctx context.Context, e *entry) error {
	l := &e.LogLine
	if im.aggregator != nil && im.held(l.Time) {
		return im.stop(ctx)
	}
	if l.Host == "" {
		l.Host = im.options.Host
	}
	hit := visit.FromLog(*l)
	res := visit.Response{Status: l.Status, Place: e.place, Latency: l.Latency}
	if l.Document {
		res.ContentType = "text/html"
	}
	if !e.placed {
		location := im.options.Locator.Locate(hit.Addr())
		res.Place = visit.Place{Country: location.Country, Region: location.Region, City: location.City, Provider: location.Provider}
	}
	im.print.add(l)
	if im.aggregator == nil {
		if err := im.open(ctx); err != nil {
			return err
		}
		if im.held(l.Time) {
			return im.stop(ctx)
		}
	}
	if im.old(l.Time) {
		im.report.Old++
		return nil
	}
	im.started = true
	if e.event != "" {
		im.event(hit, res, e.event)
		return nil
	}
	pv := im.anonymiser.Page(hit, res)
	im.see(pv.Day)
	im.aggregator.Add(&pv)
	im.title(hit, &pv, e.title)
	im.tally(&pv)
	return nil
}

// old reports whether t lies on a day that is not kept.
func (im *run) old(t time.Time) bool {
	if im.first == 0 {
		return false
	}
	day, _ := visit.DayOf(t, im.options.Zone)
	return day < im.first
}

// see takes notice of the day of what is counted next.
func (im *run) see(day stats.Day) {
	if im.calendar.see(day, im.aggregator) {
		im.report.Late++
	}
}

func (im *run) tally(pv *visit.Pageview) {
	r := &im.report
	im.counted(pv.Day)
	if pv.Bot != "" || pv.BotClass != "" {
		r.Bots++
	} else {
		r.Requests++
	}
	if pv.View() {
		r.Views++
	}
}

// counted takes a line that was counted into the report.
func (im *run) counted(day stats.Day) {
	r := &im.report
	if r.Counted+r.Before == 0 {
		r.First, r.Last = day, day
	}
	r.First, r.Last = min(r.First, day), max(r.Last, day)
	if im.lines <= im.past.lines {
		r.Before++
	} else {
		r.Counted++
	}
}
