package guard

import (
	"io"
	"net/http"
	"strings"
)

// withLedger answers what is under ledger/ below the prefix, and leaves everything else to the centre:
//
//	GET ledger/key   the verifier keys of the log, a line each
//	GET ledger/head  the last signed head
func (g *Guard) withLedger(centre http.Handler) http.Handler {
	base := g.config.Prefix + "/ledger/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"key", g.ledgerKey)
	mux.HandleFunc("GET "+base+"head", g.ledgerHead)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, base) {
			centre.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		mux.ServeHTTP(w, r)
	})
}

func (g *Guard) ledgerKey(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, strings.Join(g.log.Keys().Public(), "\n")+"\n") // the client may go away
}

func (g *Guard) ledgerHead(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	head := g.log.Head()
	if head.Size == 0 {
		http.Error(w, "Nothing has been signed yet.", http.StatusNotFound)
		return
	}
	_, _ = w.Write(head.Note) // the client may go away
}
