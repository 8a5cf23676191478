package risk

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Options say how an [Engine] judges. Secret is required.
type Options struct {
	// Secret is the site's, of at least 32 bytes. Keys of pseudonyms and challenges are derived from it under labels of their own.
	Secret []byte
	// Random makes the seeds of keys. Default: crypto/rand.
	Random io.Reader
	// Mode says whether verdicts are to be carried out. Default: shadow.
	Mode Mode
	// Rules are the site's own. Default: none.
	Rules Rules
	// Capacity is how many addresses and networks are remembered, about 450 bytes each. Default: 32,768.
	Capacity int
	// Agents names browsers and bots. Default: one of its own.
	Agents *visit.Agents
	// Crawlers verifies who calls itself a search engine. Default: nobody is believed, and nobody blamed.
	Crawlers *Crawlers
	// Shared are counters that several processes share, for limits. Default: each process counts for itself.
	Shared Shared
	// Nodes is how many processes share the counters. Default: 1.
	Nodes int
	// Timeout bounds one call to the shared counters. Default: 25 ms.
	Timeout time.Duration
	// Shelf keeps what rests of accounts, for a restart and for other processes. Default: memory.
	Shelf Shelf
	// Tell hands a message to the other processes that share the shelf, whose [Engine.Hear] takes it in. It must not wait. Default: there are none.
	Tell func(message []byte)
	// GeoBuilt tells when the data of locations was built that do not say so themselves. Default: unknown, and
	// their networks weigh nothing.
	GeoBuilt func() time.Time
}

// Engine judges requests. It is safe for concurrent use.
type Engine struct {
	mode     Mode
	keys     *keyring
	rules    atomic.Pointer[ruleSet]
	table    *table[entry]
	limiter  *limiter
	agents   *visit.Agents
	crawlers *Crawlers
	tokens   tokenKey
	geoBuilt func() time.Time
	seed     maphash.Seed
	hints    hintMemo
	names    nameMemo
	served   atomic.Uint32 // kinds of programs that the site runs
	figures  tallies
	capacity int
	tells    func(message []byte)
	accounts accounts
	browsers browsers
	blocks   atomic.Pointer[blockSet]
}

// The sieve and the automaton read targets. They are the same for all engines and never change.
var (
	automaton = newScanner(patterns)
	coarse    = newSieve(patterns)
)

// New makes an engine, or tells everything that is wrong with o.
func New(o Options) (*Engine, error) {
	keys, keyErr := newKeyring(o.Secret, o.Random)
	if err := errors.Join(keyErr, o.Rules.Validate()); err != nil {
		return nil, fmt.Errorf("risk: %w", err)
	}
	tokens, err := newTokenKey(o.Secret, keys.random)
	if err != nil {
		return nil, err
	}
	e := &Engine{
		mode: o.Mode, keys: keys, table: newTable[entry](o.Capacity), agents: o.Agents, crawlers: o.Crawlers,
		tokens: tokens, geoBuilt: o.GeoBuilt, seed: maphash.MakeSeed(), capacity: o.Capacity, tells: o.Tell,
	}
	if err := e.accounts.begin(o, keys); err != nil {
		return nil, err
	}
	e.limiter = newLimiter(o, keys.secret)
	if e.agents == nil {
		e.agents = visit.NewAgents(0)
	}
	e.rules.Store(compile(o.Rules))
	return e, nil
}

// SetRules puts other rules into force from the next request on.
func (e *Engine) SetRules(r Rules) error {
	if err := r.Validate(); err != nil {
		return fmt.Errorf("risk: %w", err)
	}
	e.rules.Store(compile(r))
	return nil
}

// Rules returns the site's own rules in force: never write to them.
func (e *Engine) Rules() Rules { return e.rules.Load().Rules }

// Mode returns whether verdicts are to be carried out.
func (e *Engine) Mode() Mode { return e.mode }

// Who returns the pseudonyms of an address and of its network at now; zero ones for no address.
func (e *Engine) Who(addr netip.Addr, now time.Time) (address, network Pseudonym) {
	key, err := e.keys.at(now.UnixMilli())
	if err != nil || !addr.IsValid() {
		return address, network
	}
	return key.of(addr, scopeAddress), key.of(addr, scopeNetwork)
}

// Standing is the verdict on an address by what is remembered of it alone.
func (e *Engine) Standing(addr netip.Addr, now time.Time) (v Verdict) {
	q := Request{addr: addr.Unmap().WithZone(""), now: now.UnixMilli(), judged: true}
	key, err := e.keys.at(q.now)
	if err != nil || !addr.IsValid() {
		return v
	}
	q.who = key.of(q.addr, scopeAddress)
	v.Who, v.Mode = q.who, e.mode
	s := e.table.shard(q.who)
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry := e.table.find(s, q.who); entry != nil {
		at := max(q.now, entry.seen)
		e.conclude(&v, &q, entry.active(at)&^e.rules.Load().off, entry, at)
	}
	return v
}

// Forget erases what is remembered under a pseudonym, here and at the processes that are told, as when somebody is unblocked.
func (e *Engine) Forget(who Pseudonym) {
	e.table.forget(who)
	e.tell(messageForget, &who)
}

// Figures are what an engine has done, in numbers.
type Figures struct {
	Assessed   int64            // requests
	Actions    map[Action]int64 // verdicts by action; none of allow
	Signals    map[Code]int64   // how often each was raised
	Remembered int              // pseudonyms
	Evicted    int64            // that gave way to others
	Bytes      int              // of memory, whatever comes
	Resting    int              // bytes of memory that accounts take where there is no shelf for them, at most 15 MB
	Away       int64            // calls to shared counters or for accounts that failed
	Labels     map[Code]Labels  // what sites found out, by signal
}

type tallies struct {
	assessed atomic.Int64
	actions  [ActionDeny + 1]atomic.Int64
	signals  [numSignals]atomic.Int64
	labels   [numSignals][2]atomic.Int64 // genuine, fraud
}

// Figures returns the present figures.
func (e *Engine) Figures() Figures {
	f := Figures{Assessed: e.figures.assessed.Load(), Actions: map[Action]int64{}, Signals: map[Code]int64{}, Bytes: e.table.bytes() + e.limiter.bytes(), Away: e.limiter.failed.Load() + e.accounts.failed.Load()}
	for i := range e.figures.actions {
		if n := e.figures.actions[i].Load(); n > 0 {
			f.Actions[Action(i)] = n
		}
	}
	for i := range e.figures.signals {
		if n := e.figures.signals[i].Load(); n > 0 {
			f.Signals[signals[i].Code] = n
		}
	}
	f.Remembered, f.Evicted = e.table.figures()
	f.Labels = e.figures.labelled()
	if e.accounts.made.Load() {
		f.Bytes += e.accounts.failing.bytes()
		f.Resting = e.accounts.own.bytes()
	}
	if e.browsers.made.Load() {
		f.Bytes += e.browsers.table.bytes()
	}
	return f
}

func (t *tallies) labelled() map[Code]Labels {
	all := map[Code]Labels{}
	for i := range t.labels {
		if l := (Labels{t.labels[i][0].Load(), t.labels[i][1].Load()}); l != (Labels{}) {
			all[signals[i].Code] = l
		}
	}
	return all
}
