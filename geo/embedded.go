package geo

import (
	_ "embed"
	"fmt"
	"sync"
)

//go:generate go run ../internal/geogen/generate -out data

//go:embed data/world.geo
var world string

// embedded is a constant that is computed when first asked for.
var embedded = sync.OnceValues(func() (*Table, error) {
	t, err := open(world)
	if err != nil {
		return nil, fmt.Errorf("geo: embedded table: %w", err)
	}
	return t, nil
})

// Embedded returns the table that is part of the program. All callers share the one Table, whose answers
// nothing can change. It costs next to nothing: a look-up unpacks the part of the table that it needs when it
// is the first to need it, which takes it up to some milliseconds. An error means a damaged program.
func Embedded() (*Table, error) { return embedded() }

// Credit is an attribution that the licence of an embedded table asks for.
type Credit struct {
	Text string
	URL  string
}

// Credits returns the attributions of the embedded tables. A page that shows countries or providers
// found with them must show these with their links (CC BY 4.0, and the terms of DB-IP); the full
// texts are in NOTICE and in data/LICENSES.
func Credits() []Credit {
	return []Credit{
		{"IP Geolocation by DB-IP", "https://db-ip.com"},
		{"Route Views", "https://www.routeviews.org"},
		{"Number Resource Organization", "https://www.nro.net"},
		{"IPtoASN", "https://iptoasn.com"},
	}
}
