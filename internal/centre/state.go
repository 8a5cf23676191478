package centre

import (
	"net/http"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// state is what holds for a visitor, as scripts read it.
type state struct {
	Decided  bool              `json:"decided"`
	Purposes map[string]string `json:"purposes"` // purpose → stance: "granted", "refused", …
	Granted  []consent.Purpose `json:"granted"`
	OptOut   consent.OptOut    `json:"opt_out,omitempty"` // what the browser asks
	At       time.Time         `json:"at,omitzero"`       // to the hour
	Until    time.Time         `json:"until,omitzero"`
	Revision int               `json:"revision,omitempty"` // that the choice was made under
	Current  int               `json:"current_revision"`
}

func stateOf(rules *consent.Rulebook, c consent.Choice) *state {
	s := &state{
		Decided:  c.Decided(),
		Purposes: map[string]string{},
		Granted:  c.Granted(),
		OptOut:   c.OptOut(),
		At:       c.At(),
		Until:    c.Until(),
		Revision: c.Revision(),
		Current:  rules.Revision(),
	}
	for _, p := range rules.Purposes() {
		s.Purposes[string(p.ID)] = c.Stance(p.ID).String()
	}
	return s
}

func (h *handler) state(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	h.json(w, http.StatusOK, stateOf(h.current().rules, h.Consents.Choice(r)))
}
