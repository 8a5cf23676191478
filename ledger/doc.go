// Package ledger makes the record of consents tamper-evident: a transparency log over the entries that a
// store keeps, receipts that visitors can check, and the erasure of what is no longer to be kept.
//
// # The story
//
// A store gives every [consent.Entry] a position when it is appended, for good. The entry's leaf, a salted
// commitment to the record, is a leaf of a Merkle tree (RFC 6962 hashes, [tlog]). [Log.Sequence] extends
// the tree over what was appended since, writes it in tiles of 256 hashes and signs its head, a [note] of
// origin, size and root. [Log.Receipt] is what a visitor takes home: record, salt, and the proof that they
// are under a signed head. [Verify] goes through everything again and names what does not fit.
//
// [Log.Erase] destroys the record and its salt and leaves the leaf. The tree is the same tree, so it still
// verifies; and as the salt was random and as long as the hash, a leaf without it fits every record
// alike: nobody who holds the store, with or without its keys, can confirm what was erased.
//
// # Threat model
//
// Whoever can write to the store can alter, drop or reorder entries, and put back an older copy. None of it
// goes unnoticed by whoever holds a later signed head: the log itself, which keeps its last head in a
// file of its own, an auditor with an old head, a visitor with a receipt. Whoever holds the site's secret
// as well can sign another history; against that help only heads that somebody else keeps.
//
// The log never signs two different trees of one size. Where the store does not fit what was signed, it
// stops with [ErrForked] or [ErrBehind] and signs nothing until an operator has looked: the ledger fails loud.
// Sites are not held up by that. Entries are on disk before their visitor is answered, and appended as ever.
//
// # Several processes
//
// Order is the store's, and what is written and signed follows from the order alone, so two sequencers
// write the same bytes. A lease keeps them from doing the work twice; correctness does not depend on it.
package ledger
