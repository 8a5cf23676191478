package gate_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// sink is a ResponseWriter that costs nothing.
type sink struct {
	h http.Header
	n int
}

func (s *sink) Header() http.Header         { return s.h }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(p []byte) (int, error) { s.n += len(p); return len(p), nil }

// page10K is a page of 10 KB with an ordinary head.
func page10K() []byte {
	head := "<!doctype html>\n<html lang=\"kk\">\n<head>\n<meta charset=\"utf-8\">\n<title>Shop</title>\n" +
		strings.Repeat("<link rel=\"stylesheet\" href=\"/assets/app.css\">\n", 8) +
		"<script>" + strings.Repeat("window.a=1;", 40) + "</script>\n</head>\n<body class=\"home\">\n"
	return []byte(head + strings.Repeat("<p>ten of these make a hundred</p>\n", 300)[:10<<10-len(head)])
}

// exchange runs one exchange as the guard does: everything pooled.
func exchange(w *gate.Writer, s *sink, r *http.Request, p gate.Plan, body []byte) {
	inner := gate.Hide(r, &p)
	w.Reset(s, inner, p)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body)
	_ = w.Finish()
	gate.Settle(r, inner)
	w.Clear()
}

func request(header map[string]string) *http.Request {
	r, _ := http.NewRequest(http.MethodGet, "https://www.example.test/shop", nil)
	for key, value := range header {
		r.Header.Set(key, value)
	}
	return r
}

var browser = map[string]string{
	"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, br", "Accept-Language": "kk,ru",
	"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "User-Agent": "Mozilla/5.0",
	"Upgrade-Insecure-Requests": "1",
}

func BenchmarkOrdinary(b *testing.B) {
	rules := gatetest.Rules(b)
	p := gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[0].Choice, Now: gatetest.Now}
	benchmark(b, request(browser), p, map[string]string{"Content-Type": "text/html; charset=utf-8"})
}

func BenchmarkOrdinaryCookies(b *testing.B) {
	rules := gatetest.Rules(b)
	p := gate.Plan{Rules: rules, Choice: gatetest.Visitors(rules)[0].Choice, Now: gatetest.Now}
	r := request(browser)
	r.Header.Set("Cookie", "sid=0123456789abcdef; cookie_consent=1.abcdefghijklmnop; _ga=GA1.2.3.4")
	benchmark(b, r, p, map[string]string{"Content-Type": "text/html; charset=utf-8"})
}

func BenchmarkInject(b *testing.B) {
	rules := gatetest.Rules(b)
	p := gate.Plan{Rules: rules, Now: gatetest.Now, Markup: gate.NewMarkup([]byte(strings.Repeat(gatetest.Markup, 100)))}
	for name, r := range map[string]*http.Request{"asking": request(browser), "plain": request(nil)} {
		b.Run(name, func(b *testing.B) {
			benchmark(b, r, p, map[string]string{"Content-Type": "text/html; charset=utf-8"})
		})
	}
}

func benchmark(b *testing.B, r *http.Request, p gate.Plan, header map[string]string) {
	var (
		body = page10K()
		w    = new(gate.Writer)
		s    = &sink{h: http.Header{}}
	)
	b.ReportAllocs()
	for b.Loop() {
		delete(s.h, "Cache-Control")
		delete(s.h, "Vary")
		exchange(w, s, r, p, body)
		if len(s.h) == 0 {
			for key, value := range header {
				s.h.Set(key, value)
			}
		}
	}
}
