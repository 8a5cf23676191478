package server

import (
	"context"
	"net/url"
	"strings"

	"github.com/kelisim/kelisim/stats"
)

// networksPage is about what the networks of visitors are answered, by truncated addresses (S1-3.3.2): whether errors
// come from one of them.
type networksPage struct {
	Bar      rangeBar
	Tabs     []item
	Chips    *chips
	Unpaired bool
	Empty    bool
	K        int
	Provider string // that the page is about; "" for all
	All      string // leads back to all of them
	Spikes   spikeList
	Chart    failChart
	Tables   []networkTable
}

// providerParam is the parameter of an address that names one provider.
const providerParam = "provider"

// networkRows is how many values each table shows.
const networkRows = 12

// networkTable is what the values of one dimension were answered.
type networkTable struct {
	Title, Help string
	Name        string // of its list
	List        listing
	Rows        []networkRow
	Waits       bool // how long answers took is known
	More        string
	Exports     []item
}

type networkRow struct {
	Label, Detail, Href      string
	Other                    bool
	Requests                 int64
	Fine, Moved, Bad, Broken int64 // 2xx (and 1xx), 3xx, 4xx, 5xx
	Failed, Slow             string
	Marked                   bool // far more failed than on the site as a whole
	Half, Most               string
}

func (s *Server) newNetworksPage(ctx context.Context, l *locale, p *period, q url.Values, held span) (networksPage, error) {
	rep, err := s.narrow(q)
	if err != nil {
		return networksPage{}, err
	}
	a := newAddress(s.cfg.Prefix+"/networks", q, p)
	provider := q.Get(providerParam)
	if !stats.ValidValue(provider) {
		provider = ""
	}
	if provider != "" {
		a.values.Set(providerParam, provider)
	}
	page := networksPage{
		Bar: newRangeBar(l, p, a, held), Tabs: newTechnicalTabs(l, s, a, true), Chips: newChips(l, rep, a), K: rep.Floors().Of(stats.DimNetProvider),
		Provider: clean(provider, valueMax), All: a.With(providerParam, ""), Unpaired: rep.Filter() != (stats.Filter{}),
	}
	if page.Unpaired {
		return page, nil
	}
	if page.Tables, err = s.networkTables(ctx, l, p, a, provider); err != nil {
		return page, err
	}
	page.Empty = provider == "" && len(page.Tables[0].Rows) == 0
	if page.Spikes, err = s.newSpikeList(ctx, l, p, a, provider); err != nil {
		return page, err
	}
	page.Chart, err = s.newFailChart(ctx, l, p, provider)
	return page, err
}

// newTechnicalTabs leads from one of the technical pages to the other.
func newTechnicalTabs(l *locale, s *Server, a address, networks bool) []item {
	return []item{
		{l.T("technical.tab"), a.To(s.cfg.Prefix+"/technical", providerParam, ""), !networks},
		{l.T("networks.tab"), a.To(s.cfg.Prefix + "/networks"), networks},
	}
}

func (s *Server) networkTables(ctx context.Context, l *locale, p *period, a address, provider string) (tables []networkTable, err error) {
	waits, err := s.cfg.Reports.Waits(ctx, p.days())
	if err != nil {
		return nil, err
	}
	for _, spec := range tabs("networks") {
		if provider != "" && spec.Dim == stats.DimNetCountry {
			continue // not counted together
		}
		t, err := s.newNetworkTable(ctx, l, p, a, spec, provider, waits)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return tables, nil
}

func (s *Server) newNetworkTable(ctx context.Context, l *locale, p *period, a address, spec listSpec, provider string, waits map[string]*stats.Quantiles) (networkTable, error) {
	limit := networkRows
	if provider != "" {
		limit = all
	}
	list, err := readList(ctx, s.cfg.Reports, l, p, spec, limit, "")
	t := networkTable{Title: l.T("list." + spec.Name), Help: l.T("list." + spec.Name + ".help"), Name: spec.Name, List: list, Waits: spec.Dim == stats.DimNetProvider}
	if err != nil {
		return t, err
	}
	t.More = a.To(s.cfg.Prefix+"/list/"+spec.Name, providerParam, "")
	file := spec.Name
	if t.Waits {
		file = "networks"
	}
	for _, kind := range []string{"csv", "json"} {
		t.Exports = append(t.Exports, item{Label: kind, Href: a.To(s.cfg.Prefix+"/export/"+file+"."+kind, providerParam, "")})
	}
	usual := failedShare(&list.Top.Whole)
	for _, row := range list.Rows {
		if provider != "" && providerOf(spec.Dim, row.Value) != provider {
			continue
		}
		if len(t.Rows) == networkRows {
			break
		}
		out := newNetworkRow(l, row.Label, &row.Counts, usual)
		switch spec.Dim {
		case stats.DimNetPrefix:
			out.Label, out.Detail, _ = strings.Cut(out.Label, " ")
		case stats.DimNetProvider:
			if row.Value != "" && provider == "" {
				out.Href = a.With(providerParam, row.Value)
			}
			out.waited(l, waits[row.Value])
		}
		t.Rows = append(t.Rows, out)
	}
	if o := list.Others; provider == "" && o != nil && o.Count > 0 {
		out := newNetworkRow(l, o.Label, &o.Counts, 1)
		out.Other = true
		t.Rows = append(t.Rows, out)
	}
	return t, nil
}

// providerOf returns the provider that a value belongs to.
func providerOf(dim stats.Dimension, value string) string {
	if dim == stats.DimNetPrefix {
		_, value, _ = strings.Cut(value, " ")
	}
	return value
}

// The share of failed requests is marked where it is twice that of all, and of some weight.
const (
	markFactor   = 2
	markMargin   = 0.02
	markRequests = 50
)

func newNetworkRow(l *locale, label string, c *stats.Counts, usual float64) networkRow {
	n := max(0, c[stats.Requests])
	row := networkRow{
		Label: label, Requests: n, Moved: max(0, c[stats.Redirects]), Bad: max(0, c[stats.Rejects]), Broken: max(0, c[stats.Faults]),
		Failed: l.Percent(failedShare(c)), Slow: l.Percent(shareOf(c[stats.Slow], n)),
		Marked: n >= markRequests && failedShare(c) > max(usual*markFactor, usual+markMargin),
	}
	row.Fine = max(0, n-row.Moved-row.Bad-row.Broken)
	return row
}

// waited fills in how long half and 95 % of the answers took.
func (row *networkRow) waited(l *locale, q *stats.Quantiles) {
	row.Half, row.Most = "–", "–"
	if q == nil {
		return
	}
	if ms, ok := q.At(.5); ok {
		row.Half = milliseconds(l, ms)
	}
	if ms, ok := q.At(.95); ok {
		row.Most = milliseconds(l, ms)
	}
}

// failedShare is the share of requests that were answered with 4xx or 5xx.
func failedShare(c *stats.Counts) float64 {
	return shareOf(c[stats.Rejects]+c[stats.Faults], c[stats.Requests])
}

func shareOf(n, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(1, max(0, float64(n)/float64(whole)))
}
