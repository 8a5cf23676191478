package mmdb

import "github.com/kelisim/kelisim/geo"

// anonymous picks the class that says most about a network of an Anonymous-IP database, where
// several flags may be set: Tor before VPN and proxy before hosting.
func anonymous(tor, vpn, hosting bool) geo.NetClass {
	switch {
	case tor:
		return geo.NetTor
	case vpn:
		return geo.NetVPN
	case hosting:
		return geo.NetHosting
	default:
		return geo.NetUnknown
	}
}

// userType maps MaxMind's user types (dev.maxmind.com/geoip/docs/databases/enterprise), and where
// there is none the connection type.
func userType(user, connection string) geo.NetClass {
	switch user {
	case "cellular":
		return geo.NetMobile
	case "hosting", "content_delivery_network":
		return geo.NetHosting
	case "search_engine_spider":
		return geo.NetBot
	case "consumer_privacy_network":
		return geo.NetVPN
	case "residential", "business", "cafe", "college", "dialup", "government", "library", "military", "school", "traveler":
		return geo.NetEyeball
	}
	switch connection {
	case "Cellular":
		return geo.NetMobile
	case "Cable/DSL", "Dialup", "Satellite", "Corporate":
		return geo.NetEyeball
	}
	return geo.NetUnknown
}
