// Package csp makes the browser itself keep a visitor's choice: from the services that a policy declares
// and what one visitor granted of them it derives a Content-Security-Policy, and a Permissions-Policy
// that switches advertising features off. It also reads the reports that browsers send back.
//
// # Two policies, never one
//
// A response may carry any number of policies, and a browser does what all of them permit (CSP3 section
// 8.1). So the site's own policy is never parsed, rewritten or joined with ours: ours goes out as a
// header line of its own. Whatever we write can then only restrict further. Nonces, hashes and
// 'strict-dynamic' of the site keep their full force, because they are judged in the site's policy alone:
// a script that the site trusts by nonce, and what it loads in turn, must also come from a source that
// ours lists, which is the point.
//
// For the same reason ours must not get in the way of anything but other origins. It therefore permits
// 'unsafe-inline', 'unsafe-eval', data: and blob:, and never holds a nonce, a hash or 'strict-dynamic':
// any of these would switch 'unsafe-inline' or the list of hosts off (CSP3 sections 6.7.3.2 and 8.2). A site
// that wants more sets it in its own policy, or sets Options.NoInline.
//
// Services name origins and not what they load, so one list serves every kind: it stands in default-src, to
// which script-src, style-src, img-src, font-src, connect-src, media-src, frame-src, child-src, worker-src,
// object-src, manifest-src and prefetches fall back; no kind is forgotten, and the header stays short.
// https://x does not match wss://x (CSP3 section 6.7.2.8), so each origin is listed with its WebSocket twin.
//
// # The trade
//
// A list of allowed sources cannot say "all but these". What a visitor has not granted can only be
// blocked together with everything that nobody declared.
//
//   - Report-only, the default, blocks nothing and shows both: declared services that load although the visitor
//     refused them, and third parties that no policy declares. Until the visitor decides every declared service is
//     listed: an acceptance starts them in a living document, which cannot take on another policy.
//   - Enforce blocks both. Declare every service, or name the site's own sources in Options.Allow, and look
//     at the reports first. Options.Free leaves single kinds of content alone (images that users link from anywhere,
//     say, and with them every pixel); Options.Lenient drops the policy for visitors who granted everything.
//
// # What does not follow
//
// CSP governs what a document loads and what its scripts fetch: not where it links and posts to, not
// preconnects, DNS prefetches and WebRTC, not what a service worker of another page fetches, not a hijacked
// connection's response. A worker's script carries the policy where the browser says that it is one
// (Sec-Fetch-Dest, on secure origins only). A later middleware that replaces the header replaces ours.
//
// A living document keeps the policy it came with, so that a choice must reload the page. What a cache keeps
// must not outlive a choice either: where the policy is enforced and depends on the choice, pages are
// private, vary by Cookie and carry no validators, for a 304 would revive a page with the header of an
// older choice. On a 304 our line is only ever added to a policy that the site sends: alone it would
// replace the stored one (RFC 9111 section 3.2), the site's included.
//
// # Threat model of the reports
//
// Anybody may post reports. They are read up to 16 KiB; only the origin that was blocked, the kind of content
// and the path of the page (to be scrubbed by the caller) come out; samples, source files, queries and referrers are
// never looked at further than their scheme. What browser extensions inject is told apart.
package csp
