package consent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Rulebook is a compiled [Policy]: immutable, safe for concurrent use, no allocation per decision.
type Rulebook struct {
	policy  Policy
	hash    string
	doc     []byte // the policy's canonical JSON
	shape   string // names the purposes and services and their bits, see Shape
	since   int    // choices made from this revision on stand
	all     uint32 // every purpose but necessary
	served  uint64 // every service that visitors answer for
	optOuts uint32 // what GPC and DNT refuse
	rules   []rule
	exact   map[string]int // cookie name → index in rules
	globs   []int          // indexes in rules, most specific first
}

// rule is a CookieRule made ready.
type rule struct {
	CookieRule
	service string
	bit     uint32 // 0 for necessary
	own     uint64 // of the service, where visitors answer for it
	of      uint32 // of the service's purpose
	places  []Place
}

// Compile checks p and makes it a Rulebook. The error is [Faults]: everything that is wrong, at once.
// The Rulebook holds a copy: later changes to p do not reach it.
func Compile(p Policy) (*Rulebook, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	own, canonical, err := normalise(p)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(canonical)
	b := &Rulebook{policy: own, doc: canonical, hash: hex.EncodeToString(sum[:]), since: own.Revision.Since}
	b.indexPurposes()
	b.indexCookies()
	return b, nil
}

// normalise returns a deep copy of p with its defaults filled in, and its canonical JSON.
func normalise(p Policy) (Policy, []byte, error) {
	var own Policy
	draft, err := json.Marshal(p)
	if err == nil {
		err = json.Unmarshal(draft, &own)
	}
	if err != nil {
		return Policy{}, nil, fmt.Errorf("consent: copy policy: %w", err)
	}
	own.fillDefaults()
	slices.SortStableFunc(own.Purposes, necessaryFirst)
	canonical, err := json.Marshal(own)
	if err != nil {
		return Policy{}, nil, fmt.Errorf("consent: canonical policy: %w", err)
	}
	return own, canonical, nil
}

func (p *Policy) fillDefaults() {
	if p.Model == "" {
		p.Model = ModelOptIn
	}
	if p.Lifetimes.Choice.IsZero() {
		p.Lifetimes.Choice = Period{6, Months}
	}
	if p.Lifetimes.Refusal.IsZero() {
		p.Lifetimes.Refusal = p.Lifetimes.Choice
	}
	if p.Lifetimes.Record.IsZero() {
		p.Lifetimes.Record = Period{3, Years}
	}
	if p.Revision.Change == Material {
		p.Revision.Since = p.Revision.Number
	}
	if p.Unclassified == "" {
		p.Unclassified = Provisional
	}
	if p.OptOuts.Purposes == nil {
		for _, purpose := range p.Purposes {
			if purpose.ID != Necessary && purpose.ID != Preferences {
				p.OptOuts.Purposes = append(p.OptOuts.Purposes, purpose.ID)
			}
		}
	}
}

func necessaryFirst(a, b PurposeInfo) int {
	rank := func(p PurposeInfo) int {
		if p.ID == Necessary {
			return 0
		}
		return 1
	}
	return rank(a) - rank(b)
}

// indexPurposes numbers the purposes in their order; necessary is 0.
func (b *Rulebook) indexPurposes() {
	ids := make([]string, len(b.policy.Purposes))
	for i := range b.policy.Purposes {
		b.policy.Purposes[i].bit = uint8(i)
		ids[i] = string(b.policy.Purposes[i].ID)
		if i > 0 {
			b.all |= 1 << i
		}
	}
	sum := sha256.Sum256([]byte(strings.Join(append(ids, b.indexServices()...), "\n")))
	b.shape = strconv.FormatUint(uint64(sum[0])<<16|uint64(sum[1])<<8|uint64(sum[2]), 36)
	for _, p := range b.policy.OptOuts.Purposes {
		if i, ok := b.purpose(p); ok {
			b.optOuts |= 1 << i
		}
	}
}

// purpose returns the bit of p. Policies have few purposes: a scan is faster than a map.
func (b *Rulebook) purpose(p Purpose) (int, bool) {
	for i := range b.policy.Purposes {
		if b.policy.Purposes[i].ID == p {
			return i, true
		}
	}
	return 0, false
}

// purposeBit returns the bit of p in masks; 0 for necessary, and for what is not declared.
func (b *Rulebook) purposeBit(p Purpose) uint32 {
	if i, _ := b.purpose(p); i > 0 {
		return 1 << i
	}
	return 0
}

// Policy returns the document with its defaults filled in and the necessary purpose first. Treat it as read-only.
func (b *Rulebook) Policy() Policy { return b.policy }

// Hash returns the hex SHA-256 of the policy's canonical JSON, defaults filled in.
func (b *Rulebook) Hash() string { return b.hash }

// Revision returns the number of the policy's revision.
func (b *Rulebook) Revision() int { return b.policy.Revision.Number }

// Since returns the last material revision: choices made under it or a later one stand.
func (b *Rulebook) Since() int { return b.since }

// Shape names the purposes and their bits, and the services and theirs where visitors answer for each, in
// at most 5 characters of a–z and 0–9. A state cookie with another shape is stale: its bits would mean
// something else.
func (b *Rulebook) Shape() string { return b.shape }

// Purposes returns the purposes in the policy's order, necessary first. Treat them as read-only.
func (b *Rulebook) Purposes() []PurposeInfo { return b.policy.Purposes }
