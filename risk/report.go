package risk

import (
	"context"
	"errors"
	"hash/maphash"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Judgement is what became of an account event.
type Judgement struct {
	ID      string    // to be labelled or explained with, for a day; nobody can guess it
	Kind    EventKind // what was told
	Account Pseudonym // of the account: it means nothing once its key is dead
	Verdict Verdict   // with the score of the account; StepUp is the most that an account alone leads to
}

// accounts is what an engine remembers of accounts. Its memory is taken with the first event.
type accounts struct {
	once   sync.Once
	made   atomic.Bool
	table  *table[account]
	keys   *accountKeys
	latest judgements
	zones  zones
}

func (e *Engine) book() *accounts {
	e.accounts.once.Do(func() {
		e.accounts.table = newTable[account](e.capacity)
		e.accounts.keys = &accountKeys{ring: e.keys}
		e.accounts.made.Store(true)
	})
	return &e.accounts
}

// Report takes in what happened to an account, and judges it. Failures tell on the address and network that they came from,
// and lead to whatever attacks lead to; against the account itself a site is asked for no more than a second step, because anybody may
// fail to log in to anybody's account. It is an error, and changes nothing, where ev cannot be of a site ([ErrEvent]).
func (e *Engine) Report(ctx context.Context, ev Event, now time.Time) (Judgement, error) {
	if err := ctx.Err(); err != nil {
		return Judgement{}, err
	}
	if err := ev.settle(now); err != nil {
		return Judgement{}, err
	}
	book, at := e.book(), ev.Time.UnixMilli()
	present, earlier, err := book.keys.at(at)
	if err != nil {
		return Judgement{}, err
	}
	off := e.rules.Load().off
	j := judgement{kind: ev.Kind, account: present.account(ev.Account), at: at, facts: e.factsOf(&ev)}
	if ev.Addr.IsValid() && !e.rules.Load().allows(ev.Addr) {
		j.who, _ = e.Who(ev.Addr, ev.Time)
	}
	same := false
	book.change(j.account, earlier.accountOr(ev.Account), at, func(a *account) {
		same = e.takeEvent(a, &ev, &j, off)
	})
	if j.who != (Pseudonym{}) && ev.Kind == LoginFailed {
		e.blame(&ev, &j, same, off)
	}
	v := e.Standing(ev.Addr, ev.Time)
	v.Country, v.Region, v.City, v.Provider, v.ASN, v.Net = ev.Place.Country, ev.Place.Region, ev.Place.City, ev.Place.Provider, ev.Place.ASN, ev.Place.Net
	j.verdict = v
	j.conclude(e)
	id, err := book.latest.keep(j, e.keys.random)
	return Judgement{ID: id, Kind: ev.Kind, Account: j.account, Verdict: j.verdict}, err
}

// accountOr is the pseudonym of an account, or of nothing without a key.
func (k *sipKey) accountOr(name string) Pseudonym {
	if k == nil {
		return Pseudonym{}
	}
	return k.account(name)
}

// change runs f on what is remembered of an account, which moves to the present key where it is under the earlier one.
func (b *accounts) change(who, earlier Pseudonym, now int64, f func(*account)) {
	var moved *account
	if earlier != (Pseudonym{}) {
		s := b.table.shard(earlier)
		s.mu.Lock()
		if a := b.table.find(s, earlier); a != nil {
			copied := *a
			moved = &copied
		}
		s.mu.Unlock()
		b.table.forget(earlier)
	}
	s := b.table.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	a := b.table.take(s, who, now)
	if moved != nil && a.seen == 0 {
		*a = *moved
	}
	a.touch(now)
	f(a)
}

// takeEvent takes an event into its account. It reports that one address failed there too often.
func (e *Engine) takeEvent(a *account, ev *Event, j *judgement, off marks) (same bool) {
	now := max(a.seen, j.at)
	if !ev.Consent {
		a.withdraw()
	}
	var found marks
	if ev.Kind == LoginFailed {
		var all bool
		if same, all = a.failed(uint32(j.who[0]), now, ev.cost()); all {
			found.set(accountAttacked)
		}
	} else {
		found = a.compare(&j.facts, now)
		if ev.TimeZone != "" && j.facts.fresh && !e.accounts.zones.fit(ev.TimeZone, ev.Place.Country, ev.Time) {
			found.set(zoneMismatch)
		}
		j.taught = facts{}
		if news := found & taughtMarks; news != 0 {
			j.taught = j.facts
		}
		a.learn(&j.facts, now)
	}
	found &^= off
	for i := range numAccountHeld {
		if found.has(firstAccount + signal(i)) {
			e.figures.signals[int(firstAccount)+i].Add(1)
		}
	}
	a.hold(found, now)
	j.found = a.active(now) &^ off
	if ev.Kind == PasswordChange && j.found&^taughtMarks == 0 {
		a.fails, a.pairs = 0, [4]pair{}
	}
	return same
}

// taughtMarks are the signals of what an account learns.
const taughtMarks = marks(1)<<newCountry | 1<<newNetwork | 1<<newDevice | 1<<newClient

// cost is what a failed log-in weighs in buckets of an address: many phones share one.
func (ev *Event) cost() int64 {
	q := Request{place: ev.Place}
	return q.cost()
}

// blame tells on the address and the network of a failed log-in.
func (e *Engine) blame(ev *Event, j *judgement, same bool, off marks) {
	now := ev.Time.UnixMilli()
	_, network := e.Who(ev.Addr, ev.Time)
	many := e.stuffed(network, uint32(j.account[0])|1, now, ev.cost())
	s := e.table.shard(j.who)
	s.mu.Lock()
	entry := e.table.take(s, j.who, now)
	at := entry.touch(now)
	var found marks
	if pour(&entry.fill[accountFailures], at, signals[accountFailures].Limit, signals[accountFailures].Leak, ev.cost()) {
		found.set(accountFailures)
	}
	if same {
		found.set(accountPair)
	}
	if many {
		found.set(stuffing)
	}
	attack := e.holdAll(entry, found&^off, at)
	s.mu.Unlock()
	if attack {
		e.spread(&Request{addr: ev.Addr, now: now}, mustKey(e, now))
	}
}

// mustKey is the present key of pseudonyms, which [Engine.Who] has just used.
func mustKey(e *Engine, now int64) *sipKey {
	key, err := e.keys.at(now)
	if err != nil {
		return &sipKey{}
	}
	return key
}

// stuffed counts different accounts that log-ins from one network failed for. Who fails from there once they are too many is told on, and
// nobody else of the network.
func (e *Engine) stuffed(network Pseudonym, account uint32, now, cost int64) bool {
	s := e.table.shard(network)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := e.table.take(s, network, now)
	at := entry.touch(now)
	if entry.empty(stuffing, at) {
		entry.things[ringPaths] = ring{}
	}
	if entry.things[ringPaths].meet(account) && pour(&entry.fill[stuffing], at, signals[stuffing].Limit, signals[stuffing].Leak, cost) {
		entry.hold(stuffing, at)
	}
	return entry.held[stuffing] > at
}

// factsOf makes of an event what is compared.
func (e *Engine) factsOf(ev *Event) facts {
	f := facts{country: ev.Place.Country, people: people(ev.Place.Net), network: ev.Place.ASN}
	f.fresh = e.fresh(ev.Place, ev.Time) > 0
	if f.network != 0 {
		f.network = uint32(maphash.Comparable(e.seed, f.network)) | 1
	}
	if ev.Agent != "" {
		named := e.agents.Parse(ev.Agent, nil)
		f.device = e.hash(named.Device + "|" + named.OS)
	}
	if ev.Device != "" {
		f.client = e.hash(ev.Device)
	}
	return f
}

// keyOf finds the pseudonyms of an account.
func (b *accounts) keyOf(name string, now time.Time) (all []Pseudonym, err error) {
	present, earlier, err := b.keys.at(now.UnixMilli())
	if err != nil {
		return nil, err
	}
	all = append(all, present.account(name))
	if earlier != nil {
		all = append(all, earlier.account(name))
	}
	return all, nil
}

// ForgetAccount erases everything that is remembered of an account (S4-9.4).
func (e *Engine) ForgetAccount(name string, now time.Time) error {
	book := e.book()
	all, err := book.keyOf(name, now)
	for _, who := range all {
		book.table.forget(who)
	}
	book.latest.drop(func(j *judgement) bool { return slices.Contains(all, j.account) })
	return err
}

// Withdraw deletes what is remembered of an account by its owner's consent, which is withdrawn (S4-4.5).
func (e *Engine) Withdraw(name string, now time.Time) error {
	book := e.book()
	all, err := book.keyOf(name, now)
	for _, who := range all {
		s := book.table.shard(who)
		s.mu.Lock()
		if a := book.table.find(s, who); a != nil {
			a.withdraw()
		}
		s.mu.Unlock()
	}
	book.latest.each(func(j *judgement) {
		if slices.Contains(all, j.account) {
			j.withdraw()
		}
	})
	return err
}

// Expire forgets accounts and judgements that are over their term. Whoever runs an engine calls it now and then.
func (e *Engine) Expire(now time.Time) {
	if !e.accounts.made.Load() {
		return
	}
	book := e.book()
	over := now.Add(-accountTerm).UnixMilli()
	book.table.sweep(func(seen int64) bool { return seen < over })
	over = now.Add(-judgementTerm).UnixMilli()
	book.latest.drop(func(j *judgement) bool { return j.at < over })
}

// sweep empties the places that were met last at a time for which old says so.
func (t *table[T]) sweep(old func(seen int64) bool) {
	var none T
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		for k := range s.keys {
			if s.keys[k] != (Pseudonym{}) && old(s.seen[k]) {
				s.keys[k], s.seen[k], s.values[k] = Pseudonym{}, 0, none
			}
		}
		s.mu.Unlock()
	}
}

// errRandom wraps what keeps an id from being made.
var errRandom = errors.New("risk: no randomness for the id of a judgement")

func randomID(r io.Reader) (id [16]byte, err error) {
	if _, err := io.ReadFull(r, id[:]); err != nil {
		return id, errors.Join(errRandom, err)
	}
	return id, nil
}
