package guard

import "net/http"

// Handler guards next, and answers the privacy centre under the prefix itself.
func (g *Guard) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if known := g.WellKnown(r); known != nil {
			known.ServeHTTP(w, r)
			return
		}
		e := g.Begin(w, r)
		inner := next
		if !e.skipped && g.own(r.URL.Path) {
			inner = g.centre
		}
		if refusal := e.Instead(); refusal != nil {
			inner = refusal
		}
		done := false
		defer func() {
			if !done { // a panic: whoever recovers outside may still answer
				e.Leave()
			}
		}()
		inner.ServeHTTP(e.Writer(w), e.Request())
		done = true
		_ = e.End() // the client went away; nobody is left to tell
	})
}
