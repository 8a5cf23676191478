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
	name, value, ok := strings.Cut(q.Get(filterParam), ":")
	if !ok || !slices.Contains(filterLists[:], name) || !stats.ValidValue(value) {
		return stats.Filter{}
	}
	spec, _ := findList(name)
	return stats.Filter{Dim: spec.Dim, Value: value}
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
	return f.Narrows(spec.Dim) && slices.Contains(spec.columnsUnder(f), spec.Order)
}

// columnsUnder are the columns that are counted together with f.
func (spec listSpec) columnsUnder(f stats.Filter) (told []stats.Measure) {
	if f == (stats.Filter{}) {
		return spec.columns()
	}
	for _, m := range spec.columns() {
		switch {
		case m == stats.Visitors, m == stats.Visits, m == stats.Views, m == stats.Entries && spec.Dim == stats.DimPage:
			told = append(told, m)
		}
	}
	return told
}

// chips is what the reports are narrowed to, as a page shows it.
type chips struct {
	Name, Value string // "Country", "Kazakhstan"
	Remove      string // address without it
	K           int    // visitors of a day below which two values together are folded
}

// newChips is nil where nothing is narrowed.
func newChips(l *locale, rep Reports, a address) *chips {
	f := rep.Filter()
	if f == (stats.Filter{}) {
		return nil
	}
	spec, _ := findList(f.Dim.String())
	return &chips{Name: l.T("filter." + spec.Name), Value: spec.Label(l, f.Value), Remove: a.With(filterParam, ""), K: rep.Floors().Of(stats.DimFlow)}
}

// link makes the rows of a list narrow the other reports; the row that does so already leads back.
func (list *listing) link(a address, f stats.Filter) {
	if !list.Spec.filters() {
		return
	}
	for i := range list.Rows {
		row := &list.Rows[i]
		on := stats.Filter{Dim: list.Spec.Dim, Value: row.Value}
		row.Current = on == f
		if row.Href = a.With(filterParam, filterText(on)); row.Current {
			row.Href = a.With(filterParam, "")
		}
	}
}

// isUnpaired reports whether an error says that two dimensions are not counted together.
func isUnpaired(err error) bool { return errors.Is(err, stats.ErrPair) }
