package guard

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// overlayTime bounds how long the start waits for the rules that an admin added beside the policy file.
const overlayTime = 5 * time.Second

// overlaid is the policy with the rules that an admin added to it in the dashboard, as the store holds them
// at the start. Without them pages are served as the policy file says: a store that is away is no fault here.
func (c *Config) overlaid() consent.Policy {
	documents, ok := c.Store.(interface {
		Get(ctx context.Context, key string) ([]byte, error)
	})
	if !ok {
		return c.Policy
	}
	ctx, cancel := context.WithTimeout(context.Background(), overlayTime)
	defer cancel()
	document, err := documents.Get(ctx, consent.OverlayKey)
	if errors.Is(err, fs.ErrNotExist) {
		return c.Policy
	}
	overlay, parsed := consent.ParseOverlay(document)
	if err := errors.Join(err, parsed); err != nil {
		c.Logger.Warn("cookie rules added in the dashboard could not be read; the policy file alone is in force", "error", err)
		return c.Policy
	}
	policy, left := c.Policy.Overlaid(overlay)
	if len(left) > 0 {
		c.Logger.Info("cookie rules added in the dashboard that the policy file makes needless or impossible are left out", "rules", len(left))
	}
	return policy
}
