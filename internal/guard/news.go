package guard

import (
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/internal/gate"
)

// tell notes in the state cookie that this page shows the notice of a minor revision, so that the next one does
// not (S4-10). Whoever refused holds no more than before.
func (e *Exchange) tell(status int, h http.Header) (private bool) {
	if !e.news || status != http.StatusOK || !strings.HasPrefix(contentType(h), "text/html") || gate.Cacheable(h) ||
		!navigates(e.outer) || e.hit.Prefetch() { // what is fetched ahead may never be looked at
		return false
	}
	e.news = false
	line := desk{e.guard, e.regime}.told(e.outer, e.choice).String()
	e.writer.Vouch(line)
	h.Add("Set-Cookie", line)
	return true
}

// navigates says that a person is going to look at the answer, not a script of the page.
func navigates(r *http.Request) bool {
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" {
		return dest == "document"
	}
	return r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html")
}
