package consent

import (
	"fmt"
	"strconv"
	"time"
)

// Choice is what one visitor decided, as it holds for one request. It is a small comparable value; the
// zero value is "nothing decided" and allows what is necessary. Choices come from [Keys.OpenState],
// [Rulebook.Effective] and [Rulebook.Apply].
type Choice struct {
	book      *Rulebook
	at, until int64 // Unix seconds; at is rounded down to the hour
	revision  int

	decided            bool
	granted, withdrawn uint32 // explicit, by PurposeInfo.Bit; what is neither was refused
	services, taken    uint64 // the same by Service.Bit, where visitors answer for each
	presumed, opted    uint32 // what the model presumes and the browser refuses
	bound              bool   // the browser's word is the latest
	method             Method
	met                OptOut // what the browser asked when the choice was made
	optOut             OptOut // what the browser asks now
	model              Model  // that holds where the visitor is
}

// Stance is how a visitor stands to a purpose.
type Stance uint8

const (
	Undecided Stance = iota // no answer
	Granted                 // explicitly, or necessary
	Presumed                // by the opt-out model: no answer, and no objection
	Refused                 // explicitly
	Withdrawn               // granted once, and taken back
	OptedOut                // refused by the browser, see OptOut
)

// String returns the stance in lower case, as records and reports show it.
func (s Stance) String() string {
	switch s {
	case Granted:
		return "granted"
	case Presumed:
		return "presumed"
	case Refused:
		return "refused"
	case Withdrawn:
		return "withdrawn"
	case OptedOut:
		return "opted-out"
	}
	return "undecided"
}

// Stance returns how the visitor stands to p. A purpose that the policy does not declare is refused
// where everything is, opted out where the browser asks, and undecided otherwise.
func (c Choice) Stance(p Purpose) Stance {
	if p == Necessary {
		return Granted
	}
	if c.book != nil {
		if i, ok := c.book.purpose(p); ok {
			return c.stance(1 << i)
		}
	}
	switch {
	case c.decided && !c.Grants():
		return Refused
	case c.bound:
		return OptedOut
	}
	return Undecided
}

func (c Choice) stance(bit uint32) Stance {
	switch {
	case c.decided && c.withdrawn&bit != 0:
		return Withdrawn
	case c.decided && c.granted&bit == 0:
		return Refused
	case c.opted&bit != 0:
		return OptedOut
	case c.decided:
		return Granted
	case c.presumed&bit != 0:
		return Presumed
	}
	return Undecided
}

// Allows reports whether data may be used and cookies set for p. Necessary is always allowed.
func (c Choice) Allows(p Purpose) bool { return c.Stance(p).allows() }

func (s Stance) allows() bool { return s == Granted || s == Presumed }

// Refuses reports whether the visitor said no to p: refused, withdrawn or opted out by the browser.
func (c Choice) Refuses(p Purpose) bool { return c.Stance(p).refuses() }

func (s Stance) refuses() bool { return s == Refused || s == Withdrawn || s == OptedOut }

// Counts reports whether a hit of this visitor may be counted at all. If not, it adds one to "refused"
// and nothing else (S2-2.8, S3-6.1, S4-4.5).
func (c Choice) Counts() bool { return !c.Refuses(Statistics) }

// Decided reports whether the visitor made an explicit choice that is still valid.
func (c Choice) Decided() bool { return c.decided }

// Grants reports whether the visitor explicitly granted anything: a purpose, or a service of its own.
func (c Choice) Grants() bool { return c.decided && (c.granted != 0 || c.services != 0) }

// OptOut returns what the visitor's browser asks now, whether or not a later choice overrides it.
func (c Choice) OptOut() OptOut { return c.optOut }

// At returns when the choice was made, rounded down to the hour; the zero time if there is none.
func (c Choice) At() time.Time { return unix(c.at) }

// Until returns when the choice ends; the zero time if there is none.
func (c Choice) Until() time.Time { return unix(c.until) }

// Revision returns the revision of the policy that the choice was made under, 0 for none.
func (c Choice) Revision() int { return c.revision }

// Method returns how the choice came about, "" for none.
func (c Choice) Method() Method { return c.method }

// Granted returns the purposes that are allowed, in the policy's order; nil for the zero Choice.
func (c Choice) Granted() []Purpose {
	if c.book == nil {
		return nil
	}
	var allowed []Purpose
	for _, p := range c.book.policy.Purposes {
		if c.Allows(p.ID) {
			allowed = append(allowed, p.ID)
		}
	}
	return allowed
}

// Variant names what the choice allows and whether it was decided, in at most 8 characters of a–z and
// 0–9, 15 where visitors answer for each service: choices that lead to the same page have the same
// Variant. It tells nothing about the visitor.
func (c Choice) Variant() string {
	kind, allowed := "u", c.presumed // undecided
	switch {
	case c.decided:
		kind, allowed = "d", c.granted
	case c.bound:
		kind = "o" // opted out
	}
	purposes := strconv.FormatUint(uint64(allowed&^c.opted), 36)
	if c.book == nil || c.book.served == 0 {
		return kind + purposes
	}
	services := c.services
	if !c.decided {
		services = c.book.follow(allowed)
	}
	return fmt.Sprintf("%s%06s%s", kind, purposes, strconv.FormatUint(services&^c.book.follow(c.opted), 36))
}

func unix(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
