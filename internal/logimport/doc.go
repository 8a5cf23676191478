// Package logimport counts an access log: line by line through the same anonymiser and aggregator as
// live traffic, into a store.
//
// # Once, however often it is run
//
// An import is a pure function from a file to numbered batches: lines are counted in order by a single
// shard, and a batch is cut every [Chunk] lines and where the file ends. The store applies each batch
// once by its number ([stats.Sink]), so an import that was cut short is simply run again: what the
// store has is skipped and the rest follows. Who was seen when is worked out anew from the lines, so
// nothing of it needs to be kept.
//
// A file that has grown since is continued: its batches are cut again where it ended before, which the
// mark of the last batch tells. The mark also holds a hash of what was counted, so that a file that
// only begins like an earlier one is not taken for it.
//
// # What names a file
//
// Neither its name nor its bytes: a hash of a log line in a store would confirm an address to whoever
// guesses the line. The instance and the mark are hashes of what is counted of a line (its time,
// scrubbed path, status and size), and of nothing about the visitor.
package logimport
