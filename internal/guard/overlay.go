package guard

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// overlayTime bounds how long the rules that an admin added beside the policy file are waited for.
const overlayTime = 5 * time.Second

// firstOverlay is what the store holds at the start. Without it pages are served as the policy file says: a store
// that is away is no fault here, and is asked again soon.
func (c *Config) firstOverlay() consent.Overlay {
	overlay, err := c.readOverlay(context.Background())
	if err != nil {
		c.Logger.Warn("cookie rules added in the dashboard could not be read; the policy file alone is in force", "error", err)
	}
	return overlay
}

// readOverlay reads the rules that an admin added to the policy in the dashboard; none where the store keeps no
// documents.
func (c *Config) readOverlay(ctx context.Context) (consent.Overlay, error) {
	documents, ok := c.Store.(interface {
		Get(ctx context.Context, key string) ([]byte, error)
	})
	if !ok {
		return consent.Overlay{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, overlayTime)
	defer cancel()
	document, err := documents.Get(ctx, consent.OverlayKey)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return consent.Overlay{}, err
	}
	return consent.ParseOverlay(document)
}
