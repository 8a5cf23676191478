package server_test

import (
	"net/http"
	"os"
	"testing"
	"time"
)

// TestShow serves the dashboard with made-up data, already signed in, for looking at:
//
//	KELISIM_SHOW=127.0.0.1:8099 go test -run TestShow -timeout 0 ./server
func TestShow(t *testing.T) {
	addr := os.Getenv("KELISIM_SHOW")
	if addr == "" {
		t.Skip("set KELISIM_SHOW to an address to look at the dashboard")
	}
	desk, _ := securing(t)
	b := newBench(t, with(year()), finding, planned, desk)
	cookie := b.signIn(t)
	server := &http.Server{Addr: addr, ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("out") == "" && r.Header.Get("X-Out") == "" {
			r.AddCookie(cookie)
		}
		b.handler.ServeHTTP(w, r)
	})}
	t.Log(server.ListenAndServe())
}
