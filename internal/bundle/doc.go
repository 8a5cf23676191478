// Package bundle builds the scripts and style sheets that browsers load.
//
// The sources are TypeScript and CSS under static/; what comes out is committed beside them in dist/,
// so that a site that uses the module needs neither Node.js nor this package. It is the only importer of
// esbuild, and nothing that ships imports it: it runs as a command and in a test that compares the
// committed files with a fresh build.
//
// The output is a function of the sources alone: no path, date or name of the machine goes into it.
package bundle

//go:generate go run ./cmd
