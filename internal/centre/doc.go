// Package centre is the visitor's privacy centre: everything that answers under one path of a site,
// "/consent" by default.
//
//	GET  /            what holds now, the switches, the cookies, the receipt
//	GET  /notice      the notice, made from the policy or a former one; printable
//	POST /choice      a choice, from the banner, this centre or a script
//	GET  /state       what holds now, as JSON
//	GET  /record      the visitor's own record, as JSON, for whoever holds its proof cookie
//	GET  /panel       the question alone, for a page that came without it
//	GET  /page        the banner's part of a page that the middleware never saw
//	GET  /kelisim.js  the script that such a page loads; /kelisim.d.ts has its types
//	GET  /mode.js     Google Consent Mode v2
//	GET  /<asset>     scripts and style sheets, named by their hash
//
// Every page works without JavaScript. The package knows the policy (package consent) and the banner's words;
// cookies, keys and the ledger are behind [Consents], which the guard supplies.
//
// # Threat model
//
// Another site may make a visitor's browser post here: cross-origin writes are refused by
// [net/http.CrossOriginProtection], bodies are cut at 8 KiB, and only the two encodings that the forms
// and scripts use are read. A policy's texts may hold anything: all go through html/template, under a
// Content-Security-Policy that permits no inline script or style. The return path may be forged: only a path
// of this site is followed. Other origins of the site read and post only where [Config.Origins] names them. What a visitor is told about themselves is never cached.
//
// A grant that could not be recorded is not given and is answered 503; a refusal always holds.
package centre
