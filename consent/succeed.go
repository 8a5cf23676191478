package consent

import "slices"

// Succeeds reports whether b may come into force after old: nil, or [Faults] that name fields of b's
// document. Revisions count upwards; and where the choices made under old stand on, nothing may have been
// added that visitors were not asked about: such a change is material (S1-9, S4-10).
func (b *Rulebook) Succeeds(old *Rulebook) error {
	s := &succession{new: &b.policy, old: &old.policy}
	was, is := old.policy.Revision.Number, b.policy.Revision.Number
	if is < was {
		s.add("revision.number", "is %d after %d: count revisions upwards, also to go back to an earlier text", is, was)
	}
	if b.since <= was && b.shape == old.shape {
		s.head()
		s.purposes()
		s.data()
		s.services()
		s.cookies(old)
	}
	if len(s.Faults) > 0 {
		return s.Faults
	}
	return nil
}

type succession struct {
	new, old *Policy
	Faults
}

const askAgain = ": visitors must be asked again; raise revision.number and write \"change: material\""

func (s *succession) differ(field, what string, args ...any) { s.add(field, what+askAgain, args...) }

func (s *succession) head() {
	if s.new.Controller.Name != s.old.Controller.Name || s.new.Controller.BIN != s.old.Controller.BIN {
		s.differ("controller", "was %q", s.old.Controller.Name)
	}
	if s.new.DataRegion != s.old.DataRegion {
		s.differ("data_region", "was %s", s.old.DataRegion)
	}
	if s.new.Lifetimes.Choice.Approx() > s.old.Lifetimes.Choice.Approx() {
		s.differ("lifetimes.choice", "is longer than the %s that visitors agreed to", s.old.Lifetimes.Choice)
	}
	for _, a := range [...]struct {
		field    string
		now, was Answer
	}{
		{"transfers.third_parties", s.new.Transfers.ThirdParties, s.old.Transfers.ThirdParties},
		{"transfers.cross_border", s.new.Transfers.CrossBorder, s.old.Transfers.CrossBorder},
		{"transfers.publication", s.new.Transfers.Publication, s.old.Transfers.Publication},
	} {
		if a.now == Yes && a.was != Yes {
			s.differ(a.field, "was not yes")
		}
	}
}

func (s *succession) purposes() {
	for i, p := range s.new.Purposes {
		if !slices.ContainsFunc(s.old.Purposes, func(was PurposeInfo) bool { return was.ID == p.ID }) {
			s.differ(at("purposes", i), "%q is new", p.ID)
		}
	}
}

// data compares kinds of data that are used for more than what is necessary.
func (s *succession) data() {
	for i, d := range s.new.Data {
		if !slices.ContainsFunc(d.Purposes, func(p Purpose) bool { return p != Necessary }) {
			continue
		}
		k := slices.IndexFunc(s.old.Data, func(was DataKind) bool { return was.ID == d.ID })
		if k < 0 {
			s.differ(at("data", i), "%q is new", d.ID)
			continue
		}
		was := s.old.Data[k]
		for j, p := range d.Purposes {
			if p != Necessary && !slices.Contains(was.Purposes, p) {
				s.differ(at(at("data", i)+".purposes", j), "%q is a new use of %q", p, d.ID)
			}
		}
		if d.Retention.Approx() > was.Retention.Approx() {
			s.differ(at("data", i)+".retention", "is longer than %s", was.Retention)
		}
	}
}

// services compares those that visitors can refuse.
func (s *succession) services() {
	for i, now := range s.new.Services {
		if now.Purpose == Necessary {
			continue
		}
		field := at("services", i)
		k := slices.IndexFunc(s.old.Services, func(was Service) bool { return was.ID == now.ID })
		if k < 0 {
			s.differ(field, "%q is new", now.ID)
			continue
		}
		was := s.old.Services[k]
		if now.Purpose != was.Purpose {
			s.differ(field+".purpose", "was %s", was.Purpose)
		}
		if now.Recipient != was.Recipient && now.Recipient != "" {
			s.differ(field+".recipient", "was %q", was.Recipient)
		}
		if now.Country != was.Country && now.Recipient != "" && was.Country != "" {
			s.differ(field+".country", "was %s", was.Country)
		}
		for j, id := range now.Data {
			if !slices.Contains(was.Data, id) && len(was.Data) > 0 {
				s.differ(at(field+".data", j), "%q was not given to it", id)
			}
		}
	}
}

// cookies finds those that were refused with one purpose and would be set under another.
func (s *succession) cookies(old *Rulebook) {
	compare := func(field string, ck CookieRule, purpose Purpose) {
		if was := old.lookup(ck.Name); was != nil && was.bit != 0 && was.Purpose != purpose {
			s.differ(field, "%q was a cookie of %s", ck.Name, was.Purpose)
		}
	}
	for i, ck := range s.new.Cookies {
		compare(at("cookies", i), ck, ck.Purpose)
	}
	for i, service := range s.new.Services {
		for j, ck := range service.Cookies {
			purpose := ck.Purpose
			if purpose == "" {
				purpose = service.Purpose
			}
			compare(at(at("services", i)+".cookies", j), ck, purpose)
		}
	}
}
