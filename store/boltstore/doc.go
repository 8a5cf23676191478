// Package boltstore keeps everything of one site in one file, for a site that runs as one process and
// wants no database server. The engine is bbolt, a single-file B+tree that is safe against power cuts.
//
// # What rests where
//
// Statistics of an open day are blobs of 256 values each, per day and dimension: what is counted in one
// flush lies side by side, so a flush of 5,000 rows writes a few dozen blobs. A closed day is one packed
// blob per dimension, until the days of its month are laid together. Consent records and documents are one entry each, as they came: sealed.
//
// # Threats
//
// Whoever reads the file sees counts, never a person: what is rare was held back before it came here
// (package stats). A database does not forget what it deletes, it only stops pointing at it; so after a
// day has been closed, days have expired, a document was deleted or an entry erased, the freed pages are overwritten with
// zeros. Blocks that the file system or the drive has copied elsewhere are out of reach: use a disk that
// is encrypted.
//
// The file may be damaged. It is then refused with one error at Open, or the operation that meets the
// damage fails; the process lives on.
//
// # Promises
//
// A call that returned nil is on disk (fdatasync). A call that returned an error changed nothing: a full
// disk or a read-only one is an error, never half a batch. One process at a time may have the file open.
package boltstore
