// Package geoupdate puts a new location database in the place of an old one, or leaves the old one alone and
// says why.
//
// # Threat model
//
// What comes from outside may be cut short, corrupt, a page that says "log in", the wrong edition, an old copy,
// a test file, or as large as somebody likes; the connection may hang or lead elsewhere. So everything is
// bounded, read into memory, compared with the hash that its publisher states, verified from end to end, compared
// with the database in use, and asked for addresses whose answer is known, before a single byte of the old file
// is touched. Then the new one is written beside it, synced and renamed over it, so that there is a whole database
// under the name at every moment; the old one stays as FILE.previous for [Rollback].
//
// Licence keys go to the publisher's host over TLS only, and into no error: addresses are shown without their
// query and user.
package geoupdate
