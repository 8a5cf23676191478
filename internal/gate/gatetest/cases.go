package gatetest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// Page is the document that cases answer with.
const Page = "<!DOCTYPE html><html><head><title>a <body> title</title></head><body class=\"x>y\"><p>hello</p></body></html>\n"

// Markup is what a mounting must put into pages where the case says so.
const Markup = `<div id="matrix-banner">Cookies? Сәлем</div>`

// Case is one row of the matrix.
type Case struct {
	Name string
	Why  string // printed when it fails

	Method string            // default GET
	Header map[string]string // of the request, beside Host, Cookie and Connection: close

	Handler func(testing.TB) http.Handler   // made once for each exchange
	Outer   func(http.Handler) http.Handler // wraps the mounting; nil for nothing

	Status  int      // of the final response
	Page    bool     // it takes the markup
	Bare    bool     // it carries no Set-Cookie even for a visitor who granted all
	Lacks   []string // what else the wire must not have
	Has     []string // what the wire must have, whoever visits
	GzipOut bool     // the body on the wire is gzip
}

// SetCookies sets a cookie of every kind, as careless handlers do: one under a spelling of its own.
func SetCookies(h http.Header) {
	h.Add("Set-Cookie", "sid=S2; Path=/; HttpOnly")
	h.Add("Set-Cookie", "_ga=G2; Path=/; Max-Age=63072000")
	h.Add("Set-Cookie", "mystery=M2; Max-Age=3600")
	h["set-cookie"] = []string{"fr=F2; HttpOnly; Path=/; Max-Age=60"}
	h.Add("Set-Cookie", "gone=; Path=/; Max-Age=0")
}

// handle is a handler that first notes what cookies it sees, and sets its own.
func handle(f http.HandlerFunc) func(testing.TB) http.Handler {
	return func(testing.TB) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			var seen []string
			for _, c := range r.Cookies() {
				seen = append(seen, c.Name)
			}
			w.Header().Set("X-Seen", strings.Join(seen, " "))
			SetCookies(w.Header())
			f(w, r)
		})
	}
}

func html(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html; charset=utf-8") }

// Cases returns the rows.
func Cases() []Case {
	return append(append(bodies(), headers()...), connections()...)
}

func bodies() []Case {
	return []Case{
		{Name: "string", Why: "the ordinary page", Status: 200, Page: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Content-Length", strconv.Itoa(len(Page)))
			w.WriteHeader(200)
			io.WriteString(w, Page)
		})},
		{Name: "untyped", Why: "no Content-Type: the server sniffs, and so must the gate", Status: 200, Page: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			for i := range Page {
				io.WriteString(w, Page[i:i+1])
			}
		})},
		{Name: "json", Why: "no page, no markup", Status: 200, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"a":"<!doctype html><body>"}`)
		})},
		{Name: "fragment", Why: "a part of a page takes no markup and keeps its validator", Status: 200, Has: []string{"Etag: \"f\"\r\n"}, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			w.Header().Set("ETag", `"f"`)
			io.WriteString(w, "<li>one</li>")
		})},
		{Name: "htmx", Why: "a script asked for it", Header: map[string]string{"HX-Request": "true"}, Status: 200, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			io.WriteString(w, Page)
		})},
		{Name: "file", Why: "http.ServeFile copies by ReadFrom", Status: 200, Page: true, Lacks: []string{"Last-Modified", "Accept-Ranges"}, Handler: file("page.html", Page)},
		{Name: "asset", Why: "a file that is no page keeps everything", Status: 200, Has: []string{"Last-Modified", "Accept-Ranges"}, Handler: file("app.css", "body{color:red}")},
		{Name: "range", Why: "a part of a page by bytes", Header: map[string]string{"Range": "bytes=0-9"}, Status: 206, Handler: file("page.html", Page)},
		{Name: "stream", Why: "a page in pieces, flushed", Status: 200, Page: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			for i := 0; i < len(Page); i += 7 {
				io.WriteString(w, Page[i:min(i+7, len(Page))])
				w.(http.Flusher).Flush()
			}
		})},
		{Name: "copy", Why: "io.Copy finds ReadFrom", Status: 200, Page: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			io.Copy(w, strings.NewReader(Page))
		})},
		{Name: "gzip-outside", Why: "a compressor outside still compresses", Header: acceptGzip, Status: 200, Page: true, GzipOut: true, Outer: Gzip, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			io.WriteString(w, Page)
		})},
		{Name: "gzip-inside", Why: "a compressor inside is asked for identity", Header: acceptGzip, Status: 200, Page: true, Handler: func(tb testing.TB) http.Handler {
			return Gzip(handle(func(w http.ResponseWriter, r *http.Request) {
				html(w)
				io.WriteString(w, Page)
			})(tb))
		}},
		{Name: "gzip-stubborn", Why: "a compressed body is left alone", Status: 200, GzipOut: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, Page)
			z.Close()
		})},
		{Name: "upstream", Why: "a reverse proxy copies somebody else's header", Header: acceptGzip, Status: 200, Page: true, Handler: upstream},
		{Name: "sse", Why: "an event stream flushes first", Status: 200, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			io.WriteString(w, "data: <!doctype html><body>\n\n")
			w.(http.Flusher).Flush()
		})},
	}
}

func headers() []Case {
	return []Case{
		{Name: "redirect", Why: "a redirect after login sets cookies", Status: 302, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/next", http.StatusFound)
		})},
		{Name: "nothing", Why: "a handler that writes nothing still sends its header", Status: 200, Handler: handle(func(http.ResponseWriter, *http.Request) {})},
		{Name: "no-content", Why: "204", Status: 204, Handler: handle(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) })},
		{Name: "head", Why: "HEAD has the header of the page", Method: "HEAD", Status: 200, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			w.Header().Set("ETag", `"v1"`)
			w.WriteHeader(200)
		})},
		{Name: "not-modified", Why: "304 sets cookies, too", Status: 304, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"v1"`)
			w.WriteHeader(http.StatusNotModified)
		})},
		{Name: "flush-first", Why: "Flush commits without WriteHeader", Status: 200, Page: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			w.(http.Flusher).Flush()
			io.WriteString(w, Page)
		})},
		{Name: "controller", Why: "http.ResponseController looks for methods and for Unwrap", Status: 200, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			c := http.NewResponseController(w)
			for name, err := range map[string]error{
				"full duplex": c.EnableFullDuplex(), "read deadline": c.SetReadDeadline(Now.AddDate(100, 0, 0)),
				"write deadline": c.SetWriteDeadline(Now.AddDate(100, 0, 0)), "flush": c.Flush(),
			} {
				if err != nil {
					fmt.Fprintf(w, "%s: %v\n", name, err)
				}
			}
			io.WriteString(w, "done")
		}), Has: []string{"done"}, Lacks: []string{"deadline:", "duplex:"}},
		{Name: "panic", Why: "whoever recovers outside writes with the header of the handler", Status: 500, Outer: Recover, Handler: handle(func(http.ResponseWriter, *http.Request) {
			panic("matrix")
		})},
		{Name: "panic-late", Why: "what was written before a panic goes out", Status: 200, Outer: Recover, Has: []string{"<p>hello</p>"}, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			html(w)
			io.WriteString(w, "<p>hello</p>")
			panic("matrix")
		})},
		{Name: "late", Why: "a cookie set between WriteHeader and the body", Status: 200, Page: true, Handler: func(testing.TB) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				html(w)
				w.WriteHeader(200)
				w.Header()["sEt-cOoKiE"] = []string{"_ga=late"}
				io.WriteString(w, Page)
			})
		}, Bare: true},
		{Name: "early-hints", Why: "103 sends whatever is in the header", Status: 200, Page: true, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "</a.css>; rel=preload")
			w.WriteHeader(http.StatusEarlyHints)
			html(w)
			io.WriteString(w, Page)
		}), Has: []string{"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n"}},
		{Name: "trailer-announced", Why: "an announced trailer is sent from the header map", Status: 200, Bare: true, Has: []string{"\r\nX-Sum: 1\r\n"}, Handler: func(testing.TB) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Trailer", "X-Sum, Set-Cookie")
				io.WriteString(w, "body")
				w.Header().Set("X-Sum", "1")
				SetCookies(w.Header())
			})
		}},
		{Name: "trailer-prefixed", Why: "http.TrailerPrefix needs no announcement", Status: 200, Bare: true, Has: []string{"\r\nX-Sum: 1\r\n"}, Handler: func(testing.TB) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, "body")
				w.(http.Flusher).Flush()
				w.Header().Set(http.TrailerPrefix+"X-Sum", "1")
				w.Header().Set(http.TrailerPrefix+"Set-Cookie", "_ga=trailer")
				w.Header()[http.TrailerPrefix+"sEt-cookie"] = []string{"_ga=trailer"}
			})
		}},
	}
}

func connections() []Case {
	return []Case{
		{Name: "hijack", Why: "a response written by hand", Status: 200, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			conn, rw, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			fmt.Fprintf(rw, "HTTP/1.1 200 OK\r\nX-Seen: %s\r\n", w.Header().Get("X-Seen"))
			rw.Flush()
			w.Header().Write(conn)
			io.WriteString(conn, "Connection: close\r\nset-COOKIE: _ga=by hand\r\n")
			io.WriteString(conn, "\r")
			io.WriteString(conn, "\nbody\r\nSet-Cookie: in the body\r\n\r\n")
		}), Has: []string{"\r\n\r\nbody\r\nSet-Cookie: in the body\r\n\r\n"}},
		{Name: "websocket", Why: "gorilla/websocket writes its 101 to the connection", Header: map[string]string{
			"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
		}, Status: 101, Handler: handle(func(w http.ResponseWriter, r *http.Request) {
			h := http.Header{}
			SetCookies(h)
			h["Set-Cookie"] = append(h["Set-Cookie"], h["set-cookie"]...)
			delete(h, "set-cookie")
			conn, err := new(websocket.Upgrader).Upgrade(w, r, h)
			if err != nil {
				panic(err)
			}
			conn.WriteMessage(websocket.TextMessage, []byte("Set-Cookie: in a message\r\n"))
			conn.Close()
		}), Has: []string{"Set-Cookie: in a message"}},
	}
}

var acceptGzip = map[string]string{"Accept-Encoding": "gzip", "Accept": "text/html,*/*"}

func file(name, content string) func(testing.TB) http.Handler {
	return func(tb testing.TB) http.Handler {
		path := filepath.Join(tb.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			tb.Fatal(err)
		}
		if err := os.Chtimes(path, Now, Now); err != nil {
			tb.Fatal(err)
		}
		return handle(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })(tb)
	}
}

func upstream(tb testing.TB) http.Handler {
	origin := httptest.NewServer(Gzip(handle(func(w http.ResponseWriter, r *http.Request) {
		html(w)
		w.Header().Set("ETag", `W/"u1"`)
		io.WriteString(w, Page)
	})(tb)))
	tb.Cleanup(origin.Close)
	target, err := url.Parse(origin.URL)
	if err != nil {
		tb.Fatal(err)
	}
	return &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
}

// Recover answers panics with a plain 500, with what is left in the header.
func Recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if v := recover(); v != nil {
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// Gzip compresses text for clients that accept it.
func Gzip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipper{ResponseWriter: w}
		next.ServeHTTP(z, r)
		z.close()
	})
}

// zipper keeps the body until the end: enough for a test.
type zipper struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (z *zipper) WriteHeader(status int)      { z.status = status }
func (z *zipper) Write(p []byte) (int, error) { return z.body.Write(p) }

func (z *zipper) close() {
	h := z.Header()
	h.Set("Content-Encoding", "gzip")
	h.Add("Vary", "Accept-Encoding")
	h.Del("Content-Length")
	if z.status != 0 {
		z.ResponseWriter.WriteHeader(z.status)
	}
	g := gzip.NewWriter(z.ResponseWriter)
	g.Write(z.body.Bytes())
	g.Close()
}
