package visit_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

func xff(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		h.Add("X-Forwarded-For", line)
	}
	return h
}

func fwd(lines ...string) http.Header {
	h := http.Header{}
	for _, line := range lines {
		h.Add("Forwarded", line)
	}
	return h
}

// "" is the unknown address. 198.51.100.7 is the client, 6.6.6.6 what it forges, 10.x our proxies.
var trustTable = []struct {
	why, trust, peer string
	header           http.Header
	want             string
}{
	{"the connection itself", "direct", "198.51.100.7:4711", nil, "198.51.100.7"},
	{"every header is ignored", "direct", "198.51.100.7:4711", headers("X-Forwarded-For", "6.6.6.6", "Forwarded", "for=6.6.6.6", "X-Real-Ip", "6.6.6.6"), "198.51.100.7"},
	{"IPv6", "direct", "[2001:db8::7]:4711", nil, "2001:db8::7"},
	{"IPv6 with a zone", "direct", "[fe80::7%eth0]:4711", nil, "fe80::7"},
	{"v4-mapped", "direct", "[::ffff:198.51.100.7]:4711", nil, "198.51.100.7"},
	{"a Unix socket without a name", "direct", "@", nil, ""},
	{"a Unix socket", "direct", "/run/site.sock", nil, ""},
	{"no peer at all", "direct", "", nil, ""},
	{"garbage", "direct", "not an address", nil, ""},
	{"unspecified", "direct", "0.0.0.0:1", nil, ""},
	{"octal is no address", "direct", "010.0.0.1:80", nil, ""},

	{"one proxy", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("198.51.100.7"), "198.51.100.7"},
	{"forged element before the proxy's", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6, 198.51.100.7"), "198.51.100.7"},
	{"two proxies", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6, 198.51.100.7, 10.0.0.2"), "198.51.100.7"},
	{"forged header line before the proxy's", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6", "198.51.100.7"), "198.51.100.7"},
	{"not our proxy: the header is ignored", "cidr:10.0.0.0/8", "198.51.100.7:80", xff("6.6.6.6"), "198.51.100.7"},
	{"a trusted peer speaks for itself", "cidr:10.0.0.0/8", "10.0.0.1:80", nil, "10.0.0.1"},
	{"all trusted: the one furthest away", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("10.0.0.3, 10.0.0.2"), "10.0.0.3"},
	{"client pretends to be a proxy", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6, 10.9.9.9, 198.51.100.7"), "198.51.100.7"},
	{"garbage where the client should be", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6, unknown"), ""},
	{"garbage behind the client does not matter", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("<script>, 198.51.100.7"), "198.51.100.7"},
	{"ip:port", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("198.51.100.7:55555"), "198.51.100.7"},
	{"bare IPv6", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("2001:db8::7"), "2001:db8::7"},
	{"bracketed IPv6", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("[2001:db8::7]"), "2001:db8::7"},
	{"bracketed IPv6 and port", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("[2001:db8::7]:443"), "2001:db8::7"},
	{"v4-mapped peer within an IPv4 prefix", "cidr:10.0.0.0/8", "[::ffff:10.0.0.1]:80", xff("198.51.100.7"), "198.51.100.7"},
	{"v4-mapped prefix", "cidr:::ffff:10.0.0.0/104", "10.0.0.1:80", xff("198.51.100.7"), "198.51.100.7"},
	{"v4-mapped element that is a proxy", "cidr:10.0.0.0/8", "10.0.0.1:80", xff("198.51.100.7, ::ffff:10.0.0.2"), "198.51.100.7"},
	{"blank elements", "cidr:10.0.0.0/8", "10.0.0.1:80", xff(" , 198.51.100.7 ,, "), "198.51.100.7"},
	{"only blanks", "cidr:10.0.0.0/8", "10.0.0.1:80", xff(" , "), "10.0.0.1"},
	{"a Unix socket is a proxy", "cidr:10.0.0.0/8", "@", xff("198.51.100.7"), "198.51.100.7"},
	{"an endless chain of proxies", "cidr:10.0.0.0/8", "10.0.0.1:80", xff(strings.Repeat("10.0.0.1,", 5000)), ""},
	{"Forwarded is not read", "cidr:10.0.0.0/8", "10.0.0.1:80", headers("Forwarded", "for=6.6.6.6", "X-Forwarded-For", "198.51.100.7"), "198.51.100.7"},
	{"only Forwarded there", "cidr:10.0.0.0/8", "10.0.0.1:80", fwd("for=6.6.6.6"), "10.0.0.1"},

	{"RFC 7239", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("for=198.51.100.7;proto=https;by=10.0.0.1"), "198.51.100.7"},
	{"RFC 7239, names in any case", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("Proto=https; For=198.51.100.7"), "198.51.100.7"},
	{"RFC 7239, IPv6", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd(`for="[2001:db8::7]:4711"`), "2001:db8::7"},
	{"RFC 7239, two proxies", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("for=6.6.6.6, for=198.51.100.7;by=x, for=10.0.0.2"), "198.51.100.7"},
	{"RFC 7239, an open quote swallows nothing", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd(`for="6.6.6.6, for=198.51.100.7`), "198.51.100.7"},
	{"RFC 7239, an open quote in its own line", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd(`for="6.6.6.6`, "for=198.51.100.7"), "198.51.100.7"},
	{"RFC 7239, a quoted comma", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd(`for=6.6.6.6, for=198.51.100.7;host="a,b"`), "198.51.100.7"},
	{"RFC 7239, unknown", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("for=unknown"), ""},
	{"RFC 7239, obfuscated", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("for=_hidden"), ""},
	{"RFC 7239, for twice", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("for=6.6.6.6;for=198.51.100.7"), ""},
	{"RFC 7239, no for", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", fwd("proto=https"), ""},
	{"RFC 7239, X-Forwarded-For is not read", "cidr+forwarded:10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6"), "10.0.0.1"},

	{"one hop", "hops:1", "10.0.0.1:80", xff("198.51.100.7"), "198.51.100.7"},
	{"one hop, forged before", "hops:1", "10.0.0.1:80", xff("6.6.6.6, 198.51.100.7"), "198.51.100.7"},
	{"two hops", "hops:2", "10.0.0.1:80", xff("6.6.6.6, 198.51.100.7, 10.0.0.2"), "198.51.100.7"},
	{"two hops over two lines", "hops:2", "10.0.0.1:80", xff("6.6.6.6, 198.51.100.7", "10.0.0.2"), "198.51.100.7"},
	{"chain too short", "hops:2", "10.0.0.1:80", xff("198.51.100.7"), ""},
	{"no chain", "hops:2", "198.51.100.7:80", nil, "198.51.100.7"},
	{"garbage at the hop", "hops:1", "10.0.0.1:80", xff("6.6.6.6, nobody"), ""},
	{"hops by RFC 7239", "hops+forwarded:1", "10.0.0.1:80", fwd("for=6.6.6.6, for=198.51.100.7"), "198.51.100.7"},

	{"a named header", "header:CF-Connecting-IP@10.0.0.0/8", "10.0.0.1:80", headers("Cf-Connecting-Ip", "198.51.100.7"), "198.51.100.7"},
	{"a named header from elsewhere", "header:CF-Connecting-IP@10.0.0.0/8", "198.51.100.7:80", headers("Cf-Connecting-Ip", "6.6.6.6"), "198.51.100.7"},
	{"a named header twice", "header:X-Real-IP@10.0.0.0/8", "10.0.0.1:80", headers("X-Real-Ip", "6.6.6.6", "X-Real-Ip", "198.51.100.7"), ""},
	{"a named header with a list", "header:X-Real-IP@10.0.0.0/8", "10.0.0.1:80", headers("X-Real-Ip", "6.6.6.6, 198.51.100.7"), ""},
	{"a named header that is absent", "header:X-Real-IP@10.0.0.0/8", "10.0.0.1:80", xff("6.6.6.6"), "10.0.0.1"},
	{"a named header over a Unix socket", "header:X-Real-IP@127.0.0.1", "@", headers("X-Real-Ip", "198.51.100.7"), "198.51.100.7"},
	{"a named header from everyone, on purpose", "header:X-Real-IP@0.0.0.0/0,::/0", "203.0.113.1:80", headers("X-Real-Ip", "198.51.100.7"), "198.51.100.7"},
}

func TestTrustAddr(t *testing.T) {
	for _, c := range trustTable {
		trust, err := visit.ParseTrust(c.trust)
		if err != nil {
			t.Errorf("%s: %v", c.why, err)
			continue
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header = c.peer, c.header
		got := trust.Addr(r)
		if want := addrOf(c.want); got != want {
			t.Errorf("%s: %s with peer %q and %v gives %v, want %v", c.why, c.trust, c.peer, c.header, got, want)
		}
		if again, err := visit.ParseTrust(trust.String()); err != nil || again.String() != trust.String() {
			t.Errorf("%s: String %q does not parse back: %v", c.why, trust.String(), err)
		}
	}
}

func addrOf(s string) netip.Addr {
	if s == "" {
		return netip.Addr{}
	}
	return netip.MustParseAddr(s)
}

func TestParseTrustRefuses(t *testing.T) {
	for _, s := range []string{
		"", "none", "direct:10.0.0.0/8", "cidr", "cidr:", "cidr:10.0.0.0/33", "cidr:localhost", "hops", "hops:0", "hops:-1",
		"hops:33", "hops:two", "header:", "header:X-Real-IP", "header:X-Real-IP@", "header:X-Forwarded-For@10.0.0.0/8",
		"header:Forwarded@10.0.0.0/8", "header:a b@10.0.0.0/8", "direct+forwarded", "header+forwarded:X@10.0.0.0/8", "cidr+xff:10.0.0.0/8",
	} {
		if trust, err := visit.ParseTrust(s); err == nil || !trust.IsZero() {
			t.Errorf("ParseTrust(%q) = %v, %v; want an error", s, trust, err)
		} else if !strings.HasPrefix(err.Error(), "visit: ") {
			t.Errorf("ParseTrust(%q): %q does not say where it comes from", s, err)
		}
	}
}

func TestZeroTrustKnowsNobody(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	var zero visit.Trust
	if !zero.IsZero() || zero.Addr(r).IsValid() || zero.String() != "" {
		t.Error("the zero Trust must not find an address")
	}
	if visit.TrustDirect.IsZero() || visit.TrustDirect.Forwarded().String() != "direct" {
		t.Error("TrustDirect is a choice")
	}
}

func TestTrustAddrAllocatesNothing(t *testing.T) {
	for _, s := range []string{"direct", "cidr:10.0.0.0/8", "cidr+forwarded:10.0.0.0/8", "hops:2"} {
		trust, err := visit.ParseTrust(s)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "[::ffff:10.0.0.1]:80"
		r.Header = headers("X-Forwarded-For", "6.6.6.6, 198.51.100.7, 10.0.0.2", "Forwarded", `for=6.6.6.6, for="[fe80::7%eth0]:1", for=10.0.0.2`)
		if n := testing.AllocsPerRun(100, func() { trust.Addr(r) }); n != 0 {
			t.Errorf("%s: %v allocations", s, n)
		}
	}
}

func FuzzTrust(f *testing.F) {
	for _, c := range trustTable {
		f.Add(c.peer, strings.Join(c.header["X-Forwarded-For"], "\n"), strings.Join(c.header["Forwarded"], "\n"))
	}
	f.Fuzz(func(t *testing.T, peer, xffs, fwds string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		client := netip.MustParseAddr("198.51.100.7")
		// Whatever a client puts before it, the element of our proxy wins.
		r.Header = http.Header{"X-Forwarded-For": append(strings.Split(xffs, "\n"), "198.51.100.7"), "Forwarded": append(strings.Split(fwds, "\n"), "for=198.51.100.7")}
		for _, s := range []string{"hops:1", "hops+forwarded:1"} {
			trust, _ := visit.ParseTrust(s)
			if got := trust.Addr(r); got != client {
				t.Fatalf("%s: forged to %v", s, got)
			}
		}
		r.RemoteAddr = "10.0.0.1:1"
		r.Header = http.Header{"X-Forwarded-For": {xffs + ",198.51.100.7"}, "Forwarded": {fwds + ",for=198.51.100.7"}}
		for _, s := range []string{"cidr:10.0.0.0/8", "cidr+forwarded:10.0.0.0/8"} {
			trust, _ := visit.ParseTrust(s)
			if got := trust.Addr(r); got != client {
				t.Fatalf("%s: forged to %v", s, got)
			}
		}
		r.RemoteAddr = peer
		if got := visit.TrustDirect.Addr(r); got.Is4In6() || got.Zone() != "" {
			t.Fatalf("%q gives %v", peer, got)
		}
	})
}

// Plain IPv4 addresses go a short way, which must say what the long way of package net/netip says.
func TestPeersAsNetipReadsThem(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(11, 12))
	const alphabet = "0123456789....::a2550 "
	for range 200_000 {
		text := []byte(fmt.Sprintf("%d.%d.%d.%d:%d", rng.IntN(260), rng.IntN(260), rng.IntN(300), rng.IntN(260), rng.IntN(70000)))
		for range rng.IntN(3) {
			text[rng.IntN(len(text))] = alphabet[rng.IntN(len(alphabet))]
		}
		peer := string(text[:len(text)-rng.IntN(3)])
		host, port, found := strings.Cut(strings.Trim(peer, " "), ":")
		want, err := netip.ParseAddr(host)
		if strings.Contains(port, ":") || found && strings.Trim(port, "0123456789") != "" || found && (port == "" || len(port) > 5) {
			continue // a matter of the other tests
		}
		if err != nil || want.IsUnspecified() || want.IsMulticast() {
			want = netip.Addr{}
		}
		if got := visit.TrustDirect.Addr(&http.Request{RemoteAddr: peer}); got != want {
			t.Fatalf("%q is read as %v, want %v", peer, got, want)
		}
	}
}
