package risk

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Resolver looks names up; *net.Resolver is one.
type Resolver interface {
	LookupAddr(ctx context.Context, addr string) (names []string, err error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// crawlerDomains are the domains of which search engines say that the names of their crawlers' addresses end with them.
var crawlerDomains = map[string][]string{
	"Googlebot": {".googlebot.com", ".google.com"}, "GoogleOther": {".googlebot.com", ".google.com"}, "Storebot-Google": {".google.com", ".googlebot.com"}, "AdsBot-Google": {".google.com", ".googlebot.com"},
	"bingbot": {".search.msn.com"}, "BingPreview": {".search.msn.com"}, "Applebot": {".applebot.apple.com"},
	"YandexBot": {".yandex.ru", ".yandex.net", ".yandex.com"}, "YandexImages": {".yandex.ru", ".yandex.net", ".yandex.com"}, "YandexMetrika": {".yandex.ru", ".yandex.net", ".yandex.com"},
	"Baiduspider": {".baidu.com", ".baidu.jp"}, "Mail.RU_Bot": {".mail.ru"}, "SeznamBot": {".seznam.cz"}, "PetalBot": {".petalsearch.com", ".aspiegel.com"},
	"Yeti": {".naver.com"}, "coccocbot": {".coccoc.com"}, "Yahoo! Slurp": {".crawl.yahoo.net"}, "Amazonbot": {".crawl.amazonbot.amazon"},
}

// CrawlerOptions say how crawlers are verified.
type CrawlerOptions struct {
	// Resolver looks names up. Default: only Networks tell.
	Resolver Resolver
	// Networks are the addresses that operators publish, by the bot's name as package visit gives it.
	Networks map[string][]netip.Prefix
	// Capacity is how many answers are remembered. Default: 4,096.
	Capacity int
	// Timeout bounds one verification. Default: 3 seconds.
	Timeout time.Duration
}

const (
	crawlerQueue   = 256
	crawlerGood    = 24 * time.Hour
	crawlerBad     = time.Hour
	crawlerUnclear = 5 * time.Minute // until a name server that failed is asked again
	crawlerWaits   = 10 * time.Second
)

// Crawlers knows search engines by their addresses, not by what they say: the name of the address must be in the
// operator's domain and lead back to the address (https://developers.google.com/search/docs/crawling-indexing/verifying-googlebot).
// Names are looked up behind the request's back; until the answer comes nobody is believed and nobody blamed.
// It is safe for concurrent use. Close it in the end.
type Crawlers struct {
	options CrawlerOptions
	answers *table[crawlerAnswer]
	queue   chan crawlerQuestion
	cancel  context.CancelFunc
	running sync.WaitGroup
}

type crawlerState uint8

const (
	crawlerUnknown crawlerState = iota
	crawlerPending
	crawlerGenuine
	crawlerForged
)

type crawlerAnswer struct {
	state crawlerState
	until int64
}

type crawlerQuestion struct {
	domains []string
	addr    netip.Addr
	key     Pseudonym
	now     int64
}

// NewCrawlers starts one goroutine that looks names up, where there is a resolver.
func NewCrawlers(o CrawlerOptions) *Crawlers {
	if o.Capacity <= 0 {
		o.Capacity = 4096
	}
	if o.Timeout <= 0 {
		o.Timeout = 3 * time.Second
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Crawlers{options: o, answers: newTable[crawlerAnswer](o.Capacity), queue: make(chan crawlerQuestion, crawlerQueue), cancel: cancel}
	if o.Resolver != nil {
		c.running.Go(func() { c.work(ctx) })
	}
	return c
}

// Close stops looking names up.
func (c *Crawlers) Close() {
	c.cancel()
	c.running.Wait()
}

// check says what is known of addr, which calls itself bot. It never waits.
func (c *Crawlers) check(bot string, addr netip.Addr, who Pseudonym, now int64) crawlerState {
	listed, known := c.options.Networks[bot]
	for _, p := range listed {
		if p.Contains(addr) {
			return crawlerGenuine
		}
	}
	domains := crawlerDomains[bot]
	if domains == nil || c.options.Resolver == nil {
		if known {
			return crawlerForged
		}
		return crawlerUnknown
	}
	key := Pseudonym{who[0], who[1] ^ uint64(len(bot))<<56 ^ uint64(bot[0])<<48 ^ uint64(bot[len(bot)-1])<<40}
	s := c.answers.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := c.answers.take(s, key, now)
	if answer.state != crawlerUnknown && answer.until > now && answer.until-now <= crawlerGood.Milliseconds() {
		return answer.state
	}
	select {
	case c.queue <- crawlerQuestion{domains, addr, key, now}:
		*answer = crawlerAnswer{crawlerPending, now + crawlerWaits.Milliseconds()}
	default: // too many ask at once
	}
	return crawlerPending
}

func (c *Crawlers) work(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case q := <-c.queue:
			state, term := c.verify(ctx, q)
			s := c.answers.shard(q.key)
			s.mu.Lock()
			*c.answers.take(s, q.key, q.now) = crawlerAnswer{state, q.now + term.Milliseconds()}
			s.mu.Unlock()
		}
	}
}

// verify asks for the names of the address, and for the addresses of those in the operator's domain.
func (c *Crawlers) verify(ctx context.Context, q crawlerQuestion) (crawlerState, time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	names, err := c.options.Resolver.LookupAddr(ctx, q.addr.String())
	if err != nil && !notFound(err) {
		return crawlerPending, crawlerUnclear
	}
	for _, name := range names[:min(len(names), 8)] {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		if !endsWith(name, q.domains) {
			continue
		}
		addrs, err := c.options.Resolver.LookupNetIP(ctx, "ip", name)
		if err != nil && !notFound(err) {
			return crawlerPending, crawlerUnclear
		}
		for _, addr := range addrs {
			if addr.Unmap() == q.addr {
				return crawlerGenuine, crawlerGood
			}
		}
	}
	return crawlerForged, crawlerBad
}

// notFound reports a name server's answer that there is no such name, as opposed to no answer.
func notFound(err error) bool {
	var answer *net.DNSError
	return errors.As(err, &answer) && answer.IsNotFound
}

func endsWith(name string, domains []string) bool {
	for _, d := range domains {
		if strings.HasSuffix(name, d) {
			return true
		}
	}
	return false
}
