package geo

import (
	"net/netip"
	"time"
)

// Stack asks its locators in order: a site's own databases first, the embedded tables last. It is
// itself a [Locator]; the empty Stack knows nothing. Build it once and do not change it while it
// is in use.
//
// An answer is put together from three parts, each taken whole from the first locator that knows
// it: the place (country, region, city), the provider (number and name) and the network class. So
// a region never stands beside another source's country.
type Stack []Locator

// Locate implements [Locator].
func (s Stack) Locate(addr netip.Addr) (loc Location) {
	for i, l := range s {
		if i == 0 {
			loc = l.Locate(addr)
			continue
		}
		if loc.Country != "" && loc.ASN != 0 && loc.Net != NetUnknown {
			break
		}
		part := l.Locate(addr)
		loc.fill(&part)
	}
	return loc
}

// Built returns the oldest date of its locators; one that states none is passed over. It is the
// zero time when none states any.
func (s Stack) Built() time.Time {
	var oldest time.Time
	for _, l := range s {
		oldest = older(oldest, l.Built())
	}
	return oldest
}

// Or returns l with the parts it lacks (place, provider, network class) taken from other.
func (l Location) Or(other Location) Location {
	l.fill(&other)
	return l
}

func (l *Location) fill(other *Location) {
	took := false
	if l.Country == "" && l.Region == "" && l.City == "" {
		l.Country, l.Region, l.City = other.Country, other.Region, other.City
		took = l.Country != "" || l.Region != "" || l.City != ""
	}
	if l.ASN == 0 && l.Provider == "" {
		l.ASN, l.Provider = other.ASN, other.Provider
		took = took || l.ASN != 0 || l.Provider != ""
	}
	if l.Net == NetUnknown {
		l.Net = other.Net
		took = took || l.Net != NetUnknown
	}
	if took && other.Built != 0 && (l.Built == 0 || other.Built < l.Built) {
		l.Built = other.Built
	}
}

func older(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
