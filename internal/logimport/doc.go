// Package logimport counts an access log: line by line through the same anonymiser and aggregator as
// live traffic, into a store.
//
// # Once, however often it is run
//
// An import is a pure function from a file to numbered batches: lines are counted in order by a single
// shard, and a batch is cut behind every [Chunk] lines and where the file ends. The number of a batch
// follows from line numbers alone. The store applies each batch once by its number ([stats.Sink]), so
// an import that was cut short is simply run again: what the store has is skipped and the rest follows.
// Who was seen when is worked out anew from the lines, so nothing of it needs to be kept. Several files,
// the parts of a log that was rotated, share who was seen and have numbers and marks of their own.
//
// A file that has grown since is continued: the mark of its last batch tells where it ended before, and
// with which number. A last line that the server had not finished writing is left out until it is whole.
// The mark also holds a hash of the lines, so that a file that only begins like an earlier one is not
// taken for it.
//
// # What names a file
//
// Neither its name nor its bytes: a hash of a log line in a store would confirm an address, a page or a
// browser to whoever guesses the line. The instance and the mark are hashes over time, status and size
// of the lines and over nothing that a visitor sent. What can be confirmed by guessing is to which
// second, with which status and size the log's first line was written, and nothing of who asked for what.
//
// # Bounds
//
// Three days are open at a time, wherever in the log they lie: memory does not grow with the log. A line
// that lies further back than that counts in the totals of its day and in no row.
package logimport
