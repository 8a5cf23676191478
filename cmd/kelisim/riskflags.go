package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/risk/rulefile"
	"github.com/kelisim/kelisim/store/redisstore"
)

// riskFlags say how requests are judged for security and against fraud.
type riskFlags struct {
	Risk      string `help:"Judge requests for security: off, shadow (say what would be done) or enforce (do it)." enum:"off,shadow,enforce" default:"shadow" env:"KELISIM_RISK"`
	RiskRules string `help:"Rules of the site's own for that, a YAML file." env:"KELISIM_RISK_RULES" placeholder:"FILE"`
	RiskRedis string `help:"Redis in which several processes count together for the limits in these rules, as a user of its own." env:"KELISIM_RISK_REDIS_URL" placeholder:"URL"`
	RiskNodes int    `help:"How many processes these are." default:"1" env:"KELISIM_RISK_NODES" placeholder:"N"`
	RiskDNS   bool   `name:"risk-dns" help:"Verify whoever calls itself a search engine by asking the name server for the name of its address." env:"KELISIM_RISK_DNS"`
	RiskToken string `name:"risk-token-file" help:"File with the token by which a site's own servers tell of its accounts, below /kelisim/risk. Without it there is no such interface." env:"KELISIM_RISK_TOKEN_FILE" placeholder:"FILE"`
	RiskGrant string `name:"risk-purpose" help:"Purpose that must be granted before device cookies and time zones are used to protect accounts." env:"KELISIM_RISK_PURPOSE" placeholder:"PURPOSE"`
}

// riskUse opens what judging needs. The returned function closes it.
func (f riskFlags) riskUse(ctx context.Context, site, redisURL string, store database, logger *slog.Logger) (r middleware.Risk, closed func() error, err error) {
	closed = func() error { return nil }
	switch f.Risk {
	case "off":
		return r, closed, nil
	case "enforce":
		r.Use = middleware.RiskEnforce
	default:
		r.Use = middleware.RiskShadow
	}
	if f.RiskDNS {
		r.Crawlers.Resolver = net.DefaultResolver
	}
	r.Nodes, r.Purpose = f.RiskNodes, consent.Purpose(f.RiskGrant)
	if r.API.Token, err = f.token(); err != nil {
		return r, closed, err
	}
	var counters *redisstore.Counters
	if f.RiskRedis != "" {
		counters, err = redisstore.OpenCounters(ctx, redisstore.CountersOptions{Site: site, URL: f.RiskRedis})
		if err != nil {
			return r, closed, usageError{err}
		}
		r.Shared, closed = counters, counters.Close
	}
	shelf, shut := f.riskShelf(ctx, site, redisURL, counters, store, logger)
	if shelf != nil {
		r.Shelf = shelf
	}
	counting := closed
	return r, func() error { return errors.Join(shut(), counting()) }, nil
}

// token reads the token of the interface for account events; "" for none.
func (f riskFlags) token() (string, error) {
	if f.RiskToken == "" {
		return "", nil
	}
	text, err := os.ReadFile(f.RiskToken)
	if err != nil {
		return "", usage("the token file %s cannot be read: %w: give a file with the output of `openssl rand -base64 32`", f.RiskToken, cause(err))
	}
	return strings.TrimSpace(string(text)), nil
}

func (f riskFlags) rules() (risk.Rules, error) {
	if f.RiskRules == "" {
		return risk.Rules{}, nil
	}
	rules, err := rulefile.Load(f.RiskRules)
	if err != nil {
		return rules, usageError{err}
	}
	return rules, nil
}

// riskCmd is everything about rules and signals.
type riskCmd struct {
	Lint    riskLintCmd    `cmd:"" help:"Tell everything that is wrong with a file of rules."`
	Signals riskSignalsCmd `cmd:"" help:"List all signals: weight, threshold, how long they hold, what is kept, by which clause."`
}

// riskLintCmd exits with 0 where nothing is wrong, 1 for warnings with --strict, 2 for errors.
type riskLintCmd struct {
	Files  []string `arg:"" name:"file" help:"Files of rules."`
	Strict bool     `help:"Exit with 1 where there are warnings."`
}

func (c riskLintCmd) Run(s streams) error {
	faults, warnings := 0, 0
	for _, path := range c.Files {
		findings, err := rulefile.LintFile(path)
		if err != nil {
			return usageError{err}
		}
		for _, f := range findings {
			fmt.Fprintf(s.out, "%s: %s\n", path, f)
			if f.Warning {
				warnings++
			} else {
				faults++
			}
		}
	}
	switch {
	case faults > 0:
		return usage("%s and %s", count(faults, "error"), count(warnings, "warning"))
	case warnings > 0 && c.Strict:
		return errors.New(count(warnings, "warning"))
	}
	return nil
}

type riskSignalsCmd struct{}

func (riskSignalsCmd) Run(s streams) error {
	fmt.Fprintf(s.out, "%-16s %6s %-12s %-8s %-9s %-8s %s\n", "signal", "weight", "threshold", "holds", "basis", "clause", "what it says; what is kept")
	for _, row := range risk.Signals() {
		holds := "-"
		if row.TTL > 0 {
			holds = row.TTL.String()
		}
		fmt.Fprintf(s.out, "%-16s %6d %-12s %-8s %-9s %-8s %s; %s\n", row.Code, row.Weight, row.Bucket(), holds, row.Basis, row.Clause, row.Means, row.Stored)
	}
	return nil
}
