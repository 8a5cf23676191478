package visit_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

func BenchmarkTrust(b *testing.B) {
	for _, s := range []string{"direct", "cidr:10.0.0.0/8", "cidr+forwarded:10.0.0.0/8"} {
		trust, err := visit.ParseTrust(s)
		if err != nil {
			b.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "10.0.0.1:4711"
		r.Header = headers("X-Forwarded-For", "198.51.100.7, 10.0.0.2", "Forwarded", "for=198.51.100.7, for=10.0.0.2")
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				trust.Addr(r)
			}
		})
	}
}

func BenchmarkAgents(b *testing.B) {
	rows := corpus(b)
	hit := visit.NewAgents(0)
	b.Run("hit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			hit.Parse(chromeAgent, nil)
		}
	})
	hints := headers("Sec-CH-UA", `"Chromium";v="146", "Not-A.Brand";v="24", "Google Chrome";v="146"`, "Sec-CH-UA-Platform", `"Windows"`, "Sec-CH-UA-Mobile", "?0")
	b.Run("hit with hints", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			hit.Parse(chromeAgent, hints)
		}
	})
	b.Run("miss", func(b *testing.B) { // each string differs in one byte: the corpus, mixed
		benchmarkMiss(b, func(i int) string { return rows[i%len(rows)].ua })
	})
	b.Run("miss Chrome", func(b *testing.B) { benchmarkMiss(b, func(int) string { return chromeAgent }) })
	b.Run("miss hostile 8 KB", func(b *testing.B) {
		hostile := strings.Repeat("abcd ", 1600)
		benchmarkMiss(b, func(int) string { return hostile })
	})
}

func benchmarkMiss(b *testing.B, base func(int) string) {
	a := visit.NewAgents(8)
	uas := make([]string, 8192)
	for i := range uas {
		ua := base(i)
		uas[i] = ua[:min(len(ua), 490)] + fmt.Sprintf(" %d", i+10000) + ua[min(len(ua), 490):]
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		a.Parse(uas[i%len(uas)], nil)
	}
}

func BenchmarkScrubber(b *testing.B) {
	s := visit.NewScrubber(0)
	for _, path := range []string{"/blog/tags/puppet", "/2024/05/17/my-trip", "/каталог/духи-для-дома", "/user/42/posts"} {
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.Path(path)
			}
		})
	}
}

func BenchmarkKey(b *testing.B) {
	k, _ := visit.NewKeys(secret, nil, 0)
	addr := netip.MustParseAddr("198.51.100.7")
	for b.Loop() {
		_, _ = k.Key(1, addr, chromeAgent)
	}
}

func BenchmarkCapture(b *testing.B) {
	r := httptest.NewRequest(http.MethodGet, "https://example.kz/blog/tags/puppet", nil)
	r.Header = browserLike()
	b.ReportAllocs()
	for b.Loop() {
		visit.Capture(r, visit.TrustDirect, noon)
	}
}

func browserLike() http.Header {
	return headers("User-Agent", chromeAgent, "Accept", "text/html", "Accept-Language", "kk-KZ,ru;q=0.9", "Accept-Encoding", "gzip", "Referer", "https://example.kz/",
		"Sec-Fetch-Dest", "document", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "same-origin", "Cookie", "a=b")
}

// BenchmarkPage is the whole way of a repeat visitor's hit: the budget is 250 ns and no allocation.
func BenchmarkPage(b *testing.B) {
	a := anonymiser(b)
	r := httptest.NewRequest(http.MethodGet, "https://example.kz/blog/tags/puppet", nil)
	r.Header = browserLike()
	hit := visit.Capture(r, visit.TrustDirect, noon)
	b.Run("hot", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			a.Page(hit, html)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				a.Page(hit, html)
			}
		})
	})
	b.Run("100,000 visitors", func(b *testing.B) {
		hits := make([]visit.Hit, 100_000)
		for i := range hits {
			hits[i] = visit.FromLog(visit.LogLine{Addr: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), Time: noon, Method: "GET", Target: "/blog/tags/puppet", UserAgent: chromeAgent})
		}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a.Page(hits[i%len(hits)], html)
		}
	})
}
