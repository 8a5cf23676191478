package centre

import (
	"context"
	"errors"
	"net/http"

	"github.com/kelisim/kelisim/consent"
)

// Consents is what the centre needs of the guard. Its methods are called concurrently.
type Consents interface {
	// Rules is the policy in force.
	Rules() *consent.Rulebook

	// Choice is what holds for the request: the state cookie's choice with what the browser asks applied.
	Choice(r *http.Request) consent.Choice

	// Submit puts s into force: it records it, and sets the state and proof cookies and expires those of withdrawn
	// purposes in w's header, before it returns; it writes no status and no body. The Choice it returns is what
	// holds from now on. An error means that the choice could not be recorded: then nothing was granted,
	// though what was refused or withdrawn is in force.
	Submit(w http.ResponseWriter, r *http.Request, s consent.Submission) (consent.Choice, error)

	// Told notes in the state cookie that the request's visitor is shown the notice of a minor revision with this
	// answer, see [consent.Rulebook.Told].
	Told(w http.ResponseWriter, r *http.Request)

	// Receipt is the receipt of the record that the request's proof cookie proves. The error is [ErrNoRecord] where
	// there is none, and any other where it could not be made.
	Receipt(r *http.Request) (Receipt, error)

	// Check says what a receipt proves, whoever brings it. It keeps nothing of it.
	Check(ctx context.Context, receipt []byte) Standing
}

// Receipt is what a visitor takes home of their record.
type Receipt struct {
	ID    string // of the record
	Index int64  // its place in the log, which the receipt proves; -1 while it is on its way there
	JSON  []byte // the receipt, ready to download
}

// Standing is what a receipt proves.
type Standing struct {
	Sound bool   `json:"sound"`          // nothing of it was altered; where Index says a place, a signed head proves it
	Index int64  `json:"index"`          // in the log; -1 where it proves none
	Size  int64  `json:"size,omitempty"` // of the log that proves it
	Held  Held   `json:"held,omitempty"`
	ID    string `json:"record_id,omitempty"`
}

// Held says whether the ledger holds what a receipt is about; "" where that could not be found out.
type Held string

const (
	HeldWhole  Held = "yes"
	HeldErased Held = "erased" // the place is there, the content was destroyed
	HeldNot    Held = "no"
)

// Archive is where former policies are found; [consent.Archive] is one.
type Archive interface {
	Editions(ctx context.Context) ([]consent.Edition, error)
	Edition(ctx context.Context, hash string) (consent.Edition, error)
}

// ErrTooMany is Submit's error where the visitor's network has had too many choices recorded: a grant is then
// not given, and a refusal holds without a record.
var ErrTooMany = errors.New("centre: too many choices from one network")

// ErrNoRecord says that the request proves no record.
var ErrNoRecord = errors.New("centre: no record")
