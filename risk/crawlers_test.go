package risk_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kelisim/kelisim/risk"
)

const googlebot = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"

// names is a name server.
type names struct {
	of    map[string][]string
	addrs map[string]string
	fault error
	asked atomic.Int64
}

func (n *names) LookupAddr(_ context.Context, addr string) ([]string, error) {
	n.asked.Add(1)
	if n.fault != nil {
		return nil, n.fault
	}
	if of := n.of[addr]; of != nil {
		return of, nil
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

func (n *names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if a, ok := n.addrs[host]; ok {
		return []netip.Addr{netip.MustParseAddr(a)}, nil
	}
	return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
}

// TestCrawlersAreKnownByTheirAddress: whoever has a name in the operator's domain that leads back is genuine, everybody else who says so
// is not; until the name server has answered, and where it does not, nobody is judged.
func TestCrawlersAreKnownByTheirAddress(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		server *names
		forged bool
		holds  bool // what is raised against others is not against a genuine one
	}{
		{"genuine", &names{of: map[string][]string{"192.0.2.7": {"crawl-1.googlebot.com."}}, addrs: map[string]string{"crawl-1.googlebot.com": "192.0.2.7"}}, false, false},
		{"no name", &names{}, true, true},
		{"another domain", &names{of: map[string][]string{"192.0.2.7": {"googlebot.com.example.org."}}, addrs: map[string]string{"googlebot.com.example.org": "192.0.2.7"}}, true, true},
		{"the name leads elsewhere", &names{of: map[string][]string{"192.0.2.7": {"crawl-1.googlebot.com."}}, addrs: map[string]string{"crawl-1.googlebot.com": "192.0.2.8"}}, true, true},
		{"no answer", &names{fault: &net.DNSError{Err: "i/o timeout", IsTimeout: true}}, false, true},
		{"a fault", &names{fault: errors.New("refused")}, false, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			crawlers := risk.NewCrawlers(risk.CrawlerOptions{Resolver: row.server})
			defer crawlers.Close()
			e := engine(t, func(o *risk.Options) { o.Crawlers = crawlers })
			if v := do(e, step{agent: googlebot}); v.Action != risk.ActionAllow {
				t.Errorf("%s: %v before the answer", row.name, v.Action)
			}
			synctest.Wait()
			v := do(e, step{agent: googlebot, after: time.Second})
			if has(v, "crawler_false") != row.forged {
				t.Errorf("%s: %v", row.name, codesOf(v))
			}
			for range 20 {
				do(e, step{agent: googlebot, after: time.Second})
			}
			if n := row.server.asked.Load(); n != 1 {
				t.Errorf("%s: the name server was asked %d times", row.name, n)
			}
			v = do(e, step{agent: googlebot, after: 2 * time.Second, target: "/etc/passwd"})
			if stopped := v.Action >= risk.ActionThrottle; stopped != row.holds {
				t.Errorf("%s: a strange link: %v", row.name, v.Action)
			}
		})
	}
}

func TestCrawlersByNetwork(t *testing.T) {
	t.Parallel()
	crawlers := risk.NewCrawlers(risk.CrawlerOptions{Networks: map[string][]netip.Prefix{"Googlebot": {netip.MustParsePrefix("192.0.2.0/28")}}})
	defer crawlers.Close()
	e := engine(t, func(o *risk.Options) { o.Crawlers = crawlers })
	if v := do(e, step{agent: googlebot}); len(v.Reasons) > 0 {
		t.Errorf("from the network: %v", codesOf(v))
	}
	if v := do(e, step{agent: googlebot, from: bob}); !has(v, "crawler_false") || v.Action != risk.ActionThrottle {
		t.Errorf("from elsewhere: %v %v", v.Action, codesOf(v))
	}
	if v := do(e, step{agent: "Mozilla/5.0 (compatible; bingbot/2.0)", from: bob.Next()}); has(v, "crawler_false") {
		t.Error("one of whom nothing is known is called forged")
	}
}

// TestCrawlersFloodIsBounded: many who say so at once are asked for in their turn, and requests never wait.
func TestCrawlersFloodIsBounded(t *testing.T) {
	t.Parallel()
	server := &names{fault: errors.New("slow")}
	crawlers := risk.NewCrawlers(risk.CrawlerOptions{Resolver: server, Capacity: 512})
	e := engine(t, func(o *risk.Options) { o.Crawlers = crawlers })
	from := alice
	for range 5000 {
		from = from.Next()
		if v := do(e, step{agent: googlebot, from: from}); v.Action > risk.ActionAllow {
			t.Fatalf("%v", v.Action)
		}
	}
	crawlers.Close()
	if n := server.asked.Load(); n > 5000 {
		t.Errorf("asked %d times", n)
	}
}
