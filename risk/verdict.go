package risk

import (
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Verdict is what is known of one request and what to do about it. The zero Verdict means nothing is known.
type Verdict struct {
	Country  string       // ISO 3166-1 alpha-2, upper case; "" for unknown
	Region   string       // subdivision; only from a site's own database
	City     string       // only from a site's own database
	Provider string       // organisation of the autonomous system
	ASN      uint32       // its number; 0 for unknown
	Net      geo.NetClass // kind of network
	GeoBuilt time.Time    // when the location data was built: the older, the less it says

	Bot     uint8 // 0–99: how much speaks for a program
	Account uint8 // 0–99: for somebody else in an account; 0 until account events are reported
	Network uint8 // 0–99: for an attack from this network

	Action  Action
	Mode    Mode
	Reasons []Reason  // what led to it, the heaviest first; nil for nearly everybody
	Rule    string    // the site's rule that decided; "" for none
	Expires time.Time // when the last of what led to it is forgotten; zero where it is this request alone

	// Wait is how long a throttled client should wait; 0 while it keeps to the pace and is served.
	Wait time.Duration
	// Who is the pseudonym of the address, for lists and for blocking; it means nothing tomorrow.
	Who Pseudonym
}

// Reason is one signal that led to a verdict.
type Reason struct {
	Code   Code
	Weight uint8
	Basis  Basis
	Clause string // of the policy
	Bucket string // the threshold that was passed, such as "10 / 10s"; "" where there is none
}

// Assess makes a verdict of location alone, which was found in data built at built: information, never a
// reason to act.
func Assess(location geo.Location, built time.Time) Verdict {
	return Verdict{
		Country: location.Country, Region: location.Region, City: location.City,
		Provider: location.Provider, ASN: location.ASN, Net: location.Net, GeoBuilt: built,
	}
}

// Refuses reports whether the verdict, when enforced, keeps the request from the site.
func (v *Verdict) Refuses() bool {
	switch v.Action {
	case ActionThrottle:
		return v.Wait > 0
	case ActionChallenge, ActionDeny:
		return true
	}
	return false
}
