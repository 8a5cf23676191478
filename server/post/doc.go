// Package post sends what the dashboard has to tell: mails over SMTP, and events to a webhook.
//
// # Threat model
//
// The address of a webhook is typed by an admin, and the program can reach what the admin's browser cannot: so it
// goes over HTTPS to public addresses only (the address is checked when it is dialled, so that a name which changes
// its mind gains nothing), follows no redirect, and reads no more of an answer than its status. Hosts that are allowed
// by the operator are exempt, for a receiver in the same network. Events are signed, so that the receiver can tell
// them from anybody else's. Mail goes over TLS unless the operator's URL says "none"; passwords and secrets are in
// no error.
package post
