// Package spool keeps on local disk what a store has not acknowledged yet: batches of statistics
// and sealed consent entries. It is what lets a consent endpoint answer while the store is away, and
// what a killed process is continued from.
//
// A [Spool] is a folder of its own under the spool directory, named after the process run and locked
// by it. Frames are appended to segments and forced to disk in groups; a forwarder hands them to the
// store in order. Both kinds are idempotent at the store (a batch by its sequence, an entry by its
// id), so a frame may be handed over twice and is never applied twice.
//
// What a spool holds is only what the store may hold: counts above the floor, and consent entries
// that are already encrypted. Acknowledged segments stay for ten minutes, because a store that comes
// back from an older snapshot has forgotten what it acknowledged; the gap in its sequence tells, and
// the forwarder goes back to where the store stands.
//
// A folder that no process locks belongs to a run that died: the next run empties and removes it.
package spool
