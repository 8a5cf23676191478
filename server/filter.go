package server

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// filterParam is the parameter of an address that narrows all reports to one value: "on=country:KZ".
const filterParam = "on"

// filterLists are the lists whose rows narrow the other reports when they are clicked, by their names in
// addresses. They are those of [stats.Filters].
var filterLists = [...]string{"page", "source", "country", "device"}

// parseFilter reads the filter of an address; the zero Filter for none, or one that makes no sense.
func parseFilter(q url.Values) stats.Filter {
	name, text, ok := strings.Cut(q.Get(filterParam), ":")
	values := stats.Filter{Value: text}.Values()
	if !ok || !slices.Contains(filterLists[:], name) || len(values) > stats.MaxFilter || slices.ContainsFunc(values, func(v string) bool { return !stats.ValidValue(v) }) {
		return stats.Filter{}
	}
	spec, _ := findList(name)
	return stats.Filter{Dim: spec.Dim, Value: stats.AnyOf(values...)}
}

// with adds a value to a filter, or takes it away where it is there. Where a filter is of another dimension, or of
// nothing, the value takes its place.
func with(f stats.Filter, dim stats.Dimension, value string) stats.Filter {
	if f.Dim != dim || f == (stats.Filter{}) {
		return stats.Filter{Dim: dim, Value: value}
	}
	values := f.Values()
	switch rest := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == value }); {
	case len(rest) == 0:
		return stats.Filter{}
	case len(rest) < len(values):
		return stats.Filter{Dim: dim, Value: stats.AnyOf(rest...)}
	case len(values) == stats.MaxFilter:
		return stats.Filter{Dim: dim, Value: value}
	}
	return stats.Filter{Dim: dim, Value: stats.AnyOf(append(values, value)...)}
}

// beside returns the reports that a list is read from where the page is narrowed: of what it is narrowed by, the list shows
// the other values too, so that they can be added.
func (spec listSpec) beside(rep Reports) Reports {
	if rep.Filter().Dim != spec.Dim {
		return rep
	}
	all, err := rep.Under(stats.Filter{})
	if err != nil {
		return rep
	}
	return all
}

// filterText writes a filter as it stands in addresses; "" for none.
func filterText(f stats.Filter) string {
	if f == (stats.Filter{}) {
		return ""
	}
	return f.Dim.String() + ":" + f.Value
}

// narrow returns the reports narrowed as an address says.
func (s *Server) narrow(q url.Values) (Reports, error) {
	f := parseFilter(q)
	if f == (stats.Filter{}) {
		return s.cfg.Reports, nil
	}
	return s.cfg.Reports.Under(f)
}

// filters reports whether clicking a row of the list narrows the other reports.
func (spec listSpec) filters() bool { return slices.Contains(filterLists[:], spec.Dim.String()) }

// told reports whether the list is counted together with f.
func (spec listSpec) told(f stats.Filter) bool {
	if f == (stats.Filter{}) {
		return true
	}
	return f.Narrows(spec.Dim) && slices.Contains(spec.columnsUnder(f), spec.under(f).Order)
}

// under is the list as it is ordered under f: by page views where visitors are not known.
func (spec listSpec) under(f stats.Filter) listSpec {
	if f != (stats.Filter{}) && spec.Order == stats.Visitors && !spec.Dim.Told(f).Has(stats.Visitors) {
		spec.Order = stats.Views
	}
	return spec
}

// columnsUnder are the columns that are counted together with f.
func (spec listSpec) columnsUnder(f stats.Filter) []stats.Measure {
	told := spec.Dim.Told(f)
	if f == (stats.Filter{}) || spec.Order != stats.Bots {
		return spec.under(f).columnsOf(told)
	}
	return nil
}

// chips is what the reports are narrowed to, as a page shows it.
type chips struct {
	Name  string // "Country"
	Items []chip
	K     int // visitors of a day below which two values together are folded
}

// chip is one value that the reports are narrowed to.
type chip struct {
	Value  string // "Kazakhstan"
	Remove string // address without it
}

// newChips is nil where nothing is narrowed.
func newChips(l *locale, rep Reports, a address) *chips {
	f := rep.Filter()
	if f == (stats.Filter{}) {
		return nil
	}
	spec, _ := findList(f.Dim.String())
	out := &chips{Name: l.T("filter." + spec.Name), K: rep.Floors().Of(stats.DimFlow)}
	for _, value := range f.Values() {
		out.Items = append(out.Items, chip{spec.Label(l, value), a.With(filterParam, filterText(with(f, f.Dim, value)))})
	}
	return out
}

// link makes the rows of a list narrow the other reports; a row that does so already leads back.
func (list *listing) link(a address, f stats.Filter) {
	if !list.Spec.filters() {
		return
	}
	for i := range list.Rows {
		row := &list.Rows[i]
		row.Current = f.Dim == list.Spec.Dim && f.Has(row.Value)
		row.Href = a.With(filterParam, filterText(with(f, list.Spec.Dim, row.Value)))
	}
}

// isUnpaired reports whether an error says that two dimensions are not counted together.
func isUnpaired(err error) bool { return errors.Is(err, stats.ErrPair) }
