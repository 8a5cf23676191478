// Package stats counts, and never knows whom.
//
// # The way of a count
//
// A request made anonymous ([visit.Pageview]) is added to the [Aggregator] on the goroutine that
// served it: to one of several shards, under a lock held for some tens of nanoseconds, into rows that
// exist already. The [Flusher] gathers the shards each second into what the instance holds, takes out
// of it what may leave, and hands that as a [Batch] to an [Outbox]: the spool, or a store itself.
// Readers ask [Reports], which adds what the live instance still holds to what rests in a store.
// When a day is over, [Closer] gives it its final form.
//
// # Threat model
//
// The attacker holds a copy of everything that rests on a disk or in Redis, taken at any moment, and
// knows who uses which provider, browser and language. Nothing that leaves memory may let such a
// copy say "this person was here". Hence, for what leaves:
//
//   - Hourly totals leave at each flush: they say that somebody came.
//   - Rows leave together, for at least 20 page views, or at the end of the hour: the rows that one page
//     view changed cannot be told from those of its neighbours in the batch. Within the hour a value of
//     persons waits for as many page views of its own.
//   - A value that says something about a person (country, provider, browser …: [FloorPerson]) leaves
//     once k visitors of the day carry it. Until then it is in the totals and in no row. Bots are no
//     persons: what they did under such a value leaves all the same.
//   - After the day, [Closer] folds whatever a subtraction (total less rows, country less its regions)
//     would still show of fewer than k visitors.
//
// # Consent
//
// Refusal means refusal: an [Act] that grants nothing adds one to its outcome, by the way it came, and
// nothing of the visitor. Country, language, device, variant and time are told of questions (before any
// choice) and of grants alone; so a rate of refusal by country cannot be had here, only how many of those
// asked granted. Facets have the floor of persons, counted in acts; rows of one facet and outcome leave
// together for at least 20 acts, or at the end of the day. No row joins two facets.
//
// Nothing here is keyed: who was seen today is decided by package visit before anything is counted.
// What waits in memory is gone after a crash (its totals stand), and carried over a graceful restart
// by [Aggregator.Snapshot], whose bytes the caller must seal.
//
// # Bounds
//
// Values come from strangers. Each dimension has a cap on its values per day; beyond it a value is
// counted in the totals alone, and [Figures] say how often. Values first seen on an answer that
// failed may take no more than half of the cap, so that a scan for made-up paths does not drive out
// the pages that exist.
package stats
