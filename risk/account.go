package risk

import (
	"math/bits"
	"slices"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// account is all that rests of one account, under its pseudonym: a record of fixed size, so that what rests is bounded. Times are
// milliseconds since 1970. Fields are exported for package encoding/binary alone.
type account struct {
	Who      Pseudonym
	Salt     uint64 // random: hashes mean something for this account alone, and ids of judgements do not fit one that was erased and came again
	Seen     int64  // when somebody was let in last
	Agreed   uint64 // random, of the consent of its owner that holds; 0 for none
	Labels   int64  // labels, as a bucket's end
	Labelled labelled
	Held     [numAccountHeld]int64
	LastAt   int64
	Last     [2]byte // country
	Next     uint8   // of Networks
	_        uint8

	Countries memory6
	Networks  [8]uint32
	Devices   memory6
	Clients   memory6 // with consent only
}

const firstAccount, numAccountHeld = accountFraud, int(numSignals - accountFraud)

// accountTerm is how long an account is remembered after somebody was last let in. Keys live as long, and one term more to be looked up with.
const accountTerm = 30 * 24 * time.Hour

// memory6 holds the last six of something, each once.
type memory6 struct {
	Last [6]uint32
	Next uint32
}

func (m *memory6) has(h uint32) bool { return slices.Contains(m.Last[:], h) }

func (m *memory6) learn(h uint32) (changed bool) {
	if h == 0 || m.has(h) {
		return false
	}
	m.Last[m.Next%6], m.Next = h, (m.Next+1)%6
	return true
}

func (m *memory6) unlearn(h uint32) {
	if i := slices.Index(m.Last[:], h); h != 0 && i >= 0 {
		m.Last[i] = 0
	}
}

// coarse are the steps in which times are kept: a log-in that teaches nothing is written down this seldom.
const (
	coarseSeen = time.Hour
	coarseLast = 2 * time.Minute
)

// touch brings an account to now, and reports whether that is to be written down. A clock that was set back empties buckets.
func (a *account) touch(now int64) (changed bool) {
	switch {
	case a.Seen == 0:
	case now < a.Seen-coarseSeen.Milliseconds()-slack:
		back := a.Seen - now
		a.Labels, a.LastAt = 0, 0
		for i := range a.Held {
			a.Held[i] = max(0, a.Held[i]-back)
		}
	case now < a.Seen+coarseSeen.Milliseconds():
		return false
	}
	a.Seen = now
	return true
}

// active is the evidence that holds.
func (a *account) active(now int64) (m marks) {
	for i, end := range a.Held {
		if end > now {
			m.set(firstAccount + signal(i))
		}
	}
	return m
}

func (a *account) hold(found marks, now int64) {
	for rest := found; rest != 0; rest &= rest - 1 {
		s := signal(bits.TrailingZeros64(uint64(rest)))
		a.Held[s-firstAccount] = now + signals[s].TTL.Milliseconds()
	}
}

// facts are what an event says in the form in which it is compared: hashes that mean something for one account alone.
type facts struct {
	Country                 [2]byte
	Network, Device, Client uint32
	people                  bool // the network is one that people sit behind
	fresh                   bool // the location data is young enough to be compared
}

func (f *facts) country() string {
	if f.Country == [2]byte{} {
		return ""
	}
	return string(f.Country[:])
}

func (f *facts) countryHash() uint32 { return uint32(f.Country[0])<<8 | uint32(f.Country[1]) }

// compare says what is new about an event.
func (a *account) compare(f *facts, now int64) (found marks) {
	if f.fresh && f.country() != "" {
		if !a.Countries.has(f.countryHash()) {
			found.set(newCountry)
		}
		if f.people && a.LastAt != 0 && now-a.LastAt <= travelTime.Milliseconds() && apart(string(a.Last[:]), f.country()) > travelFar {
			found.set(travel)
		}
	}
	if f.fresh && f.Network != 0 && !slices.Contains(a.Networks[:], f.Network) {
		found.set(newNetwork)
	}
	if f.Device != 0 && !a.Devices.has(f.Device) {
		found.set(newDevice)
	}
	if f.Client != 0 && a.Clients != (memory6{}) && !a.Clients.has(f.Client) {
		found.set(newClient)
	}
	return found
}

const (
	travelTime = 3 * time.Hour
	travelFar  = 1000 // km
)

// learn takes an event in with which somebody was let in, and reports whether that is to be written down.
func (a *account) learn(f *facts, now int64) (changed bool) {
	changed = a.Countries.learn(f.countryHash())
	changed = a.Devices.learn(f.Device) || changed
	changed = a.Clients.learn(f.Client) || changed
	if f.Network != 0 && !slices.Contains(a.Networks[:], f.Network) {
		a.Networks[a.Next%8], a.Next, changed = f.Network, (a.Next+1)%8, true
	}
	if f.people && f.country() != "" && (a.Last != f.Country || now-a.LastAt >= coarseLast.Milliseconds()) {
		a.Last, a.LastAt, changed = f.Country, now, true
	}
	return changed
}

// unlearn takes back what an event taught.
func (a *account) unlearn(f *facts) {
	a.Countries.unlearn(f.countryHash())
	a.Devices.unlearn(f.Device)
	a.Clients.unlearn(f.Client)
	if i := slices.Index(a.Networks[:], f.Network); f.Network != 0 && i >= 0 {
		a.Networks[i] = 0
	}
	a.LastAt = 0
}

// withdraw deletes what rests on consent, and reports whether there was some.
func (a *account) withdraw() (changed bool) {
	changed = a.Agreed != 0 || a.Clients != (memory6{})
	a.Clients, a.Agreed = memory6{}, 0
	for s := firstAccount; s < numSignals; s++ {
		if signals[s].Basis == BasisConsent && a.Held[s-firstAccount] != 0 {
			a.Held[s-firstAccount], changed = 0, true
		}
	}
	return changed
}

// people reports a network that people sit behind: whoever uses a VPN travels faster than light.
func people(class geo.NetClass) bool {
	return class == geo.NetEyeball || class == geo.NetMobile || class == geo.NetUnknown
}

func (k *sipKey) account(name string) Pseudonym {
	return k.sum(append([]byte{byte(scopeAccount)}, name...))
}
