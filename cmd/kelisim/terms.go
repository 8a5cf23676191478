package main

import (
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// keepFlags say for how long statistics are kept.
type keepFlags struct {
	Keep []string `help:"For how long a kind of statistics is kept: lists, crossed, technical, consent, returning or totals, such as crossed=13 months. Default: as the policy states." env:"KELISIM_KEEP" placeholder:"KIND=TERM" sep:","`
}

// terms reads the flags.
func (f keepFlags) terms() (map[stats.Kind]consent.Period, error) {
	terms := make(map[stats.Kind]consent.Period)
	for _, text := range f.Keep {
		name, term, _ := strings.Cut(text, "=")
		kind, known := stats.ParseKind(strings.TrimSpace(name))
		period, err := consent.ParsePeriod(term)
		if !known || err != nil || period.IsZero() {
			return nil, usage("--keep %q is not understood: give a kind and a term, such as crossed=13 months; kinds are %s", text, kindNames())
		}
		terms[kind] = period
	}
	return terms, nil
}

func kindNames() string {
	var names []string
	for _, kind := range stats.Kinds() {
		names = append(names, kind.String())
	}
	return strings.Join(names, ", ")
}

// termed tells what is wrong with the terms of statistics in a policy file.
func termed(r *policyfile.Report) {
	if len(r.Errors) > 0 {
		return
	}
	for _, fault := range guard.TermFaults(r.Policy) {
		r.Errors = append(r.Errors, policyfile.Finding{Field: fault.Field, Code: "invalid", Text: fault.Text})
	}
	r.Sort()
}

// kept lists what this process keeps, and for how many days statistics; 0 is without limit.
func (s *site) kept() (days int, kept []server.Kept) {
	policy := s.guard.Rules().Policy()
	terms := guard.Terms(policy, s.keep)
	if whole := terms[stats.KindTotals]; !whole.IsZero() {
		days = int(whole.Approx() / (24 * time.Hour))
	}
	for _, kind := range stats.Kinds() {
		row := server.Kept{What: "kept." + kind.String(), Where: "kept.in.store", Term: "kept.until.forever", For: terms[kind]}
		kept = append(kept, row)
	}
	kept = append(kept, []server.Kept{
		{What: "kept.records", Where: "kept.in.store", Term: "kept.until.policy", For: policy.Lifetimes.Record},
		{What: "kept.dashboard", Where: "kept.in.store", Term: "kept.until.removed"},
		{What: "kept.accounts", Where: "kept.in.store", Term: "kept.until.removed"},
		{What: "kept.spool", Where: "kept.in.disk", Term: "kept.until.taken"},
		{What: "kept.carried", Where: "kept.in.disk", Term: "kept.until.start"},
		{What: "kept.seen", Where: "kept.in.memory", Term: "kept.until.day"},
		{What: "kept.judged", Where: "kept.in.memory", Term: "kept.until.day"},
		{What: "kept.never", Where: "kept.in.nowhere", Term: "kept.until.never"},
	}...)
	return days, append(kept, s.keptOfRisk()...)
}
