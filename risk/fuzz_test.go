package risk_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// FuzzJudge: whatever a client sends, a verdict has sound scores, reasons of the list, and an action that its sum asks for.
func FuzzJudge(f *testing.F) {
	f.Add("GET", "/a?b=c", chrome, "*/*", `"Chromium";v="146"`, `"Windows"`, "document", 404, 1)
	f.Add("POST", "/login", curl, "", "", "", "", 401, 2)
	f.Add("", "", "", "", `"Chromium";v="`, `"`, "\x00", 0, -1)
	f.Add("HEAD", "/../../%%32%65/.env/x.php/.css", "Nikto/2", "text/html", "x", "y", "image", 500, 9)
	codes := map[risk.Code]bool{}
	for _, s := range risk.Signals() {
		codes[s.Code] = true
	}
	f.Fuzz(func(t *testing.T, method, target, agent, accept, brands, platform, dest string, status, proto int) {
		e := engine(t)
		r := &http.Request{Method: method, RequestURI: target, URL: &url.URL{Path: target}, ProtoMajor: proto, ProtoMinor: proto >> 4, RemoteAddr: netip.AddrPortFrom(alice, 1).String(), Header: http.Header{
			"User-Agent": {agent}, "Accept": {accept}, "Sec-Ch-Ua": {brands}, "Sec-Ch-Ua-Platform": {platform}, "Sec-Fetch-Dest": {dest},
		}}
		hit := visit.Capture(r, visit.TrustDirect, noon)
		for range 3 {
			var q risk.Request
			q.Capture(r, &hit, &geo.Location{Country: "KZ"}, true)
			v := e.Assess(&q)
			after, _ := e.Observe(&q, status)
			for _, v := range []risk.Verdict{v, after} {
				if v.Bot > 99 || v.Network > 99 || v.Action > risk.ActionDeny || v.Wait < 0 {
					t.Fatalf("%+v", v)
				}
				sum := 0
				for _, reason := range v.Reasons {
					sum += int(reason.Weight)
					if !codes[reason.Code] || reason.Clause == "" {
						t.Fatalf("reason %+v", reason)
					}
				}
				if v.Action >= risk.ActionThrottle && sum < 50 {
					t.Fatalf("%v for %d: %v", v.Action, sum, codesOf(v))
				}
			}
		}
	})
}
