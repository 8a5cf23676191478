package visit

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParseTrust reads a Trust as the command line and the configuration write it: "direct",
// "cidr:10.0.0.0/8,fd00::/8", "hops:2", "header:CF-Connecting-IP@173.245.48.0/20,…"; "cidr+forwarded:"
// and "hops+forwarded:" read RFC 7239. A bare address is a prefix of one. It is the inverse of
// [Trust.String].
func ParseTrust(s string) (Trust, error) {
	mode, rest, _ := strings.Cut(strings.TrimSpace(s), ":")
	mode, header, hasHeader := strings.Cut(mode, "+")
	if hasHeader && (header != "forwarded" || mode != "cidr" && mode != "hops") {
		return Trust{}, fmt.Errorf("visit: trust %q: only cidr and hops take +forwarded", s)
	}
	t, err := parseMode(mode, rest, s)
	if err != nil || !hasHeader {
		return t, err
	}
	return t.Forwarded(), nil
}

func parseMode(mode, rest, whole string) (Trust, error) {
	switch mode {
	case "direct":
		if rest != "" {
			return Trust{}, fmt.Errorf("visit: trust %q: direct takes nothing after it", whole)
		}
		return TrustDirect, nil
	case "cidr":
		peers, err := parsePrefixes(rest)
		if err != nil {
			return Trust{}, err
		}
		return TrustCIDR(peers...)
	case "hops":
		n, err := strconv.Atoi(rest)
		if err != nil {
			return Trust{}, fmt.Errorf("visit: trust %q: hops:N wants the number of proxies in front", whole)
		}
		return TrustHops(n)
	case "header":
		name, list, _ := strings.Cut(rest, "@")
		peers, err := parsePrefixes(list)
		if err != nil {
			return Trust{}, err
		}
		return TrustHeader(name, peers...)
	}
	return Trust{}, fmt.Errorf("visit: trust %q: use direct, cidr:…, hops:N or header:NAME@CIDR,…", whole)
}

func parsePrefixes(list string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	var errs []error
	for field := range strings.SplitSeq(list, ",") {
		if field = strings.TrimSpace(field); field == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(field)
		if addr, bare := netip.ParseAddr(field); bare == nil && addr.Zone() == "" {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("visit: %q is no network: write 10.0.0.0/8 or fd00::/8", field))
			continue
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, errors.Join(errs...)
}

// String returns t as [ParseTrust] reads it; "" for the zero Trust.
func (t Trust) String() string {
	var plus string
	if t.forwarded {
		plus = "+forwarded"
	}
	switch t.mode {
	case trustDirect:
		return "direct"
	case trustCIDR:
		return "cidr" + plus + ":" + joinPrefixes(t.peers)
	case trustHops:
		return "hops" + plus + ":" + strconv.Itoa(t.hops)
	case trustHeader:
		return "header:" + t.header + "@" + joinPrefixes(t.peers)
	}
	return ""
}

func joinPrefixes(prefixes []netip.Prefix) string {
	fields := make([]string, len(prefixes))
	for i, p := range prefixes {
		fields[i] = p.String()
	}
	return strings.Join(fields, ",")
}
