// Package consent decides what a visitor agreed to, and what follows from it for cookies, counting and
// records. It is pure: no I/O, no clock, no goroutine, nothing but the standard library.
//
// # The story
//
// A site writes a [Policy]: who answers for the data, which purposes there are, which services and
// cookies serve them. [Compile] checks all of it at once and turns it into a [Rulebook], which is
// immutable and answers without allocating. A visitor's browser sends the state cookie; [Keys.OpenState]
// turns it into a [Choice], [Rulebook.Effective] adds what the browser itself asks for ([OptOut]).
// [Rulebook.Decide] and [Rulebook.DecideRequest] then say of each cookie whether it passes. When the
// visitor decides, [ParseSubmission] reads the form, [Rulebook.Apply] makes the new Choice and the
// [Record] of it, [Keys.SealState] writes the cookie and [Keys.SealRecord] the [Entry] that a [Ledger]
// keeps.
//
// # Threat model
//
// The browser is not trusted: the state cookie is signed, so that nobody grants what they were not
// asked; a cookie that is unreadable, forged, expired, from the future or older than the last material
// revision is no consent at all. Scripts may read the state cookie, so it identifies nobody: its time
// is rounded down to the hour and visitors who decided alike in one hour hold the same value. What
// proves a subject is the proof cookie, whose value cannot be made from a copy of the store
// ([Keys.SealProof]). A store that is copied holds entries only: sealed under a key that is not in the
// store, padded so that their length does not tell a grant from a refusal, bound to their id so that
// they cannot be swapped, and without any address.
//
// The application behind the gate is not trusted to know its own cookies: a Set-Cookie line is read as
// browsers read it (RFC 6265 section 5.2), so that no line is a deletion here and a cookie there.
//
// # Refusal means refusal
//
// A purpose is in one of the states of [Stance]. Refused, withdrawn and opted out are answers:
// [Choice.Refuses] is true and [Choice.Counts] is false for statistics, so that not even the
// cookie-less count sees the visitor. Undecided is no answer: nothing is stored on the device, and the
// visitor is counted without cookies, within the day. Decisions fail closed.
package consent
