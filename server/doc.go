// Package server is the dashboard under /admin: what the site's owner sees of the statistics, and
// of the health of the house. It is plain net/http, rendered on the server and complete without
// JavaScript; small scripts make it quicker to use.
//
// It reads numbers only, through [Reports], which has applied the k-floor before; no address, user
// agent or identifier of a visitor can reach it, since none exists where it looks.
//
// # Threat model
//
// Whoever can reach the site can write most of the text shown here: paths, referrers, campaign tags
// and user agents come from strangers. Every value is bounded and stripped of control and direction
// characters by [clean], printed by html/template in the context it stands in, and neutralised
// against spreadsheet formulas in exports. The content security policy allows nothing inline and
// nothing from elsewhere, so that a value that slipped through would still be inert.
//
// Whoever can reach the site can also try to sign in. Passwords are argon2id hashes (OWASP's
// parameters), computed by a bounded number of requests at a time; tries are limited per client and
// per account; an unknown name costs as much time as a known one and gets the same answer. Session
// tokens are random, renewed at sign-in, kept in memory as hashes only, and die after 12 idle hours
// or 7 days. Requests that change anything are refused when another origin made them
// ([net/http.CrossOriginProtection]); the cookie is HttpOnly and SameSite=Lax. The first account is
// made through a link with a random token, printed at the first start, of which the store holds a
// hash; it works once and for a day.
//
// Whoever has a share link is nobody in particular: the link shows totals and lists under a floor of its own,
// reads through no filter and no export, ends, can be revoked, and rests as a hash; its token is kept out of logs.
// Where mails and events go is typed by people with an account: package post bounds what that can reach, and a
// receiver that does not answer delays nothing else. What people write here (notes, names of views and links) is
// bounded and cleaned as if strangers had written it.
//
// What this package does not defend against: someone who reads the process's memory or the console
// at first start, and an owner's own browser extensions.
package server
