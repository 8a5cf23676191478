package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

// leaks searches bytes at rest for what a log says of its visitors. All needles are searched exactly, but
// for IPv4 addresses in four raw bytes: in megabytes of counts some turn up by chance. Their number is
// held against that of addresses that nobody came from: see binaries.
type leaks struct {
	needles map[uint32][]needle // by their first four bytes
	v4      []netip.Addr
	others  [][]uint32 // addresses that nobody came from: see binaries
}

type needle struct{ text, what string }

// few is the length in bytes from which a text is searched for. Shorter ones occur by chance.
const few = 6

func newLeaks(addresses []netip.Addr, agents, queries, referrers []string, keys []visit.Key) *leaks {
	l := &leaks{needles: map[uint32][]needle{}}
	for _, a := range addresses {
		l.address(a)
	}
	for _, agent := range agents {
		for chunk := range slices.Chunk([]byte(agent), 20) {
			if len(chunk) == 20 {
				l.text(string(chunk), "user agent")
			}
		}
	}
	for _, q := range queries {
		l.text(q, "query")
	}
	for _, r := range referrers {
		l.text(r, "referrer")
	}
	for _, k := range keys {
		l.key(k)
	}
	r, real := rand.New(rand.NewPCG(1, uint64(len(l.v4)))), l.numbers()
	for range controls {
		l.others = append(l.others, strangers(r, real))
	}
	return l
}

// numbers are the IPv4 addresses of the log.
func (l *leaks) numbers() (all []uint32) {
	for _, a := range l.v4 {
		b := a.As4()
		all = append(all, binary.BigEndian.Uint32(b[:]))
	}
	return all
}

func (l *leaks) text(s, what string) {
	if len(s) < few {
		return
	}
	l.add(s, what)
	l.add(base64.RawStdEncoding.EncodeToString([]byte(s))[:len(s)], what+", base64")
	l.add(hex.EncodeToString([]byte(s)), what+", hex")
}

func (l *leaks) add(s, what string) {
	at := binary.LittleEndian.Uint32([]byte(s))
	if n := (needle{s, what}); !slices.Contains(l.needles[at], n) {
		l.needles[at] = append(l.needles[at], n)
	}
}

func (l *leaks) address(a netip.Addr) {
	l.text(a.String(), "address")
	l.text(a.StringExpanded(), "address")
	if a.Is6() {
		b := a.As16()
		l.add(string(b[:]), "address, binary")
		l.add(string(reversed(b[:])), "address, binary, little endian")
		l.add(hex.EncodeToString(b[:]), "address, hex")
		l.add(base64.RawStdEncoding.EncodeToString(b[:]), "address, base64")
		l.add(base64.RawURLEncoding.EncodeToString(b[:]), "address, base64")
		return
	}
	l.v4 = append(l.v4, a)
	b, mapped := a.As4(), a.As16()
	for _, b := range [][]byte{b[:], reversed(b[:])} {
		l.add(hex.EncodeToString(b), "address, hex")
		l.add(strings.ToUpper(hex.EncodeToString(b)), "address, hex")
		l.add(base64.StdEncoding.EncodeToString(b), "address, base64")
		l.add(base64.URLEncoding.EncodeToString(b), "address, base64")
		l.add("$4\r\n"+string(b), "address, Redis argument")
		l.decimal(strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10))
	}
	l.add(string(mapped[8:]), "address, binary, mapped")
}

// decimal adds an address as a number. Numbers of fewer than eight digits occur by chance.
func (l *leaks) decimal(s string) {
	if len(s) >= 8 {
		l.add(s, "address, decimal")
	}
}

func (l *leaks) key(k visit.Key) {
	for _, half := range k {
		for _, b := range [][]byte{binary.BigEndian.AppendUint64(nil, half), binary.LittleEndian.AppendUint64(nil, half)} {
			l.add(string(b), "visitor's key")
			l.add(hex.EncodeToString(b), "visitor's key, hex")
			l.add(base64.RawStdEncoding.EncodeToString(b)[:10], "visitor's key, base64")
		}
		l.add(strconv.FormatUint(half, 10), "visitor's key, decimal")
	}
}

func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}

// find returns what of the log is in data, each needle once, and no more than a few.
func (l *leaks) find(data []byte) (found []string) {
	seen := map[string]bool{}
	for i := 0; i+4 <= len(data); i++ {
		for _, n := range l.needles[binary.LittleEndian.Uint32(data[i:])] {
			if !seen[n.what+n.text] && bytes.HasPrefix(data[i:], []byte(n.text)) && (n.what != "address, decimal" || !inNumber(data, i, len(n.text))) {
				seen[n.what+n.text] = true
				found = append(found, fmt.Sprintf("%s %q at byte %d, in %q", n.what, n.text, i, data[max(0, i-20):min(len(data), i+len(n.text)+20)]))
			}
		}
	}
	if got, bound := l.binaries(data); got > bound {
		found = append(found, fmt.Sprintf("%d addresses of the log in four bytes each; by chance there would be at most %d", got, bound))
	}
	return found[:min(len(found), 20)]
}

// inNumber reports whether data[i:i+n] is a part of a longer number.
func inNumber(data []byte, i, n int) bool {
	digit := func(j int) bool { return j >= 0 && j < len(data) && data[j] >= '0' && data[j] <= '9' }
	return digit(i-1) || digit(i+n)
}

// controls is how many sets of strangers are searched for.
const controls = 24

// binaries counts how many IPv4 addresses of the log stand in data as four bytes, in either order, and
// how many may: the mean of control sets, six standard deviations of it, and three. A control set is as
// many addresses as the log has, made of the log's own bytes, each mixed by its position, so that it meets
// the same texts and small numbers by chance.
func (l *leaks) binaries(data []byte) (got, bound int) {
	windows := make(map[uint32]struct{}, len(data))
	for i := 0; i+4 <= len(data); i++ {
		windows[binary.BigEndian.Uint32(data[i:])] = struct{}{}
	}
	count := func(set []uint32) (n int) {
		for _, a := range set {
			_, forward := windows[a]
			_, backward := windows[reverse(a)]
			if forward || backward {
				n++
			}
		}
		return n
	}
	sum, squares := 0.0, 0.0
	for _, set := range l.others {
		n := float64(count(set))
		sum, squares = sum+n, squares+n*n
	}
	mean := sum / controls
	deviation := math.Sqrt(max(squares/controls-mean*mean, mean))
	return count(l.numbers()), int(mean + 6*deviation + 3)
}

func reverse(a uint32) uint32 { return a<<24 | a<<8&0xff0000 | a>>8&0xff00 | a>>24 }

// strangers mixes the bytes of addresses, position by position.
func strangers(r *rand.Rand, real []uint32) []uint32 {
	known := map[uint32]bool{}
	for _, a := range real {
		known[a] = true
	}
	set := make([]uint32, 0, len(real))
	for tries := 50 * len(real); tries > 0 && len(set) < len(real); tries-- {
		var a uint32
		for shift := 0; shift < 32; shift += 8 {
			a |= real[r.IntN(len(real))] >> shift & 0xff << shift
		}
		if !known[a] {
			set = append(set, a)
		}
	}
	return set
}

var logLine = regexp.MustCompile(`^(\S+) \S+ \S+ \[([^\]]*)\] "((?:[^"\\]|\\.)*)" \d{3} \S+ "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$`)

// visitor is what a log says of one request.
type visitor struct {
	addr                    netip.Addr
	target, referrer, agent string
	at                      string
}

func visitors(t *testing.T, log []byte) (list []visitor) {
	t.Helper()
	for text := range strings.Lines(string(log)) {
		m := logLine.FindStringSubmatch(strings.TrimSpace(text))
		if m == nil {
			continue
		}
		addr, err := netip.ParseAddr(m[1])
		if err != nil {
			t.Fatal(err)
		}
		v := visitor{addr: addr, at: m[2], referrer: m[4], agent: m[5]}
		if words := strings.Fields(m[3]); len(words) == 3 {
			v.target = words[1]
		}
		list = append(list, v)
	}
	return list
}

// secretsOf returns what must not rest anywhere: distinct, and without what the statistics keep on purpose.
func secretsOf(list []visitor) (addresses []netip.Addr, agents, queries, referrers []string) {
	seen := map[string]bool{}
	fresh := func(s string) bool {
		was := seen[s]
		seen[s] = true
		return !was
	}
	for _, v := range list {
		if fresh("addr " + v.addr.String()) {
			addresses = append(addresses, v.addr)
		}
		if fresh("agent " + v.agent) {
			agents = append(agents, v.agent)
		}
		if _, query, ok := strings.Cut(v.target, "?"); ok && fresh("query "+query) {
			queries = append(queries, query)
		}
		_, rest, ok := strings.Cut(v.referrer, "://")
		if host, path, deep := strings.Cut(rest, "/"); ok && deep && path != "" && fresh("referrer "+rest) {
			referrers = append(referrers, host+"/"+path)
		}
	}
	return addresses, agents, queries, referrers
}
