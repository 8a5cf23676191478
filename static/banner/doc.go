// Package banner is what a visitor sees of the consent question on a site's own pages: the markup that is
// put into every HTML page, the scripts and style sheets it loads, and its words in each language.
//
// [Render] makes the markup once per language and state, never per visitor: it holds no personal datum,
// so it may stand in pages that a shared cache keeps. Without JavaScript it is an ordinary form that posts to the
// privacy centre; with it, the same form answers without leaving the page. The scripts work under
// "script-src 'self'; style-src 'self'": no inline script or style, no eval, no innerHTML.
//
// Two scripts share the work. core.js runs on every page and is held to 1,024 bytes: it reads the state
// cookie, starts the scripts, frames and pixels that the visitor permitted, follows choices made in other tabs,
// and opens the preferences. banner.js runs while a visitor decides. A page whose visitor has decided
// loads the core alone.
//
// The package imports nothing of the house: callers turn a policy into a [View] of plain strings.
package banner
