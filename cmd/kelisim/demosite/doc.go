// Package demosite is a small site to try Kelisim on: several pages in Kazakh, Russian and English,
// cookies of every purpose set by server and script, a file to download, and a stand-in third party
// on another origin that serves a tracker, a pixel and an embedded player, and writes down what it is
// asked, so that everybody can see what was blocked.
package demosite
