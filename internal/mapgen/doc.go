// Command mapgen draws the dashboard's world map and collects the names of countries and languages.
//
// It reads two files of the npm package world-atlas (Natural Earth, public domain, as TopoJSON):
// the outlines of countries-110m.json, and from countries-50m.json a point for each country too small
// for those. It writes static/dashboard/data/world.json, paths in the Equal Earth projection
// (Šavrič, Patterson, Jenny 2018), and names.json, from the CLDR tables of golang.org/x/text with the
// few names that have changed since those tables were made. Both are committed; nothing that ships
// imports this package.
//
//	npm install --prefix DIR world-atlas@2.0.2
//	go run ./internal/mapgen -atlas DIR/node_modules/world-atlas -out static/dashboard/data
package main
