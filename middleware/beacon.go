package middleware

import (
	"net/http"

	"github.com/kelisim/kelisim/internal/guard"
)

// Beacon is how pages tell of themselves once they are being read; see docs/beacon.md.
type Beacon = guard.Beacon

// BeaconMode says what pages tell.
type BeaconMode = guard.BeaconMode

// The modes of [Beacon].
const (
	BeaconFull = guard.BeaconFull // everything
	BeaconCore = guard.BeaconCore // time looked at and title
	BeaconOff  = guard.BeaconOff  // nothing
)

// Metrics answers with the state of the guard in Prometheus' text format. Serve it where the public cannot ask for it.
func (g *Guard) Metrics() http.Handler { return g.core.Metrics() }
