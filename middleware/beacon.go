package middleware

import "github.com/kelisim/kelisim/internal/guard"

// Beacon is how pages tell of themselves once they are being read; see docs/beacon.md.
type Beacon = guard.Beacon

// The modes of [Beacon].
const (
	BeaconFull = guard.BeaconFull // everything
	BeaconCore = guard.BeaconCore // time looked at and title
	BeaconOff  = guard.BeaconOff  // nothing
)
