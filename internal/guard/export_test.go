package guard

import "context"

// RefreshEvery is how often Look is called.
const RefreshEvery = refreshEvery

// Look does now what the keeper does again and again.
func (g *Guard) Look(ctx context.Context) { g.keeper.look(ctx, g) }

// Sweep does now what the janitor does every minute.
func (g *Guard) Sweep(ctx context.Context) error { return g.sweep(ctx) }
