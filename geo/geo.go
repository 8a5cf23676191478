package geo

import (
	"net/netip"
	"time"
)

// NetClass is the class of the network an address belongs to.
type NetClass uint8

const (
	NetUnknown NetClass = iota
	NetEyeball          // households and offices
	NetMobile
	NetHosting
	NetVPN // VPN or public proxy
	NetTor
	NetBot // a bot operator's published range
)

// String returns the name used in reports: "unknown", "eyeball", "mobile", "hosting", "vpn", "tor"
// or "bot".
func (c NetClass) String() string {
	switch c {
	case NetEyeball:
		return "eyeball"
	case NetMobile:
		return "mobile"
	case NetHosting:
		return "hosting"
	case NetVPN:
		return "vpn"
	case NetTor:
		return "tor"
	case NetBot:
		return "bot"
	default:
		return "unknown"
	}
}

// Location is what is known of where an address is. The zero Location means nothing is known.
// Every string is a constant of its table: copying a Location copies no text.
type Location struct {
	Country  string // ISO 3166-1 alpha-2, upper case
	Region   string // subdivision name in English
	City     string // name in English
	ASN      uint32 // autonomous system number
	Provider string // name of the autonomous system's organisation
	Net      NetClass
	Built    Date // when the oldest data that any part is from was built; see [Weight]
}

// Locator finds the Location of an address. Implementations are safe for concurrent use and never
// fail: an address that is not found gives the zero Location.
type Locator interface {
	Locate(addr netip.Addr) Location
	// Built returns the build date of the data behind the answers, the oldest where there are several.
	Built() time.Time
}
