package server

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// securityPage is about what was judged, and who is kept out.
type securityPage struct {
	Mode      string
	Days      int
	Ranges    []item
	Facts     []riskFact
	Bars      []riskBar
	Most      string // height of the highest bar, in words
	Wide      int
	Would     []wouldRow
	Reasons   []reasonRow
	Lists     []riskList
	K         int
	Incidents []incidentView
	Left      int64 // incidents that are counted and not listed
	Blocks    []blockView
	Deeds     []deedView
	Terms     []choice
	Done      string
}

type riskFact struct{ Label, Value, Help string }

// riskBar is an hour or a day of the drawing: what was carried out below, what would have been on top.
type riskBar struct {
	Label          string
	X              int
	DoneY, DoneH   int
	WouldY, WouldH int
	Did, Would     string
}

type wouldRow struct{ Action, Help, Did, Would string }

type reasonRow struct {
	Text, Code, Bucket, Clause, Basis string
	Weight                            uint8
	Count                             string
	False                             string // share of labelled events for which it was raised in error; "" without labels
}

// riskList is a list of countries, networks or paths, as statistics: nothing that fewer than k addresses show.
type riskList struct {
	Title string
	Path  bool
	Rows  []riskCount
	Other string // incidents under values that are held back; "" for none
}

type riskCount struct{ Name, Count, Addresses string }

type incidentView struct {
	When, Country, Net, Path, Action, Rule, Ends, Who, Network string
	Did                                                        bool
	Reasons                                                    []reasonRow
	Of                                                         int64 // seconds since 1970, for the form
	Blockable                                                  bool
}

type blockView struct{ Who, Made, Ends, By string }

type deedView struct{ When, By, What, Who, Ends string }

const (
	barHeight   = 120
	barStep     = 20
	listedMost  = 50
	rowsOfLists = 10
)

// bars draws what happened: by the hour for a day, by the day for more.
func bars(l *locale, hours []risk.Hour, now time.Time, days int, zone *time.Location) (all []riskBar, most int64) {
	type sum struct{ did, would int64 }
	unit, count := 24*time.Hour, days
	label := func(t time.Time) string { return l.Moment(t, zone) }
	if days == 1 {
		unit, count = time.Hour, 24
	}
	end := now.Truncate(unit).Add(unit)
	sums := make([]sum, count)
	for _, h := range hours {
		at := int(end.Sub(h.At)+unit-1)/int(unit) - 1 // units before the last
		if at < 0 || at >= count {
			continue
		}
		for o, n := range h.Counts {
			if o.Mode == risk.ModeEnforce {
				sums[count-1-at].did += n
			} else {
				sums[count-1-at].would += n
			}
		}
	}
	for _, s := range sums {
		most = max(most, s.did+s.would)
	}
	for i, s := range sums {
		did, would := scaled(s.did, most), scaled(s.would, most)
		all = append(all, riskBar{
			Label: label(end.Add(time.Duration(i-count) * unit)), X: i * barStep, DoneY: barHeight - did, DoneH: did, WouldY: barHeight - did - would, WouldH: would,
			Did: l.Number(s.did), Would: l.Number(s.would),
		})
	}
	return all, most
}

// scaled is a height; what is there at all is seen.
func scaled(n, most int64) int {
	if n <= 0 || most <= 0 {
		return 0
	}
	return max(2, int(n*(barHeight-4)/most))
}

// would compares what was done with what would have been.
func would(l *locale, hours []risk.Hour) (rows []wouldRow) {
	sums := map[risk.Outcome]int64{}
	for _, h := range hours {
		for o, n := range h.Counts {
			sums[o] += n
		}
	}
	for a := risk.ActionThrottle; a <= risk.ActionDeny; a++ {
		did, shadow := sums[risk.Outcome{Mode: risk.ModeEnforce, Action: a}], sums[risk.Outcome{Mode: risk.ModeShadow, Action: a}]
		rows = append(rows, wouldRow{l.T("risk.action." + a.String()), l.T("risk.action." + a.String() + ".help"), l.Number(did), l.Number(shadow)})
	}
	return rows
}

// reasons lists signals by how often they led to something.
func reasons(l *locale, hours []risk.Hour, labels map[risk.Code]risk.Labels) (rows []reasonRow) {
	sums := map[risk.Code]int64{}
	for _, h := range hours {
		for code, n := range h.Reasons {
			sums[code] += n
		}
	}
	for _, s := range risk.Signals() {
		n, told := sums[s.Code], labels[s.Code]
		if n == 0 && told == (risk.Labels{}) {
			continue
		}
		row := reasonRow{Text: reasonText(l, s.Code), Code: string(s.Code), Bucket: s.Bucket(), Clause: s.Clause, Basis: l.word("risk.basis.", string(s.Basis)), Weight: s.Weight, Count: l.Number(n)}
		if total := told.Genuine + told.Fraud; total > 0 {
			row.False = l.Percent(told.FalseShare()) + " / " + l.Number(total)
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b reasonRow) int {
		return cmp.Compare(sums[risk.Code(b.Code)], sums[risk.Code(a.Code)])
	})
	return rows
}

func reasonText(l *locale, code risk.Code) string { return l.word("risk.code.", string(code)) }

// lists are the countries, networks and paths of incidents; a value that fewer than k addresses show is left to the rest.
func lists(l *locale, hours []risk.Hour, k int) []riskList {
	return []riskList{
		listOf(l, hours, k, riskDim{
			title: "risk.countries", seen: func(h *risk.Hour) map[string]risk.Seen { return h.Countries }, of: func(i *risk.Incident) string { return i.Country },
			name: func(v string) string { return countryName(l, v) },
		}),
		listOf(l, hours, k, riskDim{
			title: "risk.networks", seen: func(h *risk.Hour) map[string]risk.Seen { return h.Nets }, of: func(i *risk.Incident) string { return i.Net },
			name: func(v string) string { return l.word("risk.net.", v) },
		}),
		listOf(l, hours, k, riskDim{
			title: "risk.paths", path: true, seen: func(h *risk.Hour) map[string]risk.Seen { return h.Paths }, of: func(i *risk.Incident) string { return i.Path },
			name: func(v string) string { return clean(v, valueMax) },
		}),
	}
}

// riskDim is what a list is about.
type riskDim struct {
	title string
	path  bool
	seen  func(*risk.Hour) map[string]risk.Seen
	of    func(*risk.Incident) string
	name  func(string) string
}

// sums adds up the hours, by names.
func (d *riskDim) sums(hours []risk.Hour) map[string]risk.Seen {
	type which struct {
		name string
		who  risk.Pseudonym
	}
	all, met, distinct := map[string]risk.Seen{}, map[which]bool{}, map[string]int64{}
	for i := range hours {
		for value, s := range d.seen(&hours[i]) {
			sum := all[d.name(value)]
			all[d.name(value)] = risk.Seen{Incidents: sum.Incidents + s.Incidents, Addresses: max(sum.Addresses, s.Addresses)}
		}
		for j := range hours[i].Incidents { // addresses of several hours are told apart among those that are kept one by one
			in := &hours[i].Incidents[j]
			if w := (which{d.name(d.of(in)), in.Who}); !met[w] {
				met[w] = true
				distinct[w.name]++
			}
		}
	}
	for name, s := range all {
		s.Addresses = max(s.Addresses, distinct[name])
		all[name] = s
	}
	return all
}

func listOf(l *locale, hours []risk.Hour, k int, d riskDim) riskList {
	list, all, held := riskList{Title: l.T(d.title), Path: d.path}, d.sums(hours), int64(0)
	var names []string
	for name, s := range all {
		if s.Addresses < int64(k) || d.path && name == d.name("") {
			held += s.Incidents
			continue
		}
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(all[b].Incidents, all[a].Incidents), strings.Compare(a, b))
	})
	for i, name := range names {
		if i >= rowsOfLists {
			held += all[name].Incidents
			continue
		}
		list.Rows = append(list.Rows, riskCount{name, l.Number(all[name].Incidents), atLeast(l, all[name].Addresses)})
	}
	if held > 0 {
		list.Other = l.Number(held)
	}
	return list
}

// mostSeen is where addresses of a value are no longer counted.
const mostSeen = 99

func atLeast(l *locale, n int64) string {
	if n >= mostSeen {
		return "≥ " + l.Number(mostSeen)
	}
	return l.Number(n)
}

func countryName(l *locale, code string) string {
	if code == "" {
		return l.T("risk.unknown")
	}
	return l.names.Country(code)
}

// incidents are the last ones, one by one.
func incidents(l *locale, hours []risk.Hour, now time.Time, zone *time.Location) (views []incidentView, left int64) {
	for i := range hours {
		left += hours[i].Left
		for j := range hours[i].Incidents {
			in := &hours[i].Incidents[j]
			if len(views) >= listedMost {
				left++
				continue
			}
			views = append(views, incidentOf(l, in, now, zone))
		}
	}
	return views, left
}

func incidentOf(l *locale, in *risk.Incident, now time.Time, zone *time.Location) incidentView {
	v := incidentView{
		When: l.Moment(in.Time, zone), Country: countryName(l, in.Country), Net: l.word("risk.net.", in.Net), Path: clean(in.Path, valueMax), Action: l.T("risk.action." + in.Action.String()),
		Rule: clean(in.Rule, valueMax), Who: in.Who.String(), Network: in.Network.String(), Did: in.Mode == risk.ModeEnforce,
		Of: in.Time.Unix(), Blockable: risk.PeriodOf(in.Time) == risk.PeriodOf(now),
	}
	if in.Rule == risk.RuleBlocked {
		v.Rule = l.T("risk.blocked")
	}
	if !in.Expires.IsZero() {
		v.Ends = l.Moment(in.Expires, zone)
	}
	for _, r := range in.Reasons {
		v.Reasons = append(v.Reasons, reasonRow{Text: reasonText(l, r.Code), Code: string(r.Code), Bucket: r.Bucket, Weight: r.Weight, Clause: r.Clause})
	}
	return v
}
