package server

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// panelRows is how many values a panel shows; the list's own page shows the rest.
const panelRows = 9

// panel is one box of the overview: a list among its tabs.
type panel struct {
	Name, Title string
	Tabs        []item
	List        listing
	More        string // the list's own page
	Map         *mapView
	Heat        *heatView
	Flows       *flowView
	Goals       *goalView
	Speed       *speedView
	under       stats.Filter
	Source      string // where a script fetches it alone
	Exports     []item // of a panel that is no list
	Refused     int64  // hits refused, shown beside consent outcomes
	ShowRefused bool
	Unpaired    bool // not counted together with what the page is narrowed to
}

// panelPage is the path of the page that a panel is on.
func panelPage(name string) string {
	if name == "networks" {
		return "/networks"
	}
	if slices.Contains(panelNames[technicalPanels:], name) {
		return "/technical"
	}
	return "/"
}

// drawnPanel makes a panel that is no list.
func (s *Server) drawnPanel(ctx context.Context, rep Reports, l *locale, p *period, a address, name string, now *series) (out panel, err error) {
	out = panel{Name: name, Title: l.T("panel." + name)}
	days, f := stats.Range{First: p.First, Last: p.Last}, rep.Filter()
	out.Unpaired = f != (stats.Filter{}) && name != "hours" && (name != "flows" || f.Dim != stats.DimPage || len(f.Values()) > 1)
	switch {
	case out.Unpaired:
		return out, nil
	case name == "hours":
		out.Heat = newHeatView(l, &now.Heat)
		out.Heat.Since = sinceWhen(l, p, hoursFrom(rep, p))
	case name == "flows":
		if out.Flows, err = newFlowView(ctx, rep, days, a); err == nil {
			out.Flows.Since = sinceWhen(l, p, rep.FlowsFrom())
		}
	case name == "goals":
		out.Goals, err = newGoalView(ctx, s, rep, days)
	case name == "speed":
		out.Speed, err = newSpeedView(ctx, rep, l, days)
	}
	if err == nil {
		out.Exports = out.files(s.cfg.Prefix, l, a)
	}
	return out, err
}

// files are the links of a panel that is no list, none where it is empty.
func (box *panel) files(prefix string, l *locale, a address) []item {
	switch {
	case box.Heat != nil && box.Heat.Empty, box.Flows != nil && len(box.Flows.From) == 0, box.Goals != nil && !box.Goals.Some,
		box.Speed != nil && len(box.Speed.Answers)+len(box.Speed.Vitals) == 0:
		return nil
	}
	links := exportLinks(prefix, box.Name, a)
	if box.Goals != nil && len(box.Goals.Funnels) > 0 {
		links = append(links, exportLinks(prefix, "funnels", a)...)
		for i := range links {
			links[i].Label = []string{l.T("goals.goal"), l.T("goals.funnel")}[i/2] + " " + links[i].Label
		}
	}
	return links
}

// chosen returns the tab of a panel that q asks for, the first one for none.
func chosen(name string, q url.Values) listSpec {
	lists := tabs(name)
	for _, spec := range lists {
		if spec.Name == q.Get(name) {
			return spec
		}
	}
	return lists[0]
}

func (s *Server) newPanel(ctx context.Context, rep Reports, l *locale, p *period, a address, spec listSpec) (panel, error) {
	out := panel{Name: spec.Panel, Title: l.T("panel." + spec.Panel), Source: s.cfg.Prefix + "/panel/" + spec.Panel}
	bots := a.bots()
	for i, tab := range tabs(spec.Panel) {
		if bots && !tab.botted() {
			continue
		}
		value := tab.Name
		if i == 0 {
			value = ""
		}
		out.Tabs = append(out.Tabs, item{l.T("list." + tab.Name), a.With(spec.Panel, value) + "#" + spec.Panel, tab.Name == spec.Name})
	}
	spec = spec.of(bots)
	out.under = rep.Filter()
	if !spec.told(rep.Filter()) {
		out.Unpaired = true
		return out, nil
	}
	limit := panelRows
	if spec.Dim == stats.DimCountry {
		limit = all // the map wants them all, and there are no more than countries
	}
	list, err := readList(ctx, spec.beside(rep), l, p, spec, limit, "")
	if err != nil {
		return panel{}, err
	}
	if spec.Dim == stats.DimCountry {
		out.Map = newMapView(l, s.world(), list)
	}
	if extra := len(list.Rows) - panelRows; extra > 0 && spec.Kind != kindBucket {
		list.Rows, list.More = list.Rows[:panelRows], list.More+extra
	}
	list.link(a, rep.Filter())
	out.List = list
	out.More = a.To(s.cfg.Prefix+"/list/"+spec.Name, spec.Panel, "")
	return out, nil
}

// panel answers with one panel alone: what a script puts in the place of the one on the page.
func (s *Server) panel(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if len(tabs(name)) == 0 {
		http.NotFound(w, r)
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
	rep, err := s.narrow(q)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	box, err := s.newPanel(ctx, rep, l, &p, newAddress(s.cfg.Prefix+panelPage(name), q, &p), chosen(name, q))
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.render(w, r, http.StatusOK, "fragment", "panel-alone", box)
}
