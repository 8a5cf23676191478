// Package gate enforces a visitor's choice on one exchange: it hides request cookies, filters and
// expires response cookies, keeps shared caches from handing one visitor's answer to another, and puts
// the banner into HTML pages. It knows plain net/http and package consent, nothing else.
//
// # How it is used
//
//	plan := gate.Plan{Rules: rules, Choice: choice, Now: now, Markup: banner, Observer: exchange}
//	inner := gate.Hide(r, &plan)        // r itself where nothing changes
//	w := pool.Get().(*gate.Writer)
//	w.Reset(rw, inner, plan)
//	next.ServeHTTP(w, inner)
//	err := w.Finish()                   // or w.Abandon() after an error or a panic
//	gate.Settle(r, inner)
//
// # Threat model
//
// The handler is not an enemy, but it knows nothing of consent, and neither do its libraries: they set
// cookies by http.SetCookie, by writing to the header map under any spelling, after WriteHeader, as a
// trailer, in a 103, or as bytes on a hijacked connection. Whatever the way, a cookie that the visitor
// did not consent to must not reach the wire. So the Writer has no Unwrap: every optional interface is
// implemented here, behind the filter. Malformed lines are denied, as a browser may read them otherwise.
//
// The client is one: its headers may be malformed, huge or contradictory. Work per request is bounded,
// and nothing of it is kept after Finish. Caches between the two are assumed to follow RFC 9111 and
// RFC 9213, nothing more.
//
// # When the gate itself fails
//
// Cookies fail closed, pages fail open. Where Hide or a Writer method panics by a fault of its own, the
// guard must recover, answer with a Writer whose Plan has the zero Choice and no Markup (which needs
// none of the failing parts but the filter), and if that fails too, delete every Set-Cookie from the
// header and let the page pass. After a panic of the handler the guard calls Abandon and panics on:
// what the handler wrote goes out unchanged, and whoever recovers outside writes through the filter.
//
// # Caches and validators
//
// A response is private, with Vary: Cookie, where a cookie was dropped, kept by consent or deleted, where
// markup for this visitor went in, or where somebody said so (Plan.Private, MarkPrivate, the Observer);
// with markup and an undecided visitor it is no-store, too. A page that the site itself marks cacheable
// (public, or a lifetime without no-cache) takes Plan.Shared instead and stays cacheable, varying by
// Sec-Fetch-Dest and, unless it says itself in which language it is, Plan.SharedVary.
//
// A page with markup is another representation. Its ETag becomes weak and names the markup; the tag is
// mapped back in If-None-Match and If-Match, and forward in a 304. It loses Last-Modified, digests and
// Accept-Ranges, and navigations lose If-Modified-Since and foreign tags in If-None-Match before the handler
// sees them, lest an old page without the banner (or with the wrong one) is declared fresh. Navigations
// that may take markup ask for identity coding: put compressors outside the gate, where they still work.
//
// # What is promised about bytes
//
// Kept Set-Cookie lines are unchanged and in order. A page with the markup cut out equals what the
// handler wrote, however it was cut into writes. Bodies that get no markup pass without a copy, by
// sendfile where the server would have used it. At most 64 KiB of a page are ever held back, and only
// until its body tag is found.
package gate
