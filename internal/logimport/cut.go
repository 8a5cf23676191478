package logimport

import (
	"context"

	"github.com/kelisim/kelisim/stats"
)

// open asks the store what it has of this file.
func (im *run) open(ctx context.Context) error {
	im.instance, im.first = im.print.instance(), im.options.First
	applied, err := im.options.Sink.Applied(ctx, im.instance)
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
		im.first = im.past.first
	}
	im.applied = applied.Seq
	im.aggregator = stats.NewAggregator(stats.Options{Instance: im.instance, Floors: im.options.Floors, Shards: 1, MaxRows: stats.MaxRows})
	return nil
}

// cut makes a batch of what may leave, an empty one if need be, and merges it unless the store has it.
// Up to where the file ended before, nothing needs a number: the store has all of it.
func (im *run) cut(ctx context.Context, moment stats.Moment) error {
	if !im.started {
		return nil
	}
	if im.lines == im.past.lines && im.print.sum() != im.past.print {
		return ErrOther
	}
	b := im.take(moment)
	im.seq++
	if im.lines <= im.past.ending.line {
		if moment == stats.HourEnd {
			im.ending, im.seq = im.past.ending, im.past.ending.seq
		}
		return nil
	}
	if moment == stats.HourEnd {
		im.ending = ending{line: im.lines, seq: im.seq}
	}
	if im.seq <= im.applied {
		return nil
	}
	b.Instance, b.Seq = im.instance, im.seq
	b.Mark = mark{lines: im.lines, print: im.print.sum(), options: im.digest(), ending: im.ending, first: im.first}.bytes()
	merged, err := im.options.Sink.Merge(ctx, b)
	im.report.Folded += int64(merged.Folded)
	return err
}

// take takes out of the aggregator what may leave, as one batch.
func (im *run) take(moment stats.Moment) (b stats.Batch) {
	im.aggregator.Cut(moment)
	for {
		part, ok := im.aggregator.Outgoing()
		if !ok {
			return b
		}
		if b.Totals == nil && b.Rows == nil {
			b = part
		} else {
			b.Totals, b.Rows = append(b.Totals, part.Totals...), append(b.Rows, part.Rows...)
		}
		im.aggregator.Delivered(part)
	}
}

// end cuts what is left, so that the store has every line.
func (im *run) end(ctx context.Context) error {
	switch {
	case im.aggregator == nil || im.lines == im.past.ending.line:
		return nil
	case im.lines < im.past.lines:
		return ErrShort
	}
	return im.cut(ctx, stats.HourEnd)
}
