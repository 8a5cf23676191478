package risk_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

const (
	chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"
	curl   = "curl/8.5.0"
)

var (
	secret = []byte("a secret of at least thirty-two bytes")
	noon   = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	alice  = netip.MustParseAddr("192.0.2.7")
	bob    = netip.MustParseAddr("198.51.100.9")
)

func engine(t testing.TB, change ...func(*risk.Options)) *risk.Engine {
	t.Helper()
	o := risk.Options{Secret: secret, Capacity: 512}
	for _, c := range change {
		c(&o)
	}
	e, err := risk.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// step is one request: GET by a present browser from alice at noon, answered with 200, unless told otherwise.
type step struct {
	from   netip.Addr
	after  time.Duration
	method string
	target string
	agent  string
	status int
	place  geo.Location
	proto  string
}

// do judges a request before and after its answer, and returns the graver verdict.
func do(e *risk.Engine, s step) risk.Verdict {
	l := visit.LogLine{Addr: alice, Time: noon.Add(s.after), Method: "GET", Target: "/", UserAgent: chrome, Status: 200, Proto: s.proto}
	if s.from.IsValid() {
		l.Addr = s.from
	}
	if s.method != "" {
		l.Method = s.method
	}
	if s.target != "" {
		l.Target = s.target
	}
	switch s.agent {
	case "":
	case "none":
		l.UserAgent = ""
	default:
		l.UserAgent = s.agent
	}
	if s.status != 0 {
		l.Status = s.status
	}
	q := risk.FromLog(l, s.place)
	v := e.Assess(&q)
	if after, changed := e.Observe(&q, l.Status); changed && after.Action >= v.Action {
		return after
	}
	return v
}

func has(v risk.Verdict, code risk.Code) bool {
	return slices.ContainsFunc(v.Reasons, func(r risk.Reason) bool { return r.Code == code })
}

func codesOf(v risk.Verdict) (all []risk.Code) {
	for _, r := range v.Reasons {
		all = append(all, r.Code)
	}
	return all
}
