// Package banner is what a visitor sees of the consent question on a site's own pages: the markup that is
// put into every HTML page, the scripts and style sheets it loads, and its words in each language.
//
// [Render] makes the markup once per language and state, never per visitor: it holds no personal datum,
// so it may stand in pages that a shared cache keeps. Without JavaScript it is an ordinary form that posts to the
// privacy centre; with it, the same form answers without leaving the page. The scripts work under
// "script-src 'self'; style-src 'self'; require-trusted-types-for 'script'": no inline script or style, no eval, no innerHTML.
//
// Two scripts share the work. core.js runs on every page and is held to 1,024 bytes with its style: it reads the state
// cookie, starts the scripts, frames and pixels that the visitor permitted, and follows choices made in other tabs.
// banner.js runs while a visitor decides or opens the preferences; the core imports it as a module, which runs once.
// Small ones come only where they are needed: told.js (the implied model), changed.js (a minor revision), mode.js (Google
// Consent Mode v2) and static.js, which brings all of this to a page that the middleware never saw.
//
// What a site writes is in docs/javascript.md; what it may colour in docs/theming.md; kelisim.d.ts has the types of
// everything on window.kelisim.
//
// Translations are locales/<tag>.json; the tests say what a new one lacks. After a change of src/ run
// "go run ./internal/bundle/cmd".
//
// The package imports nothing of the house: callers turn a policy into a [View] of plain strings.
package banner
