package guard

import (
	"context"
	"crypto/rand"
	"fmt"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

// Record records a choice that was made outside the visitor's browser: on paper, by telephone, in an app, or by a legal
// representative for somebody else (S4-4.1.1). It is on disk before Record returns; the receipt is pending, and is for
// whoever made the choice. Parse s with [consent.ParseSubmission] or consent.ParseSubmissionJSON under [Guard.Rules]; its
// Method must be consent.MethodAPI or consent.MethodRepresentative. No browser holds the choice: the caller acts by it.
func (g *Guard) Record(ctx context.Context, s consent.Submission) (ledger.Receipt, error) {
	if s.Method != consent.MethodAPI && s.Method != consent.MethodRepresentative {
		return ledger.Receipt{}, fmt.Errorf("guard: record: method %q is for visitors themselves: use %q or %q", s.Method, consent.MethodAPI, consent.MethodRepresentative)
	}
	if (s.Method == consent.MethodRepresentative) != (s.Capacity != "") {
		return ledger.Receipt{}, fmt.Errorf("guard: record: a capacity goes with the method %q, and only with it", consent.MethodRepresentative)
	}
	id, err := consent.NewID(rand.Reader)
	if err != nil {
		return ledger.Receipt{}, err
	}
	s.RecordID = id
	d := g.desk()
	_, record := d.rules.Apply(s, consent.Choice{}, g.config.Now())
	if err := d.keep(ctx, record); err != nil {
		return ledger.Receipt{}, fmt.Errorf("guard: record: %w", err)
	}
	return g.receipt(ctx, id)
}
