package risk

import (
	"net/netip"
	"time"
)

// RuleBlocked is the rule of a verdict on whom an admin has blocked.
const RuleBlocked = "blocked"

// Seed is the random part of the key of one period. Processes that share a shelf have the same, so that a pseudonym means the same to
// all of them.
type Seed struct {
	Period int64 // number of days since 1970
	Value  [32]byte
}

// Block keeps an address or a network out, by its pseudonym.
type Block struct {
	Who    Pseudonym `json:"who"`
	Period int64     `json:"period"` // of the key under which Who means something
	Made   time.Time `json:"made"`
	Ends   time.Time `json:"ends"`
	By     string    `json:"by"` // the account of whoever made it
}

// PeriodOf is the period in which pseudonyms of a time mean something.
func PeriodOf(t time.Time) int64 { return t.UnixMilli() / rotation.Milliseconds() }

// blockSet is what is looked up for each request; nil where nobody is blocked.
type blockSet struct {
	periods []blockPeriod
}

type blockPeriod struct {
	key  *sipKey
	ends map[Pseudonym]int64
}

// Share puts seeds and blocks into force, in place of earlier ones. A key lives as long as its seed is among them: blocks hold over
// the end of its period, and nothing else is looked up under it.
func (e *Engine) Share(seeds []Seed, blocks []Block) error {
	keys, err := e.keys.share(seeds)
	if err != nil {
		return err
	}
	var set blockSet
	for period, key := range keys {
		p := blockPeriod{key: key, ends: map[Pseudonym]int64{}}
		for _, b := range blocks {
			if b.Period == period {
				p.ends[b.Who] = b.Ends.UnixMilli()
			}
		}
		if len(p.ends) > 0 {
			set.periods = append(set.periods, p)
		}
	}
	if len(set.periods) == 0 {
		e.blocks.Store(nil)
		return nil
	}
	e.blocks.Store(&set)
	return nil
}

// blocked returns until when an address is blocked, in milliseconds since 1970; 0 for not.
func (b *blockSet) blocked(addr netip.Addr, now int64) int64 {
	for i := range b.periods {
		p := &b.periods[i]
		if end := max(p.ends[p.key.of(addr, scopeAddress)], p.ends[p.key.of(addr, scopeNetwork)]); end > now {
			return end
		}
	}
	return 0
}

// block makes the verdict on whom an admin has blocked. It holds in shadow mode as well: somebody decided it.
func (e *Engine) block(v *Verdict, q *Request) bool {
	set := e.blocks.Load()
	if set == nil {
		return false
	}
	end := set.blocked(q.addr, q.now)
	if end == 0 {
		return false
	}
	v.Action, v.Mode, v.Rule, v.Expires = ActionDeny, ModeEnforce, RuleBlocked, time.UnixMilli(end)
	e.figures.actions[ActionDeny].Add(1)
	return true
}

// share has keys made of shared seeds, and returns those of all periods that are known.
func (k *keyring) share(seeds []Seed) (map[int64]*sipKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	shared := make(map[int64]*sipKey, len(seeds))
	for _, s := range seeds {
		key, err := ofSeed(k.secret, s.Value[:], labelPseudonyms, s.Period)
		if err != nil {
			return nil, err
		}
		shared[s.Period] = key
	}
	k.shared = shared
	if present := k.present.Load(); present != nil && shared[present.period] != nil && *shared[present.period] != *present {
		k.present.Store(shared[present.period]) // what was remembered under the other is forgotten with it
	}
	all := make(map[int64]*sipKey, len(shared)+1)
	if present := k.present.Load(); present != nil {
		all[present.period] = present
	}
	for period, key := range shared {
		all[period] = key
	}
	return all, nil
}
