package server

import (
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
)

// gzipMin is the size below which compressing costs more than it saves.
const gzipMin = 1400

// send writes body, compressed where the client takes it. The pages hold no secret of ours beside
// what strangers write (sessions live in cookies), so compressing gives nothing away (BREACH).
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	w.Header().Add("Vary", "Accept-Encoding, Accept-Language")
	if len(body) < gzipMin || !accepts(r, "gzip") {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	zw, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is valid
	_, _ = zw.Write(body)
	_ = zw.Close()
}

// accepts reports whether r takes a content coding.
func accepts(r *http.Request, coding string) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(name, coding) {
			return !strings.HasPrefix(strings.ReplaceAll(params, " ", ""), "q=0") || strings.ContainsAny(params, "123456789")
		}
	}
	return false
}
