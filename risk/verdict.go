package risk

import (
	"time"

	"github.com/kelisim/kelisim/geo"
)

// Verdict is what is known of one hit. The zero Verdict means nothing is known.
type Verdict struct {
	Country  string       // ISO 3166-1 alpha-2, upper case; "" for unknown
	Region   string       // subdivision; only from a site's own database
	City     string       // only from a site's own database
	Provider string       // organisation of the autonomous system
	ASN      uint32       // its number; 0 for unknown
	Net      geo.NetClass // kind of network
	GeoBuilt time.Time    // when the location data was built: the older, the less it says
}

// Assess makes the verdict on a hit from location, which was found in data built at built.
func Assess(location geo.Location, built time.Time) Verdict {
	return Verdict{
		Country: location.Country, Region: location.Region, City: location.City,
		Provider: location.Provider, ASN: location.ASN, Net: location.Net, GeoBuilt: built,
	}
}
