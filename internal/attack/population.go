package attack

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Population is the addresses that are known to the attacker, and the places they belong to.
type Population struct {
	Addrs  []netip.Addr
	Agents []string
	Came   []bool // by address: the truth, which only the referee looks at
	places []visit.Place
	index  map[netip.Addr]int

	persons []person // what a site sees of each, which anybody can work out
	could   map[Cell][]int
}

// NewPopulation returns n known addresses. Two in fifty have a provider, a city and a region of their own: one
// of them comes, the other does not.
func NewPopulation(n int, r *rand.Rand) *Population {
	p := &Population{Came: make([]bool, n), index: make(map[netip.Addr]int, n)}
	for i := range n {
		addr := netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i), 15: 1})
		p.index[addr] = i
		p.Addrs = append(p.Addrs, addr)
		place := visit.Place{
			Country: [...]string{"KZ", "KZ", "KZ", "RU", "DE"}[r.IntN(5)], Region: fmt.Sprint("Region ", zipf(r, 12)),
			City: fmt.Sprint("City ", zipf(r, 40)), Provider: fmt.Sprint("Provider ", zipf(r, 60)),
		}
		if i%50 == 7 || i%50 == 8 {
			place.Provider, place.City, place.Region = fmt.Sprint("Own provider ", i), fmt.Sprint("Own city ", i), fmt.Sprint("Own region ", i)
		}
		p.places = append(p.places, place)
	}
	for i := range 50 {
		p.Agents = append(p.Agents, fmt.Sprintf("Mozilla/5.0 (%s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 %sSafari/537.36",
			[...]string{"Windows NT 10.0; Win64; x64", "X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7", "Linux; Android 10; K"}[i%4], 120+i/2, [...]string{"", "", "", "Mobile "}[i%4]))
	}
	return p
}

// zipf draws a number below n; low ones come often.
func zipf(r *rand.Rand, n int) int {
	return int(float64(n) * r.Float64() * r.Float64())
}

// Place implements [visit.Locator].
func (p *Population) Place(addr netip.Addr) visit.Place {
	if i, ok := p.index[addr]; ok {
		return p.places[i]
	}
	return visit.Place{}
}

// Agent is the user agent of the i-th address: always the same one.
func (p *Population) Agent(i int) string { return p.Agents[(i*7919+i/50)%len(p.Agents)] }

// Settle gives the i-th address the place, and so the group, of another.
func (p *Population) Settle(i, as int) { p.places[i], p.could = p.places[as], nil }

// hit is a page view by the i-th address with one of the agents.
func (p *Population) hit(i int, agent, page, from string, at time.Time) visit.Hit {
	r := httptest.NewRequest(http.MethodGet, page, nil)
	r.RemoteAddr = netip.AddrPortFrom(p.Addrs[i], 4711).String()
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Accept-Language", [...]string{"kk", "ru", "en"}[i%3])
	if from != "" {
		r.Header.Set("Referer", from)
	}
	return visit.Capture(r, visit.TrustDirect, at)
}

// look works out what a site sees of each address.
func (p *Population) look() error {
	p.persons = make([]person, len(p.Addrs))
	a, err := visit.NewAnonymiser(visit.Options{Secret: make([]byte, 32), Zone: time.UTC, Locator: p})
	if err != nil {
		return err
	}
	for i := range p.persons {
		pv := a.Page(p.hit(i, p.Agent(i), "/", "", midnight), visit.Response{Status: 200, ContentType: "text/html"})
		p.persons[i] = eventOf(i, 0, &pv).who
	}
	return nil
}
