package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kelisim/kelisim/risk"
)

// print writes a report in the format that was asked for.
func (r *replayReport) print(w io.Writer, c replayCmd) error {
	switch c.Format {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	case "csv":
		return r.csv(w)
	}
	r.text(w, c.Top)
	return nil
}

func (r *replayReport) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"who", "country", "network", "worst", "requests", "stopped", "first", "last", "path", "rule", "why"}}
	for _, who := range r.Who {
		rows = append(rows, []string{
			who.Who.String(), who.Country, who.Net, who.Worst.String(), strconv.FormatInt(who.Requests, 10), strconv.FormatInt(who.Stopped, 10),
			who.First.UTC().Format(time.RFC3339), who.Last.UTC().Format(time.RFC3339), inert(who.Path), inert(who.Rule), codeList(who.Why),
		})
	}
	return out.WriteAll(rows)
}

// inert is a cell that no spreadsheet takes for a formula: an apostrophe goes before one that begins like one
// (https://owasp.org/www-community/attacks/CSV_Injection).
func inert(cell string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, " \u00a0\ufeff"))
	if cell != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}

func addresses(n int) string {
	if n == 1 {
		return "1 address"
	}
	return strconv.Itoa(n) + " addresses"
}

func codeList(codes []risk.Code) string {
	text := make([]string, len(codes))
	for i, code := range codes {
		text[i] = string(code)
	}
	return strings.Join(text, " ")
}

func (r *replayReport) text(w io.Writer, top int) {
	fmt.Fprintf(w, "%d lines read, %d left out; %s, told apart within a day,", r.Lines, r.Bad, addresses(r.Addresses))
	if !r.First.IsZero() {
		fmt.Fprintf(w, " from %s to %s", r.First.UTC().Format(time.RFC3339), r.Last.UTC().Format(time.RFC3339))
	}
	fmt.Fprintf(w, ".\nNothing was stopped. With these rules there would have been:\n\n")
	for _, action := range []risk.Action{risk.ActionLog, risk.ActionThrottle, risk.ActionChallenge, risk.ActionStepUp, risk.ActionDeny} {
		fmt.Fprintf(w, "  %-10s %14s (%.2f %%)", action, addresses(r.Reached[action]), percent(int64(r.Reached[action]), int64(r.Addresses)))
		if action == risk.ActionThrottle || action == risk.ActionChallenge || action == risk.ActionDeny {
			fmt.Fprintf(w, ", %s kept from the site (%.2f %%)", count(int(r.Stopped[action]), "request"), percent(r.Stopped[action], r.Lines-r.Bad))
		}
		fmt.Fprintln(w)
	}
	if len(r.Signals) > 0 {
		fmt.Fprintf(w, "\nSignals raised:\n\n")
		for _, code := range r.signalsByCount() {
			fmt.Fprintf(w, "  %-16s %8d\n", code, r.Signals[code])
		}
	}
	if len(r.Who) == 0 {
		return
	}
	fmt.Fprintf(w, "\nWho, under pseudonyms of this run, when first, and by which path:\n\n")
	for i, who := range r.Who {
		if top > 0 && i == top {
			fmt.Fprintf(w, "  … and %d more: --top 0 lists all, --format csv writes a table.\n", len(r.Who)-top)
			break
		}
		fmt.Fprintf(w, "  %s  %s  %-2s %-8s %-9s %14s, %d stopped\n", who.Who, who.First.UTC().Format(time.RFC3339), who.Country, who.Net, who.Worst, count(int(who.Requests), "request"), who.Stopped)
		fmt.Fprintf(w, "    %s  %s", who.Path, codeList(who.Why))
		if who.Rule != "" {
			fmt.Fprintf(w, " (rule %q)", who.Rule)
		}
		fmt.Fprintln(w)
	}
}

func percent(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}
