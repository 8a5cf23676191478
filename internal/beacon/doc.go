// Package beacon takes in what a page tells of itself once it is being read: how long it was looked at, how far
// it was scrolled, what was clicked, how fast it came. The server counts page views without it; it only adds what no
// server can see.
//
// Threat model: anybody may post anything to the endpoint. What is posted counts beside the page views only with the
// token of a page that the guard gave out with that very page ([Mint]): signed, bound to the scrubbed path, to the
// visitor's pseudonym of the day and to the time, and good for few deliveries, each once. So nobody can speak for
// another page, for another visitor, or more often than pages were served; and no page can claim to have been looked at
// for longer than it exists. Pages without a token (those that a shared cache keeps, those of a file server) go to
// another lane ([Lane]), bounded in rate and shown apart.
//
// What arrives is parsed strictly ([Parse]) and is personal until it is scrubbed: package visit does that. Tokens and
// pseudonyms are in memory and in the page, never at rest.
package beacon
