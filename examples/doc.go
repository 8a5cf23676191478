// Package examples holds small sites that mount Kelisim, each a program of its own:
//
//   - bolt keeps the data in a file beside it, and puts the banner into every page;
//   - redis keeps it in Redis;
//   - template prints the banner in its own template, and asks what a visitor allows.
//
// Run one with "go run ./bolt". They listen on 127.0.0.1:8080 unless told otherwise by -addr, and take the site's secret
// from KELISIM_SECRET.
package examples
