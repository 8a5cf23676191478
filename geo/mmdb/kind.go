package mmdb

import (
	"fmt"
	"strings"
)

// kind is what a database can answer and how its records are read.
type kind uint8

const (
	kindCity kind = iota + 1 // City and Country: the City record holds both
	kindEnterprise
	kindASN // ASN and ISP
	kindAnonymous
	kindAnonymousPlus
	kindFlat // ip-location-db: one level of plain fields
)

// kindOf recognises a database by the type in its metadata. MaxMind's types are names such as
// "GeoLite2-City"; ip-location-db's are such as "country ipvAll" or "asn ipv4".
func kindOf(databaseType string) (kind, error) {
	first, _, _ := strings.Cut(databaseType, " ")
	switch first {
	case "country", "asn", "city":
		return kindFlat, nil
	}
	for _, k := range [...]struct {
		part string
		kind kind
	}{
		{"Enterprise", kindEnterprise},
		{"Anonymous-Plus", kindAnonymousPlus},
		{"Anonymous-IP", kindAnonymous},
		{"ASN", kindASN},
		{"ISP", kindASN},
		{"City", kindCity},
		{"Country", kindCity},
	} {
		if strings.Contains(databaseType, k.part) {
			return k.kind, nil
		}
	}
	return 0, fmt.Errorf("databases of type %q hold no location: use a City, Country, Enterprise, ASN, ISP, Anonymous-IP or ip-location-db file", databaseType)
}

// rank orders databases: those that are about nothing but the network class are asked first.
func (k kind) rank() int {
	if k == kindAnonymous || k == kindAnonymousPlus {
		return 0
	}
	return 1
}
