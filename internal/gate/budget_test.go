package gate_test

import (
	"net/http"
	"testing"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// TestBudget holds the gate to the allocations that the design grants it. Time is for the benchmarks.
func TestBudget(t *testing.T) {
	rules := gatetest.Rules(t)
	granted := gatetest.Visitors(rules)[0].Choice
	cookies := request(browser)
	cookies.Header.Set("Cookie", "sid=0123456789abcdef; cookie_consent=1.abcdefghijklmnop; _ga=GA1.2.3.4")
	many := request(browser)
	for _, key := range []string{"Sec-Ch-Ua", "Sec-Ch-Ua-Mobile", "Sec-Ch-Ua-Platform", "Priority", "Cache-Control", "Dnt"} {
		many.Header.Set(key, "?0")
	}
	plain := gate.Plan{Rules: rules, Choice: granted, Now: gatetest.Now}
	markup := gate.Plan{Rules: rules, Now: gatetest.Now, Markup: bannerMarkup}
	body := page10K()
	for _, c := range []struct {
		name   string
		r      *http.Request
		p      gate.Plan
		header []string
		max    float64
	}{
		{"ordinary exchange", request(browser), plain, nil, 0},
		{"cookies that may pass", cookies, plain, []string{"Set-Cookie", "sid=1"}, 0},
		{"page with markup, asked by anybody", request(nil), markup, nil, 1},
		{"and its validators", request(nil), markup, []string{"Etag", `"v1"`, "Content-Length", "10240"}, 3},
		{"page with markup, asked by a browser", request(browser), markup, nil, 3},
		{"asked with more than eight headers", many, markup, nil, 6}, // its copy has a table
	} {
		w := new(gate.Writer)
		s := &sink{h: http.Header{}}
		values := map[string][]string{"Content-Type": {"text/html; charset=utf-8"}}
		for i := 0; i < len(c.header); i += 2 {
			values[c.header[i]] = []string{c.header[i+1]}
		}
		got := testing.AllocsPerRun(100, func() {
			clear(s.h)
			for key, value := range values {
				s.h[key] = value
			}
			exchange(w, s, c.r, c.p, body)
		})
		if got > c.max {
			t.Errorf("%s: %v allocations, want at most %v", c.name, got, c.max)
		}
	}
}
