package geo

import (
	_ "embed"
	"sync"
)

//go:generate go run ../internal/geogen/generate -out data

//go:embed data/world.geo
var world []byte

// embedded is a constant that is computed when first asked for.
var embedded = sync.OnceValues(func() (*Table, error) { return Parse(world) })

// Embedded returns the table that is part of the program. The first call unpacks it; all callers
// share the one Table, which nothing can change. A program that wants to serve soon calls it first
// from a goroutine of its own. An error means a damaged program.
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
