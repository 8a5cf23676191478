// Package guard is what a site mounts, as plain net/http: it finds the visitor's address, reads the
// choice, holds cookies back in both directions, puts the banner into pages, counts what may be
// counted, and answers the privacy centre. Package middleware is its form for Echo.
//
// # One exchange
//
// [Guard.Begin] captures the request and wraps the response; the site's handler runs; [Exchange.End]
// settles what the handler left undone. At the first commit of the response, on whatever way it
// happens, the gate filters the cookies and the recorder counts the hit. The raw hit lives in the
// Exchange, on the goroutine of its request, and is erased when it ends.
//
// # When Kelisim fails
//
// Consent fails closed, pages fail open, the ledger fails loud. A panic of ours is recovered, counted
// and logged once; the page is served, without any cookie that needs consent. A store that is away is
// nobody's business here: what is counted goes to the spool, and the choice is in the visitor's own
// signed cookie. A grant that can be written neither to the spool nor to the store is not given.
package guard
