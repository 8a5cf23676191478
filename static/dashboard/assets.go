// Package dashboard holds what the admin pages load: scripts and style sheets as internal/bundle
// builds them, the world map and the names of countries as internal/mapgen makes them, and the
// licences of what was taken from elsewhere. It is data only, and imports nothing of the house.
package dashboard

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

//go:embed data/world.json
var world []byte

//go:embed data/names.json
var names []byte

//go:embed data/icon.svg
var icon []byte

//go:embed vendor/uplot/LICENSE
var uplotLicence string

// Files returns the built files, by their plain names: "dashboard.css", "dashboard.js", "chart.js" …
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // cannot be: the folder is embedded above
	}
	return files
}

// Icon returns the page's icon, an SVG drawing. Treat it as read-only.
func Icon() []byte { return icon }

// World returns the world map as JSON: {width, height, shapes: [{code, path}], dots: [{code, x, y}]}.
// Treat it as read-only.
func World() []byte { return world }

// Names returns the names of countries and languages as JSON: {language: {regions, languages}}.
// Treat it as read-only.
func Names() []byte { return names }

// Licence is the licence of a part that was taken from elsewhere.
type Licence struct{ Name, Source, Text string }

// Licences returns the licences of what these files contain.
func Licences() []Licence {
	return []Licence{
		{Name: "uPlot 1.6.32", Source: "https://github.com/leeoniya/uPlot", Text: uplotLicence},
		{Name: "Natural Earth, world-atlas 2.0.2", Source: "https://github.com/topojson/world-atlas", Text: "Outlines of countries: Natural Earth, public domain, as packed by world-atlas (ISC, Copyright 2013-2019 Michael Bostock)."},
		{Name: "Unicode CLDR", Source: "https://www.unicode.org/copyright.html", Text: "Names of countries and languages: Unicode Common Locale Data Repository, Unicode License v3, through golang.org/x/text (BSD-3-Clause)."},
	}
}
