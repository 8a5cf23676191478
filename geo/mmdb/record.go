package mmdb

import (
	"net/netip"
	"strings"

	"github.com/oschwald/geoip2-golang/v2"
	"github.com/oschwald/maxminddb-golang/v2"

	"github.com/kelisim/kelisim/geo"
)

// read decodes what the database says of addr. Result is the walk that found its record.
func (d *database) read(addr netip.Addr, result maxminddb.Result) (geo.Location, error) {
	switch d.kind {
	case kindCity:
		return readCity(d.models, addr)
	case kindEnterprise:
		return readEnterprise(d.models, addr)
	case kindASN:
		return readASN(d.models, addr)
	case kindAnonymous:
		return readAnonymous(d.models, addr)
	case kindAnonymousPlus:
		return readAnonymousPlus(d.models, addr)
	default:
		return readFlat(result)
	}
}

func readCity(models *geoip2.Reader, addr netip.Addr) (geo.Location, error) {
	r, err := models.City(addr)
	if err != nil {
		return geo.Location{}, err
	}
	loc := geo.Location{City: r.City.Names.English}
	loc.Country = country(r.Country.ISOCode, r.RegisteredCountry.ISOCode)
	if len(r.Subdivisions) > 0 {
		loc.Region = r.Subdivisions[0].Names.English
	}
	return loc, nil
}

func readEnterprise(models *geoip2.Reader, addr netip.Addr) (geo.Location, error) {
	r, err := models.Enterprise(addr)
	if err != nil {
		return geo.Location{}, err
	}
	loc := geo.Location{
		City:     r.City.Names.English,
		ASN:      uint32(r.Traits.AutonomousSystemNumber),
		Provider: r.Traits.AutonomousSystemOrganization,
		Net:      userType(r.Traits.UserType, r.Traits.ConnectionType),
	}
	loc.Country = country(r.Country.ISOCode, r.RegisteredCountry.ISOCode)
	if len(r.Subdivisions) > 0 {
		loc.Region = r.Subdivisions[0].Names.English
	}
	return loc, nil
}

func readASN(models *geoip2.Reader, addr netip.Addr) (geo.Location, error) {
	r, err := models.ASN(addr)
	if err != nil {
		return geo.Location{}, err
	}
	return geo.Location{ASN: uint32(r.AutonomousSystemNumber), Provider: r.AutonomousSystemOrganization}, nil
}

func readAnonymous(models *geoip2.Reader, addr netip.Addr) (geo.Location, error) {
	r, err := models.AnonymousIP(addr)
	if err != nil {
		return geo.Location{}, err
	}
	return geo.Location{Net: anonymous(r.IsTorExitNode, r.IsAnonymousVPN || r.IsPublicProxy || r.IsResidentialProxy, r.IsHostingProvider)}, nil
}

func readAnonymousPlus(models *geoip2.Reader, addr netip.Addr) (geo.Location, error) {
	r, err := models.AnonymousPlus(addr)
	if err != nil {
		return geo.Location{}, err
	}
	return geo.Location{Net: anonymous(r.IsTorExitNode, r.IsAnonymousVPN || r.IsPublicProxy || r.IsResidentialProxy, r.IsHostingProvider)}, nil
}

// flatRecord are the fields of the ip-location-db files.
type flatRecord struct {
	Country  string `maxminddb:"country_code,maxsize:16"`
	Region   string `maxminddb:"state1,maxsize:1024"`
	City     string `maxminddb:"city,maxsize:1024"`
	ASN      uint   `maxminddb:"autonomous_system_number"`
	Provider string `maxminddb:"autonomous_system_organization,maxsize:4096"`
}

func readFlat(result maxminddb.Result) (geo.Location, error) {
	var r flatRecord
	if err := result.Decode(&r); err != nil {
		return geo.Location{}, err
	}
	return geo.Location{Country: country(r.Country), Region: r.Region, City: r.City, ASN: uint32(r.ASN), Provider: r.Provider}, nil
}

// country returns the first code that names a country. The registered country stands in where the
// located one is missing, as for anycast and satellite networks.
func country(codes ...string) string {
	for _, code := range codes {
		if code = strings.ToUpper(code); geo.ValidCountry(code) {
			return code
		}
	}
	return ""
}
