package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

type replayCmd struct {
	Files  []string `arg:"" name:"log" help:"Access logs in combined, common or Caddy's JSON format, gzip too; - is standard input." placeholder:"LOG"`
	Policy string   `help:"Rules of the site's own: a policy file that has some, or the YAML file that --risk-rules takes." placeholder:"FILE"`
	Format string   `help:"text, csv or json." enum:"text,csv,json" default:"text"`
	Top    int      `help:"How many are listed in the text; 0 is all." default:"20" placeholder:"N"`
}

// Help tells kong what to print below the summary.
func (replayCmd) Help() string {
	return "Nothing is stopped and nothing is kept: the log goes through the engine that judges requests, on the clock of the log, and a report says who would have been throttled, challenged or denied, and why. Addresses appear under pseudonyms that are new in each run, each with the path that told most. Logs hold no headers, so that the signals by headers see nothing."
}

// replaying is one run.
type replaying struct {
	engine  *risk.Engine
	locator geo.Locator
	parser  accesslog.Parser
	scrub   *visit.Scrubber
	report  replayReport
	by      map[risk.Pseudonym]*replayed
}

// replayReport is what a run found.
type replayReport struct {
	Lines     int64                 `json:"lines"`
	Bad       int64                 `json:"left_out"`
	First     time.Time             `json:"first"`
	Last      time.Time             `json:"last"`
	Addresses int                   `json:"addresses"`
	Reached   map[risk.Action]int   `json:"reached"` // addresses by the worst that was asked for
	Stopped   map[risk.Action]int64 `json:"stopped"` // requests that would not have reached the site
	Signals   map[risk.Code]int64   `json:"signals"` // how often each was raised
	Who       []*replayed           `json:"who"`     // whoever reached throttle or more, the worst first
}

// replayed is one address.
type replayed struct {
	Who      risk.Pseudonym `json:"who"`
	Country  string         `json:"country"`
	Net      string         `json:"network"`
	Worst    risk.Action    `json:"worst"`
	Requests int64          `json:"requests"`
	Stopped  int64          `json:"stopped"`
	First    time.Time      `json:"first"` // when it reached throttle first
	Last     time.Time      `json:"last"`
	Path     string         `json:"path"` // scrubbed, of the first request with which it reached the worst
	Why      []risk.Code    `json:"why"`
	Rule     string         `json:"rule,omitempty"`
}

func (c replayCmd) Run(s streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	rules, err := rulesIn(c.Policy)
	if err != nil {
		return err
	}
	if err := (importCmd{Files: c.Files}).readable(); err != nil {
		return err
	}
	embedded, err := geo.Embedded()
	if err != nil {
		return err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	engine, err := risk.New(risk.Options{Secret: secret, Rules: rules, Capacity: 1 << 18, GeoBuilt: embedded.Built})
	if err != nil {
		return usageError{err}
	}
	r := &replaying{engine: engine, locator: embedded, scrub: visit.NewScrubber(1024), by: map[risk.Pseudonym]*replayed{}}
	for _, path := range c.Files {
		if err := r.file(ctx, path); err != nil {
			return err
		}
	}
	return r.finish().print(s.out, c)
}

func (r *replaying) file(ctx context.Context, path string) error {
	file, _, err := openLog(path)
	if err != nil {
		return usage("the log cannot be read: %v", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	reader, err := unpacked(&stoppable{ctx, file})
	if err != nil {
		return usage("%s cannot be unpacked: %v", name(path), err)
	}
	lines := bufio.NewReaderSize(reader, accesslog.MaxLine+2)
	for {
		line, err := lines.ReadSlice('\n')
		if len(line) > 0 && !errors.Is(err, bufio.ErrBufferFull) {
			r.line(string(line))
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, bufio.ErrBufferFull):
			r.report.Lines++
			r.report.Bad++
			if err := skipLine(lines); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
		default:
			return fmt.Errorf("%s: %w", name(path), err)
		}
	}
}

// skipLine reads the rest of a line that is too long.
func skipLine(r *bufio.Reader) error {
	for {
		if _, err := r.ReadSlice('\n'); !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}

// maxReplayed bounds the addresses that are told apart.
const maxReplayed = 1 << 20

// line judges one line.
func (r *replaying) line(text string) {
	r.report.Lines++
	l, err := r.parser.Parse(trimBreak(text))
	if err != nil {
		r.report.Bad++
		return
	}
	if r.report.First.IsZero() || l.Time.Before(r.report.First) {
		r.report.First = l.Time
	}
	if l.Time.After(r.report.Last) {
		r.report.Last = l.Time
	}
	place := r.locator.Locate(l.Addr)
	q := risk.FromLog(l, place)
	v := r.engine.Assess(&q)
	stopped := v.Refuses()
	if stopped {
		if r.report.Stopped == nil {
			r.report.Stopped = map[risk.Action]int64{}
		}
		r.report.Stopped[v.Action]++
	} else if after, changed := r.engine.Observe(&q, l.Status); changed && after.Action > v.Action {
		v = after
	}
	r.note(&l, v, stopped)
}

func trimBreak(s string) string {
	for len(s) > 0 && (s[len(s)-1] == '\n' || s[len(s)-1] == '\r') {
		s = s[:len(s)-1]
	}
	return s
}

// note takes down a verdict on an address. Its pseudonym is another each day.
func (r *replaying) note(l *visit.LogLine, v risk.Verdict, stopped bool) {
	who := r.by[v.Who]
	if who == nil {
		if len(r.by) >= maxReplayed {
			return
		}
		who = &replayed{Who: v.Who, Country: v.Country, Net: v.Net.String()}
		r.by[v.Who] = who
	}
	who.Requests++
	if stopped {
		who.Stopped++
	}
	if v.Action < risk.ActionThrottle {
		who.Worst = max(who.Worst, v.Action)
		return
	}
	if who.First.IsZero() || l.Time.Before(who.First) { // servers write lines a little out of order
		who.First = l.Time
	}
	if l.Time.After(who.Last) {
		who.Last = l.Time
	}
	if v.Action > who.Worst {
		who.Path = r.path(l.Target)
	}
	if v.Action >= who.Worst {
		who.Worst, who.Rule = v.Action, v.Rule
	}
	for _, reason := range v.Reasons {
		if !slices.Contains(who.Why, reason.Code) {
			who.Why = append(who.Why, reason.Code)
		}
	}
}

// path is what was asked for, without what could name a person, and harmless in a terminal.
func (r *replaying) path(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, r.scrub.Path(path))
}

func (r *replaying) finish() *replayReport {
	report := &r.report
	report.Addresses, report.Reached, report.Signals = len(r.by), map[risk.Action]int{}, r.engine.Figures().Signals
	for _, who := range r.by {
		report.Reached[who.Worst]++
		if who.Worst >= risk.ActionThrottle {
			report.Who = append(report.Who, who)
		}
	}
	slices.SortFunc(report.Who, func(a, b *replayed) int {
		return cmp.Or(cmp.Compare(b.Worst, a.Worst), cmp.Compare(b.Requests, a.Requests), a.First.Compare(b.First), slices.Compare(a.Why, b.Why))
	})
	return report
}

// signalsByCount are the signals of a report, the most frequent first.
func (r *replayReport) signalsByCount() []risk.Code {
	return slices.SortedFunc(maps.Keys(r.Signals), func(a, b risk.Code) int {
		return cmp.Or(cmp.Compare(r.Signals[b], r.Signals[a]), cmp.Compare(a, b))
	})
}
