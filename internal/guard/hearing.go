package guard

import "net/http"

// hearing has hear take what browsers send to a path, and leaves everything else under the prefix to the centre. hear returns
// [http.StatusNoContent], or why it took nothing.
func hearing(path string, centre http.Handler, hear func(http.ResponseWriter, *http.Request) int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != path {
			centre.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if status := hear(w, r); status != http.StatusNoContent {
			refuse(w, status)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}
