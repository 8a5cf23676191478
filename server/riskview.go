package server

import (
	"cmp"
	"slices"
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

	Exports, IncidentExports []item
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

// outcomes adds up the hours.
func outcomes(hours []risk.Hour) map[risk.Outcome]int64 {
	sums := map[risk.Outcome]int64{}
	for i := range hours {
		for o, n := range hours[i].Counts {
			sums[o] += n
		}
	}
	return sums
}

// would compares what was done with what would have been.
func would(l *locale, hours []risk.Hour) (rows []wouldRow) {
	sums := outcomes(hours)
	for a := risk.ActionThrottle; a <= risk.ActionDeny; a++ {
		did, shadow := sums[risk.Outcome{Mode: risk.ModeEnforce, Action: a}], sums[risk.Outcome{Mode: risk.ModeShadow, Action: a}]
		rows = append(rows, wouldRow{l.T("risk.action." + a.String()), l.T("risk.action." + a.String() + ".help"), l.Number(did), l.Number(shadow)})
	}
	return rows
}

// raisedSignal is a signal that led to something, or that events were labelled of.
type raisedSignal struct {
	risk.Signal
	count int64
	told  risk.Labels
}

// raised lists signals by how often they led to something.
func raised(hours []risk.Hour, labels map[risk.Code]risk.Labels) (all []raisedSignal) {
	sums := map[risk.Code]int64{}
	for i := range hours {
		for code, n := range hours[i].Reasons {
			sums[code] += n
		}
	}
	for _, s := range risk.Signals() {
		if n, told := sums[s.Code], labels[s.Code]; n != 0 || told != (risk.Labels{}) {
			all = append(all, raisedSignal{s, n, told})
		}
	}
	slices.SortStableFunc(all, func(a, b raisedSignal) int { return cmp.Compare(b.count, a.count) })
	return all
}

func reasons(l *locale, hours []risk.Hour, labels map[risk.Code]risk.Labels) (rows []reasonRow) {
	for _, s := range raised(hours, labels) {
		row := reasonRow{
			Text: reasonText(l, s.Code), Code: string(s.Code), Bucket: s.Bucket(), Clause: s.Clause, Basis: l.word("risk.basis.", string(s.Basis)), Weight: s.Weight,
			Count: l.Number(s.count),
		}
		if total := s.told.Genuine + s.told.Fraud; total > 0 {
			row.False = l.Percent(s.told.FalseShare()) + " / " + l.Number(total)
		}
		rows = append(rows, row)
	}
	return rows
}

func reasonText(l *locale, code risk.Code) string { return l.word("risk.code.", string(code)) }

func countryName(l *locale, code string) string {
	if code == "" {
		return l.T("risk.unknown")
	}
	return l.names().Country(code)
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
		Of: in.Time.Unix(), Blockable: in.Who != (risk.Pseudonym{}) && risk.PeriodOf(in.Time) == risk.PeriodOf(now),
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

// shortWho is as much of a pseudonym as is shown: enough to tell some apart, and no more than that rests in a file.
func shortWho(who string) string { return who[:min(len(who), 8)] }
