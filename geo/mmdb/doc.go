// Package mmdb answers where an address is from a site's own MaxMind databases: City, Country,
// Enterprise, ASN, ISP, Anonymous-IP and Anonymous-Plus files of GeoLite2, GeoIP2 and DB-IP, and
// the flat files of ip-location-db (country_code, autonomous_system_number).
//
// [Open] recognises each file's kind from its metadata. A [DB] is a [geo.Locator]; put it before the
// embedded tables in a [geo.Stack]. [DB.Reload] reads the files again and swaps them in at once, and
// [DB.Refresh] does so where they have changed; look-ups never wait, never fail, and never see half of it.
// Nothing is mapped, so there is no mapping to close under a reader: what no look-up uses any more is
// collected as garbage.
//
// # Threat model
//
// A database is a file somebody downloaded: it may be cut short, corrupt or made to harm. So it is
// read into memory in full (a file changed on disk changes nothing), verified from end to end, and
// refused with a reason before anything uses it; the databases in use stay. Should the decoder
// still fail or panic on a record, that look-up answers nothing and [DB.Faults] counts it. Addresses
// are neither kept nor logged: what is cached is records of the database, by their place in it.
package mmdb
