// Package risk judges requests for security and the prevention of fraud (S1-4.1.4, S3-6.3): what a request
// and its network did lately, how much that weighs, and what a site may do about it.
//
// # From request to verdict
//
// An [Engine] is asked twice about a request: [Engine.Assess] before the site answers and [Engine.Observe] with the
// status of the answer. [Signals] is the whole list of what it looks at: each with the ground on which it may
// be used, the clause of the policy, its weight, its threshold, how long it lasts and what is kept of it. The
// sum of the weights leads to an [Action]. One weak signal never does, and neither country nor provider count
// at all; the class of a network adds to other evidence only. An engine does nothing itself and begins in shadow mode:
// it says what it would have done.
//
// # What is remembered
//
// Pseudonyms of an address (IPv6: its /64) and of its network (/24, /48), under a key that is random and
// replaced every day, with buckets that leak and times until which evidence holds. No address, path, query or user agent is kept; paths
// and agents are compared by 32 bits of a keyed hash. The table has a fixed size and the oldest entry of a set gives way, so that
// a million addresses cost no more memory than ten. Key, label and memory are apart from those of statistics, and
// no code reads both. A [Desk] keeps incidents and blocks on a [Shelf], and with them the seeds of the keys of two days.
//
// # Accounts
//
// A site tells of its accounts ([Engine.Report]), which are remembered under a key of their own: sealed, on the shelf. What rests on consent goes with it. Processes
// that share a shelf may tell each other what they judged (Options.Tell), in pseudonyms; nothing that must hold passes that way alone.
//
// # Against whom
//
// Whoever sends requests writes everything that is judged here. Work on a request is bounded by [MaxTarget] bytes of its target
// and the bounds of package visit; a forged crawler gains nothing, since crawlers are known by their
// address ([Crawlers]); a clock that jumps empties buckets instead of filling them.
package risk
