package consent

import "time"

// Apply makes the choice that s states and the record of it. Before is what held until now, as
// [Rulebook.Effective] returned it: what it granted and s does not is withdrawn, and what the browser
// asked is noted, so that a later change of the browser's mind is seen as later. The record has the
// ids that s carries; give it one before sealing. A submission without a known method counts as made
// through the API.
func (b *Rulebook) Apply(s Submission, before Choice, now time.Time) (Choice, Record) {
	if s.Method.letter() == 0 {
		s.Method = MethodAPI
	}
	if before.book != b {
		asked := before.optOut
		before = b.adopt(before)
		before.optOut = asked
	}
	if s.Action == Allow {
		before.lapse()
	}
	after := Choice{
		book: b, decided: true, revision: b.policy.Revision.Number, at: hour(now), method: s.Method,
		met: before.optOut, optOut: before.optOut, model: before.model,
	}
	after.granted, after.services = b.grants(s, before)
	after.withdrawn = (before.granted | before.withdrawn) &^ after.granted
	after.taken = (before.services | before.taken) &^ after.services
	switch { // what stays granted is neither renewed nor said anew
	case s.Action == Withdraw && after.Grants():
		after.at, after.revision, after.met = before.at, before.revision, before.met
	case s.Action == Allow && (before.granted&after.granted != 0 || before.services&after.services != 0):
		after.at = before.at
	}
	after.until = b.until(after)
	return after, b.record(s, before, after, now)
}

// lapse takes back what the browser has refused since it was granted: who allows one thing more says nothing of the rest.
func (c *Choice) lapse() {
	if c.opted == 0 {
		return
	}
	refused := c.book.follow(c.opted)
	c.withdrawn |= c.granted & c.opted
	c.taken |= c.services & refused
	c.granted, c.services = c.granted&^c.opted, c.services&^refused
}

// grants returns the purposes and services that are granted once s is in force.
func (b *Rulebook) grants(s Submission, before Choice) (purposes uint32, services uint64) {
	for _, p := range s.Purposes {
		purposes |= b.purposeBit(p)
	}
	for _, id := range s.Services {
		services |= b.serviceMask(id)
	}
	switch s.Action {
	case Accept:
		return b.all, b.served
	case Choose:
		if s.Services == nil {
			services = b.follow(purposes)
		}
		return purposes, services
	case Allow:
		return before.granted | purposes, before.services | services | b.follow(purposes)
	case Withdraw:
		if len(s.Purposes) > 0 || len(s.Services) > 0 {
			return before.granted &^ purposes, before.services &^ (services | b.follow(purposes))
		}
	}
	return 0, 0
}

// hour rounds down to the hour: visitors who decided alike in the same hour hold the same state.
func hour(t time.Time) int64 {
	s := t.Unix()
	return s - s%3600
}

// Unrecorded returns what of s holds although it cannot be recorded, and whether anything does: a
// refusal wholly; of a mixed choice what it refuses, its new grants being refused with the rest until
// they can be recorded; of an acceptance nothing, so that what held before holds on.
func (b *Rulebook) Unrecorded(s Submission, before Choice) (Submission, bool) {
	if s.Refusal() {
		return s, true
	}
	if s.Action != Choose {
		return Submission{}, false
	}
	var kept []Purpose
	for _, p := range s.Purposes {
		if before.decided && before.Stance(p) == Granted {
			kept = append(kept, p)
		}
	}
	s.Services = b.keptServices(s, before)
	s.Purposes = kept
	return s, true
}

// keptServices names the services that s grants and that were granted before.
func (b *Rulebook) keptServices(s Submission, before Choice) []string {
	if b.served == 0 {
		return nil
	}
	_, wanted := b.grants(s, before)
	kept := []string{}
	for i := range b.policy.Services {
		service := &b.policy.Services[i]
		if before.decided && wanted&service.mask() != 0 && before.ServiceStance(service.ID) == Granted {
			kept = append(kept, service.ID)
		}
	}
	return kept
}
