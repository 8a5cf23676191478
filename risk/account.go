package risk

import (
	"math/bits"
	"slices"
	"sync"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// account is all that is remembered of one account, under its pseudonym. Times are milliseconds since 1970.
type account struct {
	seen      int64
	fails     int64 // failed log-ins from anywhere, as a bucket's end
	labels    int64 // labels, as a bucket's end
	held      [numAccountHeld]int64
	pairs     [4]pair
	countries memory6
	networks  [8]uint32
	devices   memory6
	clients   memory6 // with consent only
	next      uint8   // of networks
	known     bool    // somebody was let in before, so that there is something to compare with
	last      [2]byte // country
	lastAt    int64
}

// pair counts failed log-ins to the account from one address.
type pair struct {
	who uint32
	end int64
}

const firstAccount, numAccountHeld = accountAttacked, int(numSignals - accountAttacked)

// accountTerm is how long an account is remembered after its last event. Keys live as long, and one term more to be looked up with.
const accountTerm = 30 * 24 * time.Hour

// memory6 holds the last six of something, each once.
type memory6 struct {
	last [6]uint32
	next uint8
}

func (m *memory6) has(h uint32) bool { return slices.Contains(m.last[:], h) }

func (m *memory6) learn(h uint32) {
	if h != 0 && !m.has(h) {
		m.last[m.next%6], m.next = h, (m.next+1)%6
	}
}

func (m *memory6) unlearn(h uint32) {
	if i := slices.Index(m.last[:], h); h != 0 && i >= 0 {
		m.last[i] = 0
	}
}

// touch brings an account to now: what is over its term is gone, and a clock that was set back empties buckets.
func (a *account) touch(now int64) {
	switch {
	case a.seen != 0 && now-a.seen > accountTerm.Milliseconds():
		*a = account{}
	case now < a.seen-slack:
		back := a.seen - now
		a.fails, a.labels, a.pairs, a.lastAt = 0, 0, [4]pair{}, 0
		for i := range a.held {
			a.held[i] = max(0, a.held[i]-back)
		}
	case now < a.seen:
		return
	}
	a.seen = now
}

// active is the evidence that holds.
func (a *account) active(now int64) (m marks) {
	for i, end := range a.held {
		if end > now {
			m.set(firstAccount + signal(i))
		}
	}
	return m
}

func (a *account) hold(found marks, now int64) {
	for rest := found; rest != 0; rest &= rest - 1 {
		s := signal(bits.TrailingZeros64(uint64(rest)))
		a.held[s-firstAccount] = now + signals[s].TTL.Milliseconds()
	}
}

// failed counts a failed log-in from who, and reports whether it was one too many from there, and from all together.
func (a *account) failed(who uint32, now, cost int64) (same, all bool) {
	at, oldest := -1, 0
	for i := range a.pairs {
		if a.pairs[i].who == who {
			at = i
		}
		if a.pairs[i].end < a.pairs[oldest].end {
			oldest = i
		}
	}
	if at < 0 {
		at = oldest
		a.pairs[at] = pair{who: who}
	}
	if who != 0 {
		same = pour(&a.pairs[at].end, now, signals[accountPair].Limit, signals[accountPair].Leak, cost)
	}
	return same, pour(&a.fails, now, signals[accountAttacked].Limit, signals[accountAttacked].Leak, 1000)
}

// facts are what an event says in the form in which it is compared.
type facts struct {
	country                 string
	network, device, client uint32
	people                  bool // the network is one that people sit behind
	fresh                   bool // the location data is young enough to be compared
}

func (f *facts) countryHash() uint32 {
	if len(f.country) != 2 {
		return 0
	}
	return uint32(f.country[0])<<8 | uint32(f.country[1])
}

// compare says what is new about an event.
func (a *account) compare(f *facts, now int64) (found marks) {
	if !a.known {
		return 0
	}
	if f.fresh && f.country != "" {
		if !a.countries.has(f.countryHash()) {
			found.set(newCountry)
		}
		if f.people && a.lastAt != 0 && now-a.lastAt <= travelTime.Milliseconds() && apart(string(a.last[:]), f.country) > travelFar {
			found.set(travel)
		}
	}
	if f.fresh && f.network != 0 && !slices.Contains(a.networks[:], f.network) {
		found.set(newNetwork)
	}
	if f.device != 0 && !a.devices.has(f.device) {
		found.set(newDevice)
	}
	if f.client != 0 && a.clients != (memory6{}) && !a.clients.has(f.client) {
		found.set(newClient)
	}
	return found
}

const (
	travelTime = 3 * time.Hour
	travelFar  = 1000 // km
)

// learn takes an event in with which somebody was let in.
func (a *account) learn(f *facts, now int64) {
	a.known = true
	a.countries.learn(f.countryHash())
	a.devices.learn(f.device)
	a.clients.learn(f.client)
	if f.network != 0 && !slices.Contains(a.networks[:], f.network) {
		a.networks[a.next%8], a.next = f.network, (a.next+1)%8
	}
	if f.people && len(f.country) == 2 {
		a.last, a.lastAt = [2]byte{f.country[0], f.country[1]}, now
	}
}

// unlearn takes back what an event taught.
func (a *account) unlearn(f *facts) {
	a.countries.unlearn(f.countryHash())
	a.devices.unlearn(f.device)
	a.clients.unlearn(f.client)
	if i := slices.Index(a.networks[:], f.network); f.network != 0 && i >= 0 {
		a.networks[i] = 0
	}
	a.lastAt = 0
}

// withdraw deletes what rests on consent.
func (a *account) withdraw() {
	a.clients = memory6{}
	for s := firstAccount; s < numSignals; s++ {
		if signals[s].Basis == BasisConsent {
			a.held[s-firstAccount] = 0
		}
	}
}

// people reports a network that people sit behind: whoever uses a VPN travels faster than light.
func people(class geo.NetClass) bool {
	return class == geo.NetEyeball || class == geo.NetMobile || class == geo.NetUnknown
}

// accountKeys are the keys of accounts: the present one, and the one before, under which an account is still found and then moved.
type accountKeys struct {
	ring *keyring

	mu               sync.Mutex
	present, earlier *sipKey
}

// at returns the keys at now. A clock that is set back turns nothing back.
func (k *accountKeys) at(now int64) (present, earlier *sipKey, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	period := now / accountTerm.Milliseconds()
	if k.present != nil && period <= k.present.period {
		return k.present, k.earlier, nil
	}
	key, err := k.ring.fresh(labelAccounts, period)
	if err != nil {
		return nil, nil, err
	}
	k.earlier = nil
	if k.present != nil && k.present.period == period-1 {
		k.earlier = k.present
	}
	k.present = key
	return k.present, k.earlier, nil
}

func (k *sipKey) account(name string) Pseudonym {
	return k.sum(append([]byte{byte(scopeAccount)}, name...))
}
