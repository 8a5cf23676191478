package server

import (
	"context"
	"net/http"
	"slices"

	"github.com/kelisim/kelisim/stats"
)

// drawnExports are the exports that are no list, by name. It is never written to.
var drawnExports = map[string]func(context.Context, *Server, Reports, *period) (exported, []string, error){
	"series": exportSeries, "returning": exportReturning, "cohorts": exportCohorts, "goals": exportGoals,
	"funnels": exportFunnels, "flows": exportFlows, "speed": exportSpeed, "networks": exportNetworks, "spikes": exportSpikes,
	"hours": exportHours, "folds": exportFolds, "now": exportNow,
}

func exportReturning(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{K: rep.Floors().Of(stats.DimReturn), Total: map[string]int64{}, Other: map[string]int64{}, Rows: []exportedRow{}}
	by := p.By
	if by == byHour {
		by = byDay
	}
	loyal, err := rep.Loyalty(ctx, p.days(), unitOf(by))
	for _, point := range loyal.Points {
		file.add(exportedRow{Time: point.First.String(), Counts: map[string]int64{"visitors": point.Visitors, "new": point.New, "returning": point.Returning}})
	}
	return file, []string{"visitors", "new", "returning"}, err
}

func exportCohorts(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{K: rep.Floors().Of(stats.DimCohort), Total: map[string]int64{}, Rows: []exportedRow{}}
	months, cohorts, err := rep.Cohorts(ctx, p.days())
	for _, c := range cohorts {
		counts := map[string]int64{}
		for i, n := range c.Came {
			counts[months[i]] = n
		}
		file.add(exportedRow{Value: c.Month, Counts: counts})
	}
	return file, months, err
}

func exportGoals(ctx context.Context, s *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{Total: map[string]int64{}, Rows: []exportedRow{}}
	goals, _, err := rep.Goals(ctx, s.cfg.Plan, p.days())
	for _, g := range goals {
		file.add(exportedRow{Value: clean(g.Name, valueMax), Counts: map[string]int64{"visits": g.Visits, "events": g.Events}})
	}
	return file, []string{"visits", "events"}, err
}

// exportFunnels names each step "funnel/1".
func exportFunnels(ctx context.Context, s *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{Total: map[string]int64{}, Rows: []exportedRow{}}
	_, funnels, err := rep.Goals(ctx, s.cfg.Plan, p.days())
	for _, f := range funnels {
		for i, step := range f.Steps {
			file.add(exportedRow{Value: clean(stats.FunnelStep(f.Name, i+1), valueMax), Counts: map[string]int64{"visits": step.Visits}})
		}
	}
	return file, []string{"visits"}, err
}

// exportFlows writes "entry page → next page".
func exportFlows(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{K: rep.Floors().Of(stats.DimFlow), Since: p.since(rep.FlowsFrom()), Total: map[string]int64{}, Rows: []exportedRow{}}
	from := ""
	if f := rep.Filter(); f.Dim == stats.DimPage {
		from = f.Value
	}
	flows, went, err := rep.Flows(ctx, p.days(), from, 1000)
	rest := went
	for _, f := range flows {
		rest -= f.Visits
		file.add(exportedRow{Value: clean(f.From, valueMax) + " → " + clean(f.To, valueMax), Counts: map[string]int64{"visits": f.Visits}})
	}
	file.Total["visits"], file.Other = went, map[string]int64{"visits": max(0, rest)}
	return file, []string{"visits"}, err
}

// exportSpeed writes each bucket of what was measured, by its upper end: "latency/50".
func exportSpeed(ctx context.Context, _ *Server, rep Reports, p *period) (exported, []string, error) {
	file := exported{Total: map[string]int64{}, Rows: []exportedRow{}}
	for _, dim := range []stats.Dimension{stats.DimLatency, stats.DimLCP, stats.DimINP, stats.DimCLS} {
		q, err := rep.Quantiles(ctx, dim, p.days())
		if err != nil {
			return file, nil, err
		}
		ends := dim.Buckets()
		for i, n := range q.Buckets {
			name := "more"
			if i < len(ends) {
				name = dim.Bucket(ends[i])
			}
			file.add(exportedRow{Value: dim.String() + "/" + name, Counts: map[string]int64{"count": n}})
		}
	}
	return file, []string{"count"}, nil
}

// add adds a row to the file, and to its total.
func (e *exported) add(row exportedRow) {
	e.Rows = append(e.Rows, row)
	for name, n := range row.Counts {
		e.Total[name] += n
	}
}

func (p *period) days() stats.Range { return stats.Range{First: p.First, Last: p.Last} }

// everything is all that is known of a range, in one file.
type everything struct {
	Kelisim  int         `json:"kelisim"` // version of this format: 1
	Site     string      `json:"site"`
	First    string      `json:"first"`
	Last     string      `json:"last"`
	Zone     string      `json:"zone"`
	Series   exported    `json:"series"` // by hour up to 31 days, by day beyond
	Lists    []exported  `json:"lists"`
	Consents consentFile `json:"consents"`
}

// exportEverything answers with one file of all lists and totals, over any range.
func (s *Server) exportEverything(w http.ResponseWriter, r *http.Request) {
	ctx, q := r.Context(), r.URL.Query()
	held, err := s.readSpan(ctx)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	q.Del("tz")
	p := parsePeriod(q, held, s.cfg.Now(), s.cfg.Zone)
	p.By = byDay
	if byHour.fits(p.Days()) {
		p.By = byHour
	}
	file, err := s.collect(ctx, &p)
	if err != nil {
		s.broken(w, r, err)
		return
	}
	s.attach(w, r, "kelisim-"+file.First+"-"+file.Last, &file, nil) // there is JSON alone
}

func (s *Server) collect(ctx context.Context, p *period) (everything, error) {
	file := everything{Kelisim: 1, Site: clean(s.cfg.Site, valueMax), First: p.First.String(), Last: p.Last.String(), Zone: s.cfg.Zone.String()}
	rep := s.cfg.Reports
	answers, err := rep.Consents(ctx, p.days())
	if err != nil {
		return file, err
	}
	file.Consents = consentFile{First: file.First, Last: file.Last, Zone: file.Zone, K: rep.Floors().Of(stats.DimConsentCountry), Rows: consentRows(&answers)}
	names := make([]string, 0, len(drawnExports))
	for name := range drawnExports {
		if name != "now" { // that is of no range
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		one, _, err := drawnExports[name](ctx, s, rep, p)
		if err != nil {
			return file, err
		}
		one.List, one.First, one.Last, one.Zone = name, file.First, file.Last, file.Zone
		if name == "series" {
			file.Series = one
			continue
		}
		file.Lists = append(file.Lists, one)
	}
	for _, spec := range listSpecs() {
		one, _, err := s.exportList(ctx, rep, p, spec, "")
		if err != nil {
			return file, err
		}
		one.List, one.First, one.Last, one.Zone = spec.Name, file.First, file.Last, file.Zone
		file.Lists = append(file.Lists, one)
	}
	return file, nil
}
