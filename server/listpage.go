package server

import (
	"net/http"

	"github.com/kelisim/kelisim/stats"
)

const (
	pageRows  = 500 // rows of a list's own page
	searchMax = 100 // bytes
)

// listPage is a list of its own.
type listPage struct {
	Bar         rangeBar
	Title       string
	Help        string
	Panel       string
	Siblings    []item
	List        listing
	Heads       []head
	Rows        []wideRow
	Search      string
	Fields      []field
	Action      string
	Exports     []item
	Home        string
	Folds       []foldRow
	FoldExports []item
	Chips       *chips
	Unpaired    bool
}

type head struct{ Label string }

type wideRow struct {
	listRow
	Cells []string
	Other bool
}

type foldRow struct {
	Day    string
	Values int
	Views  int64
	K      int
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	spec, ok := findList(r.PathValue("name"))
	if !ok {
		s.notFound(w, r)
		return
	}
	ctx, q := r.Context(), r.URL.Query()
	held, err := s.readSpan(ctx)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p := parsePeriod(q, held, s.cfg.Now(), s.cfg.Zone)
	l := s.pages[s.view(r).lang].locale
	search := cut(q.Get("q"), searchMax)
	spec = spec.of(q.Get(whoParam) == whoBots)
	rep, err := s.narrow(q)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	list, err := readList(ctx, spec.beside(rep), l, &p, spec, pageRows, search)
	if err != nil && !isUnpaired(err) {
		s.broken(w, r, err)
		return
	}
	told := spec.told(rep.Filter())
	if !told {
		list = listing{Spec: spec}
	}
	folds, err := s.cfg.Reports.Folds(ctx, stats.Range{First: p.First, Last: p.Last})
	if err != nil {
		s.broken(w, r, err)
		return
	}
	a := newAddress(s.cfg.Prefix+"/list/"+spec.Name, q, &p)
	list.link(a.at(s.cfg.Prefix+"/"), rep.Filter())
	page := newListPage(l, &p, a, held, spec, list, s.cfg.Prefix)
	page.Chips, page.Unpaired = newChips(l, rep, a), !told
	page.Search = clean(search, searchMax)
	if page.Chips == nil {
		page.folded(l, spec.Dim, folds)
		page.FoldExports = exportLinks(s.cfg.Prefix, "folds", a)
	}
	for _, kind := range []string{"csv", "json"} {
		page.Exports = append(page.Exports, item{Label: kind, Href: a.To(s.cfg.Prefix+"/export/"+spec.Name+"."+kind, "q", search)})
	}
	s.show(w, r, http.StatusOK, "list", page)
}

func newListPage(l *locale, p *period, a address, held span, spec listSpec, list listing, prefix string) listPage {
	page := listPage{Bar: newRangeBar(l, p, a, held), Title: l.T("list." + spec.Name), Help: l.T("list." + spec.Name + ".help"), Panel: spec.Panel, List: list,
		Action: a.path, Fields: a.Fields(), Home: a.To(prefix+panelPage(spec.Panel), spec.Panel, spec.Name) + "#" + spec.Panel}
	for _, tab := range tabs(spec.Panel) {
		page.Siblings = append(page.Siblings, item{l.T("list." + tab.Name), a.To(prefix + "/list/" + tab.Name), tab.Name == spec.Name})
	}
	for _, m := range list.Columns {
		page.Heads = append(page.Heads, head{l.T("measure." + m.String())})
	}
	for _, m := range spec.ratios(list.Told) {
		page.Heads = append(page.Heads, head{l.T("metric." + m.Name)})
	}
	for _, row := range list.Rows {
		page.Rows = append(page.Rows, wide(l, list, row, false))
	}
	if list.Others != nil {
		page.Rows = append(page.Rows, wide(l, list, *list.Others, true))
	}
	return page
}

func wide(l *locale, list listing, row listRow, other bool) wideRow {
	w := wideRow{listRow: row, Other: other}
	for _, m := range list.Columns {
		cell := l.Number(row.Counts[m])
		if other && !list.addsUp(m) {
			cell = "–"
		}
		w.Cells = append(w.Cells, cell)
	}
	for _, m := range list.Spec.ratios(list.Told) {
		w.Cells = append(w.Cells, m.Unit.Format(l, m.Value(&row.Counts)))
	}
	return w
}

// foldsShown is the number of closed days whose folds are listed, the latest first.
const foldsShown = 31

func (page *listPage) folded(l *locale, dim stats.Dimension, folds []stats.Fold) {
	for i := len(folds) - 1; i >= 0 && len(page.Folds) < foldsShown; i-- {
		if f := folds[i]; f.Dim == dim && f.Values > 0 {
			page.Folds = append(page.Folds, foldRow{l.ShortDate(f.Day), f.Values, f.Counts[page.List.Spec.Order], f.K})
		}
	}
}

// cut shortens s to limit bytes, at a boundary of characters.
func cut(s string, limit int) string {
	for i := range s {
		if i > limit {
			return s[:i-1]
		}
	}
	if len(s) > limit+4 {
		return s[:limit]
	}
	return s
}
