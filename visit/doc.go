// Package visit makes who came anonymous. It is pure: no file, no network, no clock of its own.
//
// A request is read once into a [Hit], which is personal and dies on its goroutine. The [Anonymiser]
// turns it into a [Pageview], which is not, and which is all that anything else ever sees:
//
//	Trust → Capture → Hit ─┬─ Agents    user agent and hints → browser, system, device, bot
//	                       ├─ Scrubber  path → path without persons
//	                       ├─ Referrer, Channel, Campaign → how they came
//	                       ├─ Keys      address and user agent → key of the day
//	                       └─ Tracker   key → new visitor? new visit? → Step   ⇒ Pageview
//
// # Threat model
//
// The visitor is an adversary: every header may be forged, huge or garbage. The client's address comes
// from a [Trust] that the site chose on purpose, and what a client writes to the left of a proxy's own
// element is never looked at. Whatever text a visitor sends, only three of its strings reach a
// Pageview, each scrubbed, bounded and of few characters: path, referring host, declared campaign tag.
// All others come from closed vocabularies: browsers, systems, bots, languages. The work on one string
// is bounded (512 bytes, one scan, no regular expression), and no flood of made-up strings fills
// memory or empties a cache cheaply.
//
// The reader of memory dumps, logs and stores is an adversary too. A Hit cannot be printed or encoded,
// by accident or within another struct. Visitors are told apart by SipHash under a key made of the site's
// secret and a random seed of the day; neither alone recomputes it, the seed is in memory only, and
// with its day it is overwritten. Two days live at a time, so that a visit goes on across midnight. What
// is keyed (who was seen, which visits are open) leaves the [Tracker] only for other processes of the site, and for the next
// run ([Anonymiser.Share], [Anonymiser.Snapshot]): sealed by whoever asks for it.
//
// What it does not do: it cannot know a person's name in a slug, and the runtime may leave copies of a
// freed request in memory until it is reused.
package visit
