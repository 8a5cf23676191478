package guard

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// RiskAPI is the interface by which a site's own servers tell of accounts, as JSON over HTTP: POST events, evaluate, explain, labels, forget and
// withdraw below Path, see docs/risk.md.
type RiskAPI struct {
	// Token is what callers send as "Authorization: Bearer …", at least 32 bytes. Without one there is no interface.
	Token string
	// Path is where it is. Default: "/kelisim/risk".
	Path string
}

const (
	minToken      = 32
	maxRiskBody   = 4 << 10
	riskCallsRate = 200 // calls in a second with the token
	riskBurst     = 2000
)

// riskAPI is the interface of one guard.
type riskAPI struct {
	path    string
	token   [32]byte // SHA-256, so that comparing tells no length
	strange limiter  // calls without the token
	pace    pace
}

func newRiskAPI(c RiskAPI) (*riskAPI, error) {
	if c.Token == "" {
		return nil, nil
	}
	if len(c.Token) < minToken {
		return nil, fmt.Errorf("config: Risk.API.Token has %d bytes: make one with `openssl rand -base64 32`", len(c.Token))
	}
	if c.Path == "" {
		c.Path = "/kelisim/risk"
	}
	if !strings.HasPrefix(c.Path, "/") || len(c.Path) < 2 || strings.HasSuffix(c.Path, "/") {
		return nil, fmt.Errorf("config: Risk.API.Path %q must be a path such as /kelisim/risk", c.Path)
	}
	return &riskAPI{path: c.Path + "/", token: sha256.Sum256([]byte(c.Token))}, nil
}

// riskAPIFor returns what answers a call of the interface; nil for every other request.
func (g *Guard) riskAPIFor(r *http.Request) http.Handler {
	if g.risk == nil || g.risk.api == nil || !strings.HasPrefix(r.URL.Path, g.risk.api.path) {
		return nil
	}
	return http.HandlerFunc(g.answerRisk)
}

// answerRisk answers a call. Nothing of a body is logged or sent back.
func (g *Guard) answerRisk(w http.ResponseWriter, r *http.Request) {
	ok := true
	defer g.rescue("risk interface", &ok)
	api, now := g.risk.api, g.config.Now()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !api.admits(r) {
		status := http.StatusUnauthorized
		if !api.strange.allow(g.config.Trust.Addr(r), now) {
			status = http.StatusTooManyRequests
		}
		h.Set("WWW-Authenticate", "Bearer")
		refuseRisk(w, status, "send the token of this interface")
		return
	}
	call := g.riskCalls()[strings.TrimPrefix(r.URL.Path, api.path)]
	switch {
	case call == nil:
		refuseRisk(w, http.StatusNotFound, "there are events, evaluate, explain, labels, forget and withdraw")
	case r.Method != http.MethodPost:
		h.Set("Allow", http.MethodPost)
		refuseRisk(w, http.StatusMethodNotAllowed, "send a POST")
	case !api.pace.take(now):
		h.Set("Retry-After", "1")
		refuseRisk(w, http.StatusTooManyRequests, "too many calls")
	default:
		g.callRisk(w, r, call)
	}
}

// admits compares tokens in constant time.
func (a *riskAPI) admits(r *http.Request) bool {
	token, ok := strings.CutPrefix(first(r.Header, "Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(token))
	return ok && subtle.ConstantTimeCompare(sum[:], a.token[:]) == 1
}

func first(h http.Header, key string) string {
	if v := h[key]; len(v) == 1 {
		return v[0]
	}
	return ""
}

func refuseRisk(w http.ResponseWriter, status int, why string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": why}) // the client may go away
}

// riskCall is what a body may hold; each call reads its own fields.
type riskCall struct {
	Kind     risk.EventKind `json:"kind"`
	Account  string         `json:"account"`
	Address  netip.Addr     `json:"address"`
	Agent    string         `json:"agent"`
	Time     time.Time      `json:"time"`
	Consent  bool           `json:"consent"`
	Device   string         `json:"device"`
	TimeZone string         `json:"time_zone"`
	ID       string         `json:"id"`
	Truth    risk.Truth     `json:"truth"`
}

var errCall = errors.New("the body is no JSON object of this call")

// callRisk reads a body and answers it.
func (g *Guard) callRisk(w http.ResponseWriter, r *http.Request, call func(*http.Request, *riskCall) (any, error)) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRiskBody))
	if err != nil {
		refuseRisk(w, http.StatusRequestEntityTooLarge, "the body is larger than 4096 bytes")
		return
	}
	var c riskCall
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if d.Decode(&c) != nil || d.More() {
		refuseRisk(w, http.StatusBadRequest, errCall.Error())
		return
	}
	answer, err := call(r, &c)
	switch {
	case errors.Is(err, risk.ErrEvent), errors.Is(err, errCall):
		refuseRisk(w, http.StatusUnprocessableEntity, err.Error())
	case errors.Is(err, risk.ErrJudgement):
		refuseRisk(w, http.StatusNotFound, err.Error())
	case err != nil:
		g.faults.note("risk interface", err)
		refuseRisk(w, http.StatusServiceUnavailable, "a fault of ours: nothing is known of this event")
	default:
		_ = json.NewEncoder(w).Encode(answer) // the client may go away
	}
}

// pace lets so many calls through in a second, and some more at once.
type pace struct {
	mu   sync.Mutex
	full int64 // when it will be empty, in nanoseconds
}

func (p *pace) take(now time.Time) bool {
	const each, most = int64(time.Second / riskCallsRate), int64(time.Second/riskCallsRate) * riskBurst
	p.mu.Lock()
	defer p.mu.Unlock()
	at := now.UnixNano()
	if p.full < at || p.full > at+2*most { // a clock that was set back
		p.full = at
	}
	if p.full+each > at+most {
		return false
	}
	p.full += each
	return true
}
