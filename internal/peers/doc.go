// Package peers is what the processes of one site tell each other in passing: over a line that some stores offer, which
// keeps nothing of it.
//
// What is told is sealed, since the line runs through a server whose operator may be curious. Each process seals under a
// key of its own, derived from the site's secret, the matter and a number that is drawn when the process starts, and
// counts its messages: no nonce is used twice. Whoever has the server without the secret can neither read nor make up a
// message; they can hold one back or say it again. So nobody may rely on being heard, and hearing a thing twice, or late,
// must do nothing.
package peers
