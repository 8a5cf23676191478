package guard

import (
	"net/http"
	"time"
)

// bodyTime is how long a browser may take to send what the privacy centre reads: a few kilobytes. A server that reads
// the site's uploads sets no such bound, and whoever sends a byte a minute would hold a connection for good.
const bodyTime = 15 * time.Second

// inTime bounds it. Where the server cannot (see [http.ResponseController]) its own bounds hold.
func inTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
		}
		next.ServeHTTP(w, r)
	})
}
