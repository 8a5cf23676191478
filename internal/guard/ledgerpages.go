package guard

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/ledger"
)

// withLedger answers what is under ledger/ below the prefix, and leaves everything else to the centre:
//
//	GET  ledger/key      the verifier keys of the log, a line each
//	GET  ledger/head     the last signed head
//	GET  ledger/receipt  the visitor's own receipt, by the proof cookie
//	POST ledger/check    whether a receipt is sound: as JSON, or as the field "receipt" of a form
func (g *Guard) withLedger(centre http.Handler) http.Handler {
	base := g.config.Prefix + "/ledger/"
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+base+"key", g.ledgerKey)
	mux.HandleFunc("GET "+base+"head", g.ledgerHead)
	mux.HandleFunc("GET "+base+"receipt", g.ledgerReceipt)
	mux.HandleFunc("POST "+base+"check", g.ledgerCheck)
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

func (g *Guard) ledgerReceipt(w http.ResponseWriter, r *http.Request) {
	text, err := g.desk().Receipt(r)
	switch {
	case errors.Is(err, centre.ErrNoRecord):
		http.Error(w, "There is no record for this browser.", http.StatusNotFound)
	case err != nil:
		g.faults.note("receipt", err)
		http.Error(w, "The receipt cannot be made at the moment. Please try again a little later.", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Type", "application/ld+json")
		w.Header().Set("Content-Disposition", `attachment; filename="consent-receipt.json"`)
		_, _ = w.Write(text) // the client may go away
	}
}

// verdict is what ledger/check answers.
type verdict struct {
	Sound  bool           `json:"sound"`
	Status string         `json:"status,omitempty"` // sequenced or pending
	Index  int64          `json:"index"`            // -1 where the receipt proves none
	Size   int64          `json:"size,omitempty"`
	Event  consent.Event  `json:"event_type,omitempty"`
	Record string         `json:"record_id,omitempty"`
	Held   string         `json:"held,omitempty"` // by this ledger: yes, erased or no
	Reason string         `json:"reason,omitempty"`
	Method consent.Method `json:"collection_method,omitempty"`
}

func (g *Guard) ledgerCheck(w http.ResponseWriter, r *http.Request) {
	text, status := receiptOf(w, r)
	if status != http.StatusOK {
		http.Error(w, http.StatusText(status), status)
		return
	}
	v, err := g.check(r, text)
	status = http.StatusOK
	if err != nil {
		v, status = verdict{Index: -1, Reason: err.Error()}, http.StatusUnprocessableEntity // the ledger's own words, made to be shown
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may go away
}

func (g *Guard) check(r *http.Request, text []byte) (verdict, error) {
	receipt, err := ledger.ParseReceipt(text)
	if err != nil {
		return verdict{}, err
	}
	found, err := receipt.Check(g.log.Keys().Verifiers())
	if err != nil {
		return verdict{}, err
	}
	v := verdict{Sound: true, Index: -1, Status: found.Status, Event: found.Record.Event, Record: found.Record.ID, Method: found.Record.Method, Held: "no"}
	if found.Status == ledger.Sequenced {
		v.Index, v.Size = found.Index, found.Head.Size
	}
	switch entry, err := g.entry(r.Context(), found.Record.ID); {
	case err == nil && entry.Erased():
		v.Held = "erased"
	case err == nil && string(entry.Leaf[:]) == string(receipt.Leaf):
		v.Held = "yes"
	case err != nil && !errors.Is(err, centre.ErrNoRecord):
		v.Held = "unknown"
	}
	return v, nil
}

// receiptOf reads the receipt out of a request, bounded.
func receiptOf(w http.ResponseWriter, r *http.Request) ([]byte, int) {
	r.Body = http.MaxBytesReader(w, r.Body, ledger.MaxReceipt+4096)
	var text []byte
	var err error
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json", "application/ld+json":
		text, err = io.ReadAll(r.Body)
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
		text = []byte(r.PostForm.Get("receipt"))
	case "multipart/form-data":
		text, err = uploaded(r)
	default:
		return nil, http.StatusUnsupportedMediaType
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return text, http.StatusOK
}

// uploaded reads the first part named "receipt", in memory.
func uploaded(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, err
		}
		if part.FormName() == "receipt" {
			return io.ReadAll(part)
		}
	}
}
