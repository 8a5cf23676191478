package consent

import "net/http"

// OptOut is what a visitor's browser asks of every site, without having seen this one. It is never
// stored as a choice of the visitor.
type OptOut string

const (
	NoOptOut OptOut = ""
	GPC      OptOut = "gpc" // Sec-GPC: 1, https://www.w3.org/TR/gpc/
	DNT      OptOut = "dnt" // DNT: 1, https://www.w3.org/TR/tracking-dnt/
)

// OptOut returns what the request headers ask for, GPC before DNT. A header counts when its value is
// exactly "1". DNT counts unless the policy ignores it.
func (b *Rulebook) OptOut(h http.Header) OptOut {
	switch {
	case one(h["Sec-Gpc"]):
		return GPC
	case !b.policy.OptOuts.IgnoreDNT && one(h["Dnt"]):
		return DNT
	}
	return NoOptOut
}

func one(values []string) bool {
	for _, v := range values {
		if v == "1" {
			return true
		}
	}
	return false
}

// Effective returns what holds for a request under the policy's model: c, and where c says nothing
// explicit, what the browser asks and the model presumes. See [Rulebook.EffectiveIn].
func (b *Rulebook) Effective(c Choice, h http.Header) Choice {
	return b.EffectiveIn("", c, h)
}

// EffectiveIn is Effective for a visitor of the given region ("DE", "US-CA"; "" for unknown).
//
// An explicit choice made while the browser already asked the same stands: it is the later word. An
// explicit grant made before the browser asked does not: the browser's is the later word, until the
// visitor decides again. A Choice of another Rulebook whose purposes differ counts as undecided.
func (b *Rulebook) EffectiveIn(region string, c Choice, h http.Header) Choice {
	if c.book != b {
		c = b.adopt(c)
	}
	c.optOut, c.opted, c.presumed, c.model = b.OptOut(h), 0, 0, b.Model(region)
	if c.bound = c.optOut != NoOptOut && (!c.decided || c.met == NoOptOut); c.bound {
		c.opted = b.optOuts
	}
	if !c.decided && c.model == ModelOptOut {
		c.presumed = b.all
	}
	return c
}

// adopt makes a choice that was read under another rulebook one under b.
func (b *Rulebook) adopt(c Choice) Choice {
	if c.decided && c.book.shape == b.shape {
		c.book = b
		return c
	}
	return Choice{book: b}
}

// Model returns the consent model for a region: that of "US-CA", else that of "US", else the policy's.
func (b *Rulebook) Model(region string) Model {
	if m, ok := b.policy.Models[region]; ok {
		return m
	}
	if len(region) > 2 && region[2] == '-' {
		if m, ok := b.policy.Models[region[:2]]; ok {
			return m
		}
	}
	return b.policy.Model
}
