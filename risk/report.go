package risk

import (
	"context"
	"time"
)

// Judgement is what became of an account event.
type Judgement struct {
	ID      string    // to be labelled or explained with, for a day, at any process with the same secret; nobody can make one up
	Kind    EventKind // what was told
	Account Pseudonym // of the account: it means nothing once its key is dead
	Verdict Verdict   // with the score of the account; StepUp is the most that an account alone leads to
}

func (e *Engine) book() *accounts {
	e.accounts.once.Do(func() {
		e.accounts.failing = newTable[failing](e.capacity)
		e.accounts.made.Store(true)
	})
	return &e.accounts
}

// Report takes in what happened to an account, and judges it. Failures tell on the address and network that they came from,
// and lead to whatever attacks lead to; against the account itself a site is asked for no more than a second step, because anybody may
// fail to log in to anybody's account. It is an error, and changes nothing, where ev cannot be of a site ([ErrEvent]). Where accounts rest
// on a shelf of another machine it costs a round trip or two, and a quarter of a second once in a second while the shelf is away.
func (e *Engine) Report(ctx context.Context, ev Event, now time.Time) (Judgement, error) {
	if err := ctx.Err(); err != nil {
		return Judgement{}, err
	}
	if err := ev.settle(now); err != nil {
		return Judgement{}, err
	}
	book, at := e.book(), ev.Time.UnixMilli()
	present, earlier, err := book.keys.names(ctx, ev.Account, now)
	if err != nil {
		return Judgement{}, err
	}
	off := e.rules.Load().off
	j := judgement{kind: ev.Kind, account: present, at: at}
	f := failure{Account: present, At: at, Cost: ev.cost()}
	if ev.Addr.IsValid() && !e.rules.Load().allows(ev.Addr) {
		j.who, f.Network = e.Who(ev.Addr, now)
		f.Who = j.who
	}
	if ev.Kind == LoginFailed {
		e.takeFailure(&f, off)
		e.tell(messageFailure, &f)
	}
	err = book.change(ctx, present, earlier, now.UnixMilli(), func(a *account, found bool) (keep bool) {
		return e.takeEvent(a, found, &ev, &j, off)
	})
	if err != nil {
		return Judgement{}, err
	}
	j.found |= book.attacked(present, at) &^ off
	if ev.Kind == PasswordChange && j.found&^taughtMarks&^(1<<accountAttacked) == 0 {
		e.forgetFailures(present)
		j.found &^= 1 << accountAttacked
	}
	j.verdict = e.Standing(ev.Addr, now)
	v := &j.verdict
	v.Country, v.Region, v.City, v.Provider, v.ASN, v.Net = ev.Place.Country, ev.Place.Region, ev.Place.City, ev.Place.Provider, ev.Place.ASN, ev.Place.Net
	j.conclude(e.mode)
	id, err := book.idOf(&j)
	return Judgement{ID: id, Kind: ev.Kind, Account: j.account, Verdict: j.verdict}, err
}

// takeEvent takes an event into what rests of its account, and reports whether that is to be written down. Log-ins that failed change
// nothing there: anybody can have them fail.
func (e *Engine) takeEvent(a *account, found bool, ev *Event, j *judgement, off marks) (keep bool) {
	j.salt, j.agreed = 0, 0
	if ev.Kind == LoginFailed {
		if found {
			j.salt, j.agreed, j.found = a.Salt, a.Agreed, a.active(j.at)&^off
		}
		return false
	}
	keep = a.touch(j.at)
	now := max(a.Seen-coarseSeen.Milliseconds(), j.at)
	if !ev.Consent {
		keep = a.withdraw() || keep
	} else if a.Agreed == 0 {
		a.Agreed, keep = e.accounts.salt(), true
	}
	f := e.factsOf(a, ev)
	var news marks
	if found {
		news = a.compare(&f, now)
	}
	if ev.TimeZone != "" && f.fresh && !e.accounts.zones.fit(ev.TimeZone, ev.Place.Country, ev.Time) {
		news.set(zoneMismatch)
	}
	news &^= off
	j.taught = facts{}
	if news&taughtMarks != 0 {
		j.taught = f
	}
	keep = a.learn(&f, now) || keep
	for i := range numAccountHeld {
		if news.has(firstAccount + signal(i)) {
			e.figures.signals[int(firstAccount)+i].Add(1)
		}
	}
	a.hold(news, now)
	j.salt, j.agreed, j.found = a.Salt, a.Agreed, a.active(now)&^off
	return keep || news != 0
}

// taughtMarks are the signals of what an account learns.
const taughtMarks = marks(1)<<newCountry | 1<<newNetwork | 1<<newDevice | 1<<newClient

// cost is what a failed log-in weighs in buckets of an address: many phones share one.
func (ev *Event) cost() int64 {
	q := Request{place: ev.Place}
	return q.cost()
}

// factsOf makes of an event what is compared.
func (e *Engine) factsOf(a *account, ev *Event) facts {
	f := facts{people: people(ev.Place.Net), fresh: e.fresh(ev.Place, ev.Time) > 0}
	if len(ev.Place.Country) == 2 {
		copy(f.Country[:], ev.Place.Country)
	}
	if ev.Place.ASN != 0 {
		n := ev.Place.ASN
		f.Network = e.accounts.hashed(a, 'n', string([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}))
	}
	if ev.Agent != "" {
		named := e.agents.Parse(ev.Agent, nil)
		f.Device = e.accounts.hashed(a, 'd', named.Device+"|"+named.OS)
	}
	f.Client = e.accounts.hashed(a, 'c', ev.Device)
	return f
}

// ForgetAccount erases everything that is remembered of an account (S4-9.4): what rests of it, for all processes that share the shelf, and
// with the error of a shelf that is away; and what failed lately, in the processes that are told.
func (e *Engine) ForgetAccount(ctx context.Context, name string, now time.Time) error {
	book := e.book()
	present, earlier, err := book.keys.names(ctx, name, now)
	if err != nil {
		return err
	}
	for _, who := range []Pseudonym{present, earlier} {
		if err := book.remove(ctx, who, now.UnixMilli()); err != nil {
			return err
		}
		e.forgetFailures(who)
	}
	return nil
}

// forgetFailures forgets how log-ins to an account failed lately, here and elsewhere.
func (e *Engine) forgetFailures(who Pseudonym) {
	if who != (Pseudonym{}) {
		e.book().failing.forget(who)
		e.tell(messageForgetAccount, &who)
	}
}

// Withdraw deletes what is remembered of an account by its owner's consent, which is withdrawn (S4-4.5), for all processes that share
// the shelf. The error is that of a shelf that is away.
func (e *Engine) Withdraw(ctx context.Context, name string, now time.Time) error {
	book := e.book()
	present, earlier, err := book.keys.names(ctx, name, now)
	if err != nil {
		return err
	}
	return book.about(ctx, now.UnixMilli(), (*account).withdraw, present, earlier)
}

// Expire forgets how log-ins failed, where that is over. Whoever runs an engine calls it now and then.
func (e *Engine) Expire(now time.Time) {
	if !e.accounts.made.Load() {
		return
	}
	over := now.Add(-failingTerm).UnixMilli()
	e.book().failing.sweep(func(seen int64) bool { return seen < over })
}

// sweepAccounts erases, of one part of 24, what rests of accounts over their term; records go with their document's end or neighbours as well.
func (e *Engine) sweepAccounts(ctx context.Context, now time.Time) error {
	if !e.accounts.made.Load() && e.accounts.shelf == nil {
		return nil
	}
	return e.accounts.sweep(ctx, now)
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
