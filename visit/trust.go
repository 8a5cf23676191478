package visit

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/textproto"
	"strings"
)

type trustMode uint8

const (
	trustUnset trustMode = iota
	trustDirect
	trustCIDR
	trustHops
	trustHeader
)

// Trust says how the address of a client is found. It must be chosen on purpose, since every silent
// default is forgeable somewhere; the zero Trust is no choice and finds no address.
// A Trust is immutable and safe for concurrent use.
type Trust struct {
	mode      trustMode
	forwarded bool // read RFC 7239 Forwarded instead of X-Forwarded-For
	hops      int
	header    string
	peers     []netip.Prefix
}

// TrustDirect takes the address of the connection itself: right when no proxy stands in front.
// Every forwarding header is ignored.
var TrustDirect = Trust{mode: trustDirect}

// maxHops bounds how far a forwarding chain is followed.
const maxHops = 32

// TrustCIDR believes X-Forwarded-For when the connection comes from one of prefixes, and as far back
// as the chain names addresses within them: the client is the rightmost address outside. A connection
// from elsewhere speaks for itself, and so does a trusted peer that forwards for nobody. A Unix socket
// counts as a trusted peer, since only a process of this machine can reach it.
func TrustCIDR(prefixes ...netip.Prefix) (Trust, error) {
	peers, err := normalPrefixes(prefixes)
	if err != nil {
		return Trust{}, err
	}
	return Trust{mode: trustCIDR, peers: peers}, nil
}

// TrustHops believes the n-th address from the right of X-Forwarded-For: n proxies stand in front
// (1 to 32), each of which appends the address it sees. A chain shorter than n gives no address, an
// absent one the connection's. Whoever can reach the server past the proxies can forge his address,
// so firewall it, or prefer [TrustCIDR].
func TrustHops(n int) (Trust, error) {
	if n < 1 || n > maxHops {
		return Trust{}, fmt.Errorf("visit: %d hops of trust: give the number of proxies in front, 1 to %d, or use direct", n, maxHops)
	}
	return Trust{mode: trustHops, hops: n}, nil
}

// TrustHeader believes the single address in the named header (CF-Connecting-IP, X-Real-IP …) when
// the connection comes from one of peers. The header twice, or with a list in it, gives no address.
// At least one prefix must be named: 0.0.0.0/0 and ::/0 trust everyone, on purpose.
func TrustHeader(name string, peers ...netip.Prefix) (Trust, error) {
	key := textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
	if key == "" || strings.ContainsAny(key, " \t:,;\"") {
		return Trust{}, fmt.Errorf("visit: %q is no header name: give one such as CF-Connecting-IP", name)
	}
	if key == "X-Forwarded-For" || key == "Forwarded" {
		return Trust{}, fmt.Errorf("visit: %s is a list that clients can begin: trust it by cidr or hops, not as a header", key)
	}
	normal, err := normalPrefixes(peers)
	if err != nil {
		return Trust{}, err
	}
	return Trust{mode: trustHeader, header: key, peers: normal}, nil
}

// Forwarded returns t reading the Forwarded header of RFC 7239 in place of X-Forwarded-For. The two
// are never mixed: a proxy that writes one passes a client's forgery of the other through. It changes
// only Trusts by CIDR or hops.
func (t Trust) Forwarded() Trust {
	t.forwarded = t.mode == trustCIDR || t.mode == trustHops
	return t
}

// IsZero reports that no trust was chosen.
func (t Trust) IsZero() bool { return t.mode == trustUnset }

// normalPrefixes masks prefixes and writes v4-mapped ones as IPv4, as client addresses are.
func normalPrefixes(prefixes []netip.Prefix) ([]netip.Prefix, error) {
	if len(prefixes) == 0 {
		return nil, errors.New("visit: no trusted peer: name the networks of your proxies, such as 10.0.0.0/8")
	}
	out := make([]netip.Prefix, 0, len(prefixes))
	for _, p := range prefixes {
		if !p.IsValid() {
			return nil, errors.New("visit: the zero prefix is no network: name the networks of your proxies")
		}
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}

// Addr returns the address of the client of r: v4-mapped addresses as IPv4, without zone. It is the
// zero Addr when it cannot be known: a Unix socket, a broken or too short chain, garbage.
func (t Trust) Addr(r *http.Request) netip.Addr {
	peer, unix := parsePeer(r.RemoteAddr)
	switch t.mode {
	case trustDirect:
		return peer
	case trustCIDR:
		if !unix && !t.trusts(peer) {
			return peer
		}
		return t.walk(r.Header, peer)
	case trustHops:
		return t.count(r.Header, peer)
	case trustHeader:
		if !unix && !t.trusts(peer) {
			return peer
		}
		return single(r.Header[t.header], peer)
	}
	return netip.Addr{}
}

func (t Trust) trusts(addr netip.Addr) bool {
	if !addr.IsValid() {
		return false
	}
	for _, p := range t.peers {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// walk follows the chain from the right for as long as it is trusted.
func (t Trust) walk(h http.Header, peer netip.Addr) netip.Addr {
	chain := t.chain(h)
	client := peer
	for range maxHops {
		element, ok := chain.last()
		if !ok {
			return client
		}
		if client = t.node(element); !t.trusts(client) {
			return client
		}
	}
	return netip.Addr{}
}

// count takes the element that the outermost of t.hops proxies wrote.
func (t Trust) count(h http.Header, peer netip.Addr) netip.Addr {
	chain := t.chain(h)
	var element string
	for i := range t.hops {
		var ok bool
		if element, ok = chain.last(); ok {
			continue
		}
		if i == 0 {
			return peer
		}
		return netip.Addr{}
	}
	return t.node(element)
}

func (t Trust) chain(h http.Header) chain {
	if t.forwarded {
		return chain{lines: h["Forwarded"]}
	}
	return chain{lines: h["X-Forwarded-For"]}
}

func (t Trust) node(element string) netip.Addr {
	if t.forwarded {
		return parseForwarded(element)
	}
	return parseNode(element)
}

// single reads a header that holds one address and nothing else.
func single(lines []string, peer netip.Addr) netip.Addr {
	switch len(lines) {
	case 0:
		return peer
	case 1:
		return parseNode(lines[0])
	}
	return netip.Addr{}
}
