package visit

import (
	"net/netip"
	"strings"
)

// chain reads the elements of a list header from the right, over repeated header lines, so that what
// a client put to the left of a proxy's own element is never looked at: an open quote there cannot
// swallow the address that the proxy appended.
type chain struct {
	lines []string
	rest  string
	open  bool // rest is what is left of the line that was begun
}

// last returns the last element not yet returned, without surrounding blanks. Blank elements (RFC
// 9110 section 5.6.1) are passed over.
func (c *chain) last() (string, bool) {
	for {
		if !c.open {
			if len(c.lines) == 0 {
				return "", false
			}
			c.rest, c.open = c.lines[len(c.lines)-1], true
			c.lines = c.lines[:len(c.lines)-1]
		}
		element := c.rest
		if i := lastComma(c.rest); i >= 0 {
			element, c.rest = c.rest[i+1:], c.rest[:i]
		} else {
			c.open = false
		}
		if element = strings.Trim(element, " \t"); element != "" {
			return element, true
		}
	}
}

// lastComma finds the last comma outside quotes.
func lastComma(s string) int {
	quoted := false
	for i := len(s) - 1; i >= 0; i-- {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ',':
			if !quoted {
				return i
			}
		}
	}
	return -1
}

// parseForwarded returns the address of the one for= parameter of a Forwarded element (RFC 7239
// section 4); the zero Addr for "unknown", obfuscated identifiers and garbage.
func parseForwarded(element string) netip.Addr {
	var node string
	for pair := range strings.SplitSeq(element, ";") {
		name, value, ok := strings.Cut(strings.Trim(pair, " \t"), "=")
		if !ok || !strings.EqualFold(name, "for") {
			continue
		}
		if node != "" || value == "" {
			return netip.Addr{}
		}
		node = value
	}
	if len(node) >= 2 && node[0] == '"' && node[len(node)-1] == '"' {
		node = node[1 : len(node)-1]
	}
	return parseNode(node)
}

// parsePeer reads http.Request.RemoteAddr; unix reports a Unix socket's.
func parsePeer(s string) (addr netip.Addr, unix bool) {
	if s == "" || s[0] == '@' || s[0] == '/' {
		return netip.Addr{}, true
	}
	return parseNode(s), false
}

// parseNode reads an address with or without port, brackets and zone. Addresses that no client can
// have (unspecified, multicast) are garbage too.
func parseNode(s string) netip.Addr {
	if addr, ok := plainV4(s); ok {
		if addr.IsUnspecified() || addr.IsMulticast() {
			return netip.Addr{}
		}
		return addr
	}
	s = strings.Trim(s, " \t")
	host := s
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s, ']')
		if end < 0 || !portOrNothing(s[end+1:]) {
			return netip.Addr{}
		}
		host = s[1:end]
		if !strings.Contains(host, ":") {
			return netip.Addr{}
		}
	} else if i := strings.IndexByte(s, ':'); i >= 0 && strings.IndexByte(s[i+1:], ':') < 0 {
		if !portOrNothing(s[i:]) {
			return netip.Addr{}
		}
		host = s[:i]
	}
	if i := strings.IndexByte(host, '%'); i > 0 && i+1 < len(host) && strings.Contains(host[:i], ":") {
		host = host[:i] // cut here, not by netip: interning the zone would allocate
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.IsUnspecified() || addr.IsMulticast() {
		return netip.Addr{}
	}
	return addr.Unmap()
}

// plainV4 reads what nearly every node is: 192.0.2.1, or that with a port. It is false for everything else, good or
// bad, and says what the long way would say.
func plainV4(s string) (addr netip.Addr, ok bool) {
	var b [4]byte
	n, i := 0, 0
	for ; n < 4; n++ {
		start, v := i, 0
		for ; i < len(s) && s[i]-'0' <= 9 && i-start < 3; i++ {
			v = 10*v + int(s[i]-'0')
		}
		if i == start || v > 255 || s[start] == '0' && i-start > 1 {
			return netip.Addr{}, false
		}
		b[n] = byte(v)
		if n < 3 {
			if i == len(s) || s[i] != '.' {
				return netip.Addr{}, false
			}
			i++
		}
	}
	if !portOrNothing(s[i:]) {
		return netip.Addr{}, false
	}
	return netip.AddrFrom4(b), true
}

func portOrNothing(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != ':' || len(s) < 2 || len(s) > 6 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
