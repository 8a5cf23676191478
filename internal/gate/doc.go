// Package gate enforces a visitor's choice on one exchange: it hides request cookies, filters and
// expires response cookies, and puts the banner into HTML pages.
//
// API that internal/guard is written against:
//
//	type Plan struct {           // what to do with one exchange; a value, no allocation
//		Rules   *consent.Rulebook
//		Choice  consent.Choice
//		Mode    Unclassified         // Provisional, Deny, Observe
//		Markup  []byte               // HTML to inject; nil for none; shared, never written to
//		Variant string               // suffix for validators: names the choice the markup was made for; "" for none
//		Expire  []http.Cookie …      // cookies to expire (withdrawn), computed by Hide from the request
//		Private bool                 // the response carries this visitor's state: private + Vary: Cookie
//		OnCommit func/iface          // called once, before the status line is written, with status and header: see Observer
//		Observed                     // unclassified cookie names seen, for counting
//	}
//	func Hide(r *http.Request, p *Plan) *http.Request   // r itself where nothing is hidden
//	type Writer struct{…}        // http.ResponseWriter, Flusher, Hijacker, ReaderFrom, Pusher, ResponseController's setters; no Unwrap
//	func (w *Writer) Reset(inner http.ResponseWriter, r *http.Request, p Plan)   // pooled by the guard
//	func (w *Writer) Finish() error     // after the handler: filters and commits what was never written, ends injection
//	func (w *Writer) Committed() bool; Status() int
package gate
