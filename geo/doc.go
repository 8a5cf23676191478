// Package geo answers where an address is, as coarsely as the purpose needs: country and internet
// provider from a table embedded in the program, region and city only from a site's own databases
// (package geo/mmdb).
//
// # The embedded table
//
// [Embedded] needs no file, no account and no download. It is made by "go generate" from two public
// data sets (see [Credits]) at the resolution at which networks are announced to one another: a /24
// of IPv4 and a /48 of IPv6. Finer blocks cannot be routed by themselves, and nobody who counts
// visitors needs them. A unit that a source shares between several owners goes to the one that owns
// most of it. It takes 2.2 MB of the program. A look-up unpacks the part of it that it needs, so that a
// start costs nothing, and memory no more than what is asked for: 13 MB when all of it was.
//
// The class of a provider's network ([NetClass]) is our own: a list of well-known operators, and words of
// the providers' names ("hosting", "mobile", "telecom"). A network may be of several classes, and many are
// of none that a name tells.
//
// The data is frozen at [Table.Built], and approximate: a network registered in one country may
// serve another, and the publisher says so. Country, provider and class are fit for statistics and for
// weighing; they are never a reason to act against somebody on their own. What is old weighs less ([Weight]).
//
// # Addresses that are not what they seem
//
// An IPv6 address that carries the visitor's IPv4 address is located by that: IPv4-mapped
// (RFC 4291), 6to4 (RFC 3056, the bits after 2002::/16), Teredo (RFC 4380, the inverted last
// 32 bits of 2001::/32) and the well-known NAT64 prefix 64:ff9b::/96 (RFC 6052; as a source it is
// made by stateless translators in front of servers). Private, loopback, link-local, carrier-grade
// NAT (RFC 6598), documentation, benchmarking and multicast addresses are nowhere: they get the
// zero [Location], as does any address outside 2000::/3.
//
// # Threat model
//
// An address is personal data, so nothing here keeps one: a look-up reads a table and returns
// constants of it, allocates nothing and caches nothing by address. It runs on addresses that a
// visitor may choose, so its cost has a bound that does not depend on the address. Table files are
// checked in full when they are read ([Parse]); afterwards a look-up cannot fail.
package geo
