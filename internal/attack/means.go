package attack

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"net/netip"
	"slices"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Dictionary names the addresses of which any trace is found in raw. mark returns further traces of an address
// with a user agent, such as hashes under a secret that the attacker has; it may be nil. full also tries the
// hashes that need no secret, which takes long for very many addresses.
func Dictionary(p *Population, raw []byte, mark func(netip.Addr, string) [][]byte, full bool) (named []int) {
	all := index(raw)
	found := func(trace []byte) bool {
		return len(trace) >= 8 && all.has(trace) && bytes.Contains(raw, trace)
	}
	for i, addr := range p.Addrs {
		hit := found([]byte(addr.String())) || found(addr.AsSlice())
		agents := p.Agents
		if len(p.Addrs) > manyAddrs {
			agents = []string{p.Agent(i)}
		}
		for _, agent := range agents {
			if hit {
				break
			}
			if full {
				hit = anyOf(found, hashes(addr, agent))
			}
			if !hit && mark != nil {
				hit = anyOf(found, mark(addr, agent))
			}
		}
		if hit {
			named = append(named, i)
		}
	}
	return named
}

// manyAddrs is from where on the attacker is told the user agent of each address: to try all would take days.
const manyAddrs = 100_000

func anyOf(found func([]byte) bool, traces [][]byte) bool {
	for _, trace := range traces {
		if found(trace) {
			return true
		}
	}
	return false
}

// hashes returns what people make of an address and a user agent who know no secret.
func hashes(addr netip.Addr, agent string) (all [][]byte) {
	for _, text := range []string{addr.String(), addr.String() + agent, addr.String() + "|" + agent} {
		long, mid, short := sha256.Sum256([]byte(text)), sha1.Sum([]byte(text)), md5.Sum([]byte(text))
		all = append(all, forms(long[:])...)
		all = append(all, forms(mid[:])...)
		all = append(all, forms(short[:])...)
	}
	return all
}

// forms returns how a hash is written down; its first half is enough.
func forms(hash []byte) [][]byte {
	half := hash[:8]
	return [][]byte{half, []byte(hex.EncodeToString(half)), []byte(base64.RawURLEncoding.EncodeToString(half)[:10])}
}

// Living returns the traces that attacker B makes with the living secrets: the keys of the day.
func Living(secret []byte, seeds [][]byte) (func(netip.Addr, string) [][]byte, error) {
	var days []*visit.Keys
	for _, seed := range seeds {
		keys, err := visit.NewKeys(secret, bytes.NewReader(seed), 2)
		if err != nil {
			return nil, err
		}
		days = append(days, keys)
	}
	return func(addr netip.Addr, agent string) (all [][]byte) {
		for _, keys := range days {
			key, err := keys.Key(Day(), addr, agent)
			if err != nil {
				continue
			}
			for _, half := range key {
				all = append(all, binary.LittleEndian.AppendUint64(nil, half), binary.BigEndian.AppendUint64(nil, half), binary.BigEndian.AppendUint64(nil, half|1<<63))
			}
		}
		return all
	}, nil
}

// windows holds every eight bytes of a dump, in order.
type windows []uint64

func index(raw []byte) windows {
	set := make(windows, 0, len(raw))
	for i := 0; i+8 <= len(raw); i++ {
		set = append(set, binary.LittleEndian.Uint64(raw[i:]))
	}
	slices.Sort(set)
	return slices.Compact(set)
}

func (s windows) has(trace []byte) bool {
	_, ok := slices.BinarySearch(s, binary.LittleEndian.Uint64(trace))
	return ok
}

// Rare names the addresses behind values at rest that fewer than k known addresses could have brought.
func Rare(p *Population, d *Dump, k int) (named []int) {
	could := carriers(p)
	for cell := range d.Rows {
		if list := could[cell]; len(list) > 0 && len(list) < k {
			named = append(named, list...)
		}
	}
	return named
}

// carriers returns who could have brought a value.
func carriers(p *Population) map[Cell][]int {
	could := make(map[Cell][]int)
	for i := range p.Addrs {
		for _, cell := range cellsOf(p, i) {
			could[cell] = append(could[cell], i)
		}
	}
	return could
}

// cellsOf returns the values under which the i-th address is counted.
func cellsOf(p *Population, i int) []Cell {
	at := p.places[i]
	region := at.Country + "/" + at.Region
	return []Cell{
		{stats.DimCountry, at.Country}, {stats.DimRegion, region}, {stats.DimCity, region + "/" + at.City}, {stats.DimProvider, at.Provider},
	}
}

// Batches watches what comes to rest and matches it with what is known of each address.
type Batches struct {
	p       *Population
	before  map[Cell]stats.Counts
	seen    map[Cell]int // in how many steps a value grew
	matches []float64    // in how many steps everything of an address grew
	steps   int
}

// NewBatches begins to watch.
func NewBatches(p *Population) *Batches {
	return &Batches{p: p, before: map[Cell]stats.Counts{}, seen: map[Cell]int{}, matches: make([]float64, len(p.Addrs))}
}

// Step takes the next dump.
func (b *Batches) Step(d *Dump) {
	grew := make(map[Cell]bool)
	for cell, c := range d.Rows {
		if c[stats.Requests] > b.before[cell][stats.Requests] {
			grew[cell] = true
			b.seen[cell]++
		}
	}
	if len(grew) == 0 {
		return
	}
	b.before = d.Rows
	b.steps++
	for i := range b.p.Addrs {
		all := true
		for _, cell := range cellsOf(b.p, i) {
			all = all && grew[cell]
		}
		if all {
			b.matches[i]++
		}
	}
}

// Named returns the addresses whose values grew together far more often than values that have nothing to do
// with each other would.
func (b *Batches) Named() (named []int) {
	for i := range b.p.Addrs {
		expected := float64(b.steps)
		most := math.Inf(1)
		for _, cell := range cellsOf(b.p, i) {
			expected *= float64(b.seen[cell]) / float64(max(b.steps, 1))
			most = min(most, float64(b.seen[cell]))
		}
		if b.matches[i] > expected+4*math.Sqrt(expected+1) && most > 0 {
			named = append(named, i)
		}
	}
	return named
}

// Referee says whether claims are right more often than chance: by how many standard deviations.
func Referee(p *Population, named []int) (right int, sigmas float64) {
	came := 0
	for _, c := range p.Came {
		if c {
			came++
		}
	}
	for _, i := range named {
		if p.Came[i] {
			right++
		}
	}
	share := float64(came) / float64(len(p.Came))
	n := float64(len(named))
	if n == 0 || share == 0 || share == 1 {
		return right, 0
	}
	return right, (float64(right) - n*share) / math.Sqrt(n*share*(1-share))
}
