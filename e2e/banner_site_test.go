package e2e_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// strict is the policy under which the banner has to work without a violation.
const strict = "default-src 'self'; require-trusted-types-for 'script'; trusted-types kelisim"

// untouched serves pages that the middleware never sees, as a CDN would, and hands only the privacy centre on to the
// program. A page is the head and the body of a document.
func untouched(t *testing.T, p *program, pages map[string][2]string) string {
	t.Helper()
	target, err := url.Parse(p.site)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/consent/", &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}})
	mux.HandleFunc("/script/{name}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintf(w, `(window.order ||= []).push(%q); localStorage.setItem("demo_counter", "1"); document.cookie = "demo_counter=1; path=/"`, r.PathValue("name"))
	})
	mux.HandleFunc("/frame", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>Frame</title>shown")
	})
	mux.HandleFunc("/favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for path, parts := range pages {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", strict)
			fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Page</title>%s</head><body>%s</body></html>`, parts[0], parts[1])
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// loader is the one line that such a page has; form may be "", "bar" or "dialog".
func loader(form string) string {
	return `<script src="/consent/kelisim.js" data-form="` + form + `" defer></script>`
}

const article = `<header><a href="/">Home</a></header><main><h1>Page</h1><p>Text before.</p>` +
	`<p><iframe data-consent="marketing" data-src="/frame" title="Video" width="420" height="260"></iframe></p><p id="after">Text after.</p></main>`

// screen gives the visitor a window of that width, and a colour scheme.
func (v *visitor) screen(width, height int64, scheme string) {
	v.t.Helper()
	call(v, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	v.media("", "prefers-color-scheme", scheme)
}

// media makes the browser one for paper ("print") or the screen (""), with a wish of its owner.
func (v *visitor) media(kind, wish, value string) {
	v.t.Helper()
	call(v, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind, Features: []*emulation.MediaFeature{{Name: wish, Value: value}}})
}

// beforeEveryPage runs a script ahead of those of any page to come.
func (v *visitor) beforeEveryPage(script string) {
	v.t.Helper()
	call(v, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// enhanced waits until the question's script is at work.
func (v *visitor) enhanced() {
	v.t.Helper()
	v.shown(panel)
	v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
}
