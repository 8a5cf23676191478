package risk_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"crypto/sha256"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/accesslog"
	"github.com/kelisim/kelisim/risk"
)

func TestTune(t *testing.T) {
	dir := "/work/shared/data/risk/crowdsec/"
	var tests []struct {
		Test, Log string
		Alerts    int
		Sources   []string
	}
	b, _ := os.ReadFile(dir + "manifest.json")
	json.Unmarshal(b, &tests)
	for _, tt := range tests {
		if sha256.Sum256([]byte(tt.Test))[0]%3 == 0 {
			continue
		}
		f, _ := os.Open(dir + tt.Test + "/" + tt.Log)
		e, err := risk.New(risk.Options{Secret: make([]byte, 32)})
		if err != nil {
			t.Fatal(err)
		}
		worst := map[netip.Addr]risk.Verdict{}
		var p accesslog.Parser
		for s := bufio.NewScanner(f); s.Scan(); {
			l, err := p.Parse(s.Text())
			if err != nil {
				if s.Text() != "" {
					fmt.Println("  bad line", tt.Test, err)
				}
				continue
			}
			q := risk.FromLog(l, geo.Location{})
			v := e.Assess(&q)
			v2, _ := e.Observe(&q, l.Status)
			if v2.Action > v.Action {
				v = v2
			}
			if v.Action >= worst[l.Addr].Action {
				worst[l.Addr] = v
			}
		}
		want := map[netip.Addr]bool{}
		for _, s := range tt.Sources {
			want[netip.MustParseAddr(s)] = true
		}
		for a, v := range worst {
			if (v.Action >= risk.ActionThrottle) != want[a] {
				var codes []string
				for _, r := range v.Reasons {
					codes = append(codes, string(r.Code))
				}
				fmt.Println(tt.Test, a, "want", want[a], v.Action, strings.Join(codes, ","))
			}
		}
	}
}

func TestTuneApache(t *testing.T) {
	f, _ := os.Open("/work/shared/data/apache_logs")
	e, _ := risk.New(risk.Options{Secret: make([]byte, 32)})
	worst := map[netip.Addr]risk.Verdict{}
	var p accesslog.Parser
	for s := bufio.NewScanner(f); s.Scan(); {
		l, err := p.Parse(s.Text())
		if err != nil {
			continue
		}
		q := risk.FromLog(l, geo.Location{})
		v := e.Assess(&q)
		v2, _ := e.Observe(&q, l.Status)
		if v2.Action > v.Action {
			v = v2
		}
		if v.Action >= worst[l.Addr].Action {
			worst[l.Addr] = v
		}
	}
	n := map[risk.Action]int{}
	for a, v := range worst {
		n[v.Action]++
		if v.Action >= risk.ActionThrottle {
			var codes []string
			for _, r := range v.Reasons {
				codes = append(codes, string(r.Code))
			}
			fmt.Println(a, v.Action, strings.Join(codes, ","))
		}
	}
	fmt.Println(len(worst), n)
}
