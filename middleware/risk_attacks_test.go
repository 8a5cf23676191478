package middleware_test

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// score counts what of a corpus is caught.
type score struct{ tests, testsWanted, sources, sourcesWanted, benign, falselyCaught int }

func (s *score) add(l *attackLog, caught func(netip.Addr) bool) (missed []netip.Addr) {
	want := l.wanted()
	if len(l.Sources) == 0 {
		s.benign++
		for i := range l.lines {
			if caught(l.lines[i].Addr) {
				s.falselyCaught++
				return nil
			}
		}
		return nil
	}
	s.testsWanted++
	for addr := range want {
		s.sourcesWanted++
		if caught(addr) {
			s.sources++
		} else {
			missed = append(missed, addr)
		}
	}
	if len(missed) == 0 {
		s.tests++
	}
	return missed
}

func (s score) String() string {
	return fmt.Sprintf("%d of %d logs with attacks, %d of %d sources, %d of %d benign logs caught", s.tests, s.testsWanted, s.sources, s.sourcesWanted, s.falselyCaught, s.benign)
}

// TestS3_6_3_AttacksAreCaughtAndBenignLogsAreNot replays logs through the middleware. Caught is what would be throttled or worse.
func TestS3_6_3_AttacksAreCaughtAndBenignLogsAreNot(t *testing.T) {
	t.Parallel()
	own := readCorpus(t, filepath.Join("testdata", "risk"))
	if all := judgeCorpus(t, own, true); all.tests != all.testsWanted || all.sources != all.sourcesWanted || all.falselyCaught > 0 {
		t.Errorf("own logs: %v", all)
	}
	hub := readCorpus(t, filepath.Join(shared(), "risk", "crowdsec"))
	if len(hub) == 0 {
		return // covered by the logs of our own
	}
	all := judgeCorpus(t, hub, false)
	if 100*all.sources < 95*all.sourcesWanted || all.falselyCaught > 0 {
		t.Errorf("logs of the hub: %v; at least 95 %% of the sources and none of the benign logs are promised", all)
	}
}

func judgeCorpus(t *testing.T, corpus []attackLog, small bool) score {
	t.Helper()
	var all, tuned, held, simple score
	for i := range corpus {
		l := &corpus[i]
		s := newLogSite(t)
		for _, line := range l.lines {
			s.replay(line)
		}
		caught := func(addr netip.Addr) bool { return s.worst[addr].Action >= risk.ActionThrottle }
		part := &tuned
		if l.heldOut() {
			part = &held
		}
		part.add(l, caught)
		for _, addr := range all.add(l, caught) {
			t.Logf("%s (held out: %v): %v is missed: %v %s", l.Test, l.heldOut(), addr, s.worst[addr].Action, codes(s.worst[addr]))
		}
		if len(l.Sources) == 0 {
			for addr, v := range s.worst {
				if caught(addr) {
					t.Logf("%s: %v is benign and caught: %v %s", l.Test, addr, v.Action, codes(v))
				}
			}
		}
		simple.add(l, baseline(l.lines))
	}
	if !small {
		t.Logf("chosen by:  %v", tuned)
		t.Logf("held out:   %v", held)
	}
	t.Logf("together:   %v", all)
	t.Logf("a simple baseline: %v", simple)
	return all
}

// Lists as they go round: the names that tools give themselves, and what nobody but a scanner asks for.
var (
	toolAgents = []string{
		"curl", "wget", "python", "go-http-client", "libwww", "java/", "okhttp", "httpie", "nikto", "sqlmap", "nmap", "masscan", "zgrab", "nuclei", "wpscan",
		"gobuster", "dirbuster", "dirb", "ffuf", "feroxbuster", "hydra", "acunetix", "nessus", "openvas", "qualys", "zaproxy", "l9explore", "censys", "scan",
	}
	sensitiveFiles = []string{
		"/.env", "/.git", "/.svn", "/.hg", "/.aws", "/.ssh", "/.htaccess", "/.htpasswd", "/.ds_store", "/id_rsa", "passwd", "/etc/", "wp-config", ".sql", ".bak",
		"phpinfo", "web.config", "/backup", "/dump", "../", "%2e%2e",
	}
)

// baseline is what a site may do in an afternoon: a list of user agents, 60 requests in any minute, ten paths that do not exist, and
// files that hold secrets.
func baseline(lines []visit.LogLine) func(netip.Addr) bool {
	type seen struct {
		minute  []time.Time
		missing map[string]bool
	}
	of, bad := map[netip.Addr]*seen{}, map[netip.Addr]bool{}
	for _, l := range lines {
		s := of[l.Addr]
		if s == nil {
			s = &seen{missing: map[string]bool{}}
			of[l.Addr] = s
		}
		s.minute = slices.DeleteFunc(append(s.minute, l.Time), func(at time.Time) bool { return l.Time.Sub(at) >= time.Minute })
		path, _, _ := strings.Cut(l.Target, "?")
		if l.Status == 404 || l.Status == 403 || l.Status == 400 {
			s.missing[path] = true
		}
		if len(s.minute) > 60 || len(s.missing) >= 10 || hasAny(strings.ToLower(l.UserAgent), toolAgents...) || hasAny(strings.ToLower(l.Target), sensitiveFiles...) {
			bad[l.Addr] = true
		}
	}
	return func(addr netip.Addr) bool { return bad[addr] }
}

func hasAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
