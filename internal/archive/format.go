package archive

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kelisim/kelisim/stats"
)

// version of the format.
const version = 1

// header is what stands before the days.
type header struct {
	Archive int      `json:"kelisim_archive"` // version of this format
	Site    string   `json:"site"`
	Zone    string   `json:"zone"`
	First   string   `json:"first"`
	Last    string   `json:"last"`
	Number  int      `json:"number_of_days"`
	Person  int      `json:"floor_person"` // of the site when it was written: no day holds anything below it
	Places  int      `json:"floor_open"`
	Open    []string `json:"open_days_left_out"`
}

// counts are numbers by the name of their measure; zeros are left out.
type counts map[string]int64

// dayDoc is one day.
type dayDoc struct {
	Day    string                       `json:"day"`
	Totals map[string]counts            `json:"totals"` // by hour, "0" to "23"
	Rows   map[string]map[string]counts `json:"rows"`   // by dimension and value
	Folds  []foldDoc                    `json:"folds,omitempty"`
}

// foldDoc is what closing folded.
type foldDoc struct {
	Dimension string `json:"dimension"`
	Reason    string `json:"reason"`
	K         int    `json:"k"`
	Values    int    `json:"values"`
	Counts    counts `json:"counts"`
}

// Bounds of what is read.
const (
	maxCount = 1 << 53 // beyond it JSON numbers are not exact
	maxDays  = 40_000
	maxRows  = 4_000_000 // of a day
)

// errDay is wrapped by every fault of a day's content.
var errDay = errors.New("archive: a day that cannot be")

// measured reads counts. With rows, only measures that rows of dim have are allowed.
func (c counts) measured(dim stats.Dimension) (out stats.Counts, err error) {
	for name, n := range c {
		m, err := stats.ParseMeasure(name)
		switch {
		case err != nil:
			return out, fmt.Errorf("%w: unknown measure", errDay)
		case m == stats.Askers: // which nobody tells
			continue
		case n > maxCount || n < -maxCount:
			return out, fmt.Errorf("%w: a count beyond all measure", errDay)
		case dim != 0 && (!m.OfRows() || !dim.Spec().Measures.Has(m)):
			return out, fmt.Errorf("%w: %v does not count %v", errDay, dim, m)
		}
		out[m] = n
	}
	return out, nil
}

// reasons by name. It is never written to.
var reasons = func() map[string]stats.FoldReason {
	all := map[string]stats.FoldReason{}
	for r := stats.FoldBelow; r <= stats.FoldTop; r++ {
		all[r.String()] = r
	}
	return all
}()

func parseDay(s string) (stats.Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("%w: its date is none", errDay)
	}
	return stats.Day(t.Unix() / 86400), nil
}

// content is a day as the house knows it.
type content struct {
	day   stats.Day
	hours [24]stats.Counts
	rows  map[stats.Dimension][]stats.Row
	folds []stats.Fold
}

// content checks a day and reads it.
func (d *dayDoc) content() (c content, err error) {
	if c.day, err = parseDay(d.Day); err != nil {
		return c, err
	}
	for text, told := range d.Totals {
		hour := slices.Index(hourNames[:], text)
		if hour < 0 {
			return c, fmt.Errorf("%w: %v has an hour that is none", errDay, c.day)
		}
		if c.hours[hour], err = told.measured(0); err != nil {
			return c, err
		}
	}
	c.rows = make(map[stats.Dimension][]stats.Row, len(d.Rows))
	n := 0
	for name, values := range d.Rows {
		dim, err := dimensionOf(name)
		if err != nil {
			return c, fmt.Errorf("%w: %v has rows of an unknown dimension", errDay, c.day)
		}
		if n += len(values); n > maxRows {
			return c, fmt.Errorf("%w: %v has more rows than a day may have", errDay, c.day)
		}
		for value, told := range values {
			if !dim.ValidValue(value) {
				return c, fmt.Errorf("%w: %v has a value of %v that cannot be", errDay, c.day, dim)
			}
			row := stats.Row{Day: c.day, Dim: dim, Value: value}
			if row.Counts, err = told.measured(dim); err != nil {
				return c, err
			}
			c.rows[dim] = append(c.rows[dim], row)
		}
	}
	for i := range d.Folds {
		fold, err := d.Folds[i].fold(c.day)
		if err != nil {
			return c, err
		}
		c.folds = append(c.folds, fold)
	}
	return c, nil
}

func (f *foldDoc) fold(day stats.Day) (stats.Fold, error) {
	dim, err := dimensionOf(f.Dimension)
	reason := reasons[f.Reason]
	if err != nil || reason == 0 || f.K < 0 || f.K > 1<<20 || f.Values < 0 {
		return stats.Fold{}, fmt.Errorf("%w: %v has a fold that cannot be", errDay, day)
	}
	c, err := f.Counts.measured(0)
	return stats.Fold{Day: day, Dim: dim, Reason: reason, K: f.K, Values: f.Values, Counts: c}, err
}

// hourNames are the names of hours. It is never written to.
var hourNames = [24]string{
	"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20", "21", "22", "23",
}
