package centre

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/kelisim/kelisim/static/banner"
)

// Config says what a privacy centre is made of.
type Config struct {
	// Consents is required.
	Consents Consents
	// Mount is the path under which the handler answers, "/consent" by default. Requests reach it with their full path.
	Mount string
	// Zone is the time zone in which dates are shown; UTC by default.
	Zone *time.Location
	// Form is how the question is laid out on pages that fetch it; [banner.Box] by default.
	Form banner.Form
	// Mode is how the site uses Google Consent Mode; the usual way by default.
	Mode banner.Mode
	// Origins are other origins of the same site, "https://shop.example.kz", whose pages may fetch the question from
	// here and post choices to it; none by default. Their pages can read and change the choice: name only your own.
	Origins []string
	// Archive keeps the policy's former revisions, which the notice then shows; nil for none.
	Archive Archive
	// Now is the clock; [time.Now] by default.
	Now func() time.Time
	// Logger gets the causes of failures, never anything about a visitor; [slog.Default] by default.
	Logger *slog.Logger
}

// New makes the handler of everything under the mount. It is safe for concurrent use.
func New(c Config) (http.Handler, error) {
	if c.Consents == nil {
		return nil, errors.New("centre: Config.Consents is required")
	}
	c.Mount = strings.TrimRight(c.Mount, "/")
	if c.Mount == "" {
		c.Mount = "/consent"
	}
	if !strings.HasPrefix(c.Mount, "/") || strings.ContainsAny(c.Mount, " {}?#%\"'<>") {
		return nil, errors.New(`centre: Config.Mount must be a plain path such as "/consent"`)
	}
	if !c.Form.Valid() {
		return nil, fmt.Errorf("centre: Config.Form %q is not \"\", \"bar\" or \"dialog\"", c.Form)
	}
	if err := c.Mode.Check(purposeIDs(c.Consents.Rules())); err != nil {
		return nil, fmt.Errorf("centre: Config.Mode: %w", err)
	}
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	h := &handler{Config: c}
	h.current() // made now, and not while a visitor waits
	guarded, err := h.guarded(h.routes())
	if err != nil {
		return nil, err
	}
	return headers(h.shared(guarded)), nil
}

type handler struct {
	Config
	edition atomic.Pointer[edition]
	past    history
}

func (h *handler) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+h.Mount+"/{$}", h.home)
	mux.HandleFunc("GET "+h.Mount+"/notice", h.notice)
	mux.HandleFunc("GET "+h.Mount+"/panel", h.panel)
	mux.HandleFunc("GET "+h.Mount+"/page", h.page)
	mux.HandleFunc("GET "+h.Mount+"/kelisim.js", h.loader)
	mux.HandleFunc("GET "+h.Mount+"/kelisim.d.ts", h.types)
	mux.HandleFunc("GET "+h.Mount+"/mode.js", h.mode)
	mux.HandleFunc("GET "+h.Mount+"/state", h.state)
	mux.HandleFunc("GET "+h.Mount+"/record", h.record)
	mux.HandleFunc("GET "+h.Mount+"/check", h.checkForm)
	mux.HandleFunc("POST "+h.Mount+"/check", h.checkReceipt)
	mux.HandleFunc("POST "+h.Mount+"/choice", h.choice)
	mux.HandleFunc("GET "+h.Mount+"/{asset}", h.asset)
	mux.HandleFunc(h.Mount+"/", h.missing)
	return mux
}

// guarded refuses writes that another site started.
func (h *handler) guarded(next http.Handler) (http.Handler, error) {
	protection := http.NewCrossOriginProtection()
	for _, origin := range h.Origins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("centre: Config.Origins: %w", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.refuse(w, r, http.StatusForbidden, "centre.foreign")
	}))
	return protection.Handler(next), nil
}

// headers are the same for every answer; what is about one visitor adds no-store.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "+
			"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("X-Frame-Options", "DENY")
		header.Set("Referrer-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// missing answers what no route takes: the wrong method where there is something, 404 elsewhere.
func (h *handler) missing(w http.ResponseWriter, r *http.Request) {
	allow := "GET, HEAD"
	switch r.URL.Path {
	case h.Mount + "/choice":
		allow = "POST"
	case h.Mount + "/check":
		allow = "GET, HEAD, POST"
	}
	if !strings.Contains(allow, r.Method) {
		w.Header().Set("Allow", allow)
		h.refuse(w, r, http.StatusMethodNotAllowed, "centre.missing")
		return
	}
	h.refuse(w, r, http.StatusNotFound, "centre.missing")
}

// current is the edition of the policy in force.
func (h *handler) current() *edition {
	rules := h.Consents.Rules()
	if known := h.edition.Load(); known != nil && known.rules == rules {
		return known
	}
	fresh := newEdition(rules, h.Config)
	h.edition.Store(fresh)
	return fresh
}

// asks says whether what came with the request asks for data instead of a page.
func asksJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}
