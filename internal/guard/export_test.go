package guard

import "context"

// Sweep does now what the janitor does every minute.
func (g *Guard) Sweep(ctx context.Context) error { return g.sweep(ctx) }
