// Package accesslog reads lines of web servers' access logs: the Common and Combined Log Formats of
// Apache and nginx, with or without a virtual host in front, and Caddy's JSON. The format is told
// from each line, so a file may mix them.
//
// Every line is written by visitors, attackers among them: lines are bounded, nothing is guessed, and
// a line that is not whole is an error that names what is wrong with it and repeats none of it.
package accesslog
