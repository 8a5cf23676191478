package risk_test

import (
	"context"
	"net/http/httptest"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
	"github.com/kelisim/kelisim/visit"
)

// BenchmarkOrdinary is the whole path of an ordinary page view: location, signals, velocity, verdict, status. Capturing
// the hit is not part of it, since statistics need that anyway.
func BenchmarkOrdinary(b *testing.B) {
	b.Run("no limit", func(b *testing.B) { ordinary(b, risk.Options{}) })
	b.Run("a limit over four processes", func(b *testing.B) {
		ordinary(b, risk.Options{
			Shared: silent{b}, Nodes: 4,
			Rules: risk.Rules{Limits: []risk.Limit{{Name: "all", Path: []string{"/articles/"}, Limit: 1 << 40, Window: time.Hour, Then: risk.ActionThrottle, Away: risk.AwayOpen}}},
		})
	})
}

// silent are counters that nobody below half the limit may ask.
type silent struct{ b *testing.B }

func (s silent) Add(context.Context, string, int64, time.Duration) (int64, error) {
	s.b.Error("a round trip for an ordinary request")
	return 0, nil
}

func ordinary(b *testing.B, o risk.Options) {
	b.Helper()
	table, err := geo.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	o.Secret, o.GeoBuilt, o.Rules.Off = make([]byte, 32), table.Built, []risk.Code{"crawl_rate"} // 1,024 visitors ask without a pause
	e, err := risk.New(o)
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "https://example.org/articles/2026/a-page-about-something?page=2", nil)
	for key, value := range map[string]string{
		"User-Agent":      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36",
		"Accept":          "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7",
		"Accept-Language": "ru-RU,ru;q=0.9", "Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin",
		"Sec-Ch-Ua": `"Chromium";v="148", "Google Chrome";v="148", "Not/A)Brand";v="99"`, "Sec-Ch-Ua-Platform": `"Windows"`, "Sec-Ch-Ua-Mobile": "?0",
	} {
		r.Header.Set(key, value)
	}
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	r.RequestURI = r.URL.RequestURI()
	hits := make([]visit.Hit, 1024)
	for i := range hits {
		r.RemoteAddr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{92, 46, byte(i >> 8), byte(i)}), 4000).String()
		hits[i] = visit.Capture(r, visit.TrustDirect, now)
	}
	i := 0
	ask := func() {
		hit := &hits[i%len(hits)]
		i++
		place := table.Locate(hit.Addr())
		var q risk.Request
		q.Capture(r, hit, &place, true)
		if v := e.Assess(&q); v.Action != risk.ActionAllow {
			b.Fatalf("%+v", v)
		}
		e.Observe(&q, 200)
	}
	for range hits { // what is made with the first of them, such as the table of providers, is no cost of each
		ask()
	}
	i = 0
	b.ReportAllocs()
	before := cpu()
	for b.Loop() {
		ask()
	}
	b.ReportMetric(float64(cpu()-before)/float64(i), "cpu-ns/op") // what it costs on a machine that has other things to do
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
