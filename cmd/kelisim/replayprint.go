package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

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
	rows := [][]string{{"who", "country", "network", "worst", "requests", "stopped", "first", "last", "rule", "why"}}
	for _, who := range r.Who {
		rows = append(rows, []string{
			who.Who.String(), who.Country, who.Net, who.Worst.String(), strconv.FormatInt(who.Requests, 10), strconv.FormatInt(who.Stopped, 10),
			who.First.UTC().Format(time.RFC3339), who.Last.UTC().Format(time.RFC3339), who.Rule, codeList(who.Why),
		})
	}
	return out.WriteAll(rows)
}

func codeList(codes []risk.Code) string {
	text := make([]string, len(codes))
	for i, code := range codes {
		text[i] = string(code)
	}
	return strings.Join(text, " ")
}

func (r *replayReport) text(w io.Writer, top int) {
	fmt.Fprintf(w, "%d lines read, %d left out; %d addresses, told apart within a day,", r.Lines, r.Bad, r.Addresses)
	if !r.First.IsZero() {
		fmt.Fprintf(w, " from %s to %s", r.First.UTC().Format(time.RFC3339), r.Last.UTC().Format(time.RFC3339))
	}
	fmt.Fprintf(w, ".\nNothing was stopped. With these rules:\n\n")
	for _, action := range []risk.Action{risk.ActionThrottle, risk.ActionChallenge, risk.ActionStepUp, risk.ActionDeny} {
		fmt.Fprintf(w, "  %-10s %6d addresses (%.2f %%), %d requests kept from the site\n", action, r.Reached[action], percent(int64(r.Reached[action]), int64(r.Addresses)), r.Stopped[action])
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
	fmt.Fprintf(w, "\nWho, under pseudonyms of this run:\n\n")
	for i, who := range r.Who {
		if top > 0 && i == top {
			fmt.Fprintf(w, "  … and %d more: --top 0 lists all, --format csv writes a table.\n", len(r.Who)-top)
			break
		}
		fmt.Fprintf(w, "  %s  %-2s %-8s %-9s %5d requests, %d stopped  %s", who.Who, who.Country, who.Net, who.Worst, who.Requests, who.Stopped, codeList(who.Why))
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
