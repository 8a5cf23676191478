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
// # What a site writes
//
// A script waits for consent as text, a frame or pixel with its address aside:
//
//	<script type="text/plain" data-consent="statistics" src="/counter.js"></script>
//	<script type="text/plain" data-consent="marketing" data-type="module">…</script>
//	<iframe data-consent="marketing" data-src="https://video.example/1" title="Video"></iframe>
//	<img data-consent="marketing" data-src="https://ads.example/pixel" alt="">
//
// Several purposes, between spaces, must all be granted. Scripts start in the order of the page, each after the one before
// it has loaded, but for those marked async. A frame that waits is replaced by a placeholder that names the purpose and
// offers to allow it. A call of kelisim.open() opens the preferences; kelisim.d.ts has the types of everything on window.kelisim.
//
// Colours and shapes are custom properties, set on :root: --kelisim-accent, --kelisim-on-accent, --kelisim-background,
// --kelisim-text, --kelisim-soft-text, --kelisim-line, --kelisim-wash, --kelisim-radius, --kelisim-button-radius and
// --kelisim-font.
//
// Translations are locales/<tag>.json; the tests say what a new one lacks. After a change of src/ run
// "go run ./internal/bundle/cmd".
//
// The package imports nothing of the house: callers turn a policy into a [View] of plain strings.
package banner
