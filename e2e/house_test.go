package e2e_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
	kelisim "github.com/kelisim/kelisim/visit"
)

// house is a guarded site in this process, of any configuration, at a name of its own: www.shop.localhost. Browsers reach every name
// under localhost here and trust it as if it came over TLS.
type house struct {
	site  string
	ads   *advertiser
	guard *guard.Guard
}

// pages are bodies of pages by path; a head may go before, parted by "</head>".
type pages map[string]string

// furnish opens a site with these pages. change may set everything but where data rests.
func furnish(t *testing.T, ads *advertiser, all pages, change func(*guard.Config)) *house {
	t.Helper()
	dir := t.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "k.db"), boltstore.Options{Site: "house"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Shutdown() })
	c := guard.Config{
		Store: store, Policy: shop(ads), Secret: []byte("a secret of at least thirty-two bytes"), Trust: kelisim.TrustDirect, Dir: dir, Floors: stats.Floors{Person: 1}, // what is counted is seen at once
		CookieDomain: "shop.localhost", Secure: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	if change != nil {
		change(&c)
	}
	h := &house{ads: ads}
	if h.guard, err = guard.New(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.guard.Shutdown(context.Background()) })
	server := httptest.NewServer(h.guard.Handler(serve(all)))
	t.Cleanup(server.Close)
	h.site = strings.Replace(server.URL, "127.0.0.1", "www.shop.localhost", 1)
	return h
}

// serve answers with the pages, and sets cookies of every kind without asking anybody.
func serve(all pages) http.Handler {
	mux := http.NewServeMux()
	for path, body := range all {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			if path == "/cached" { // a page that the site lets a CDN keep
				w.Header().Set("Cache-Control", "public, max-age=300")
			}
			for _, line := range []string{
				"session=1; Path=/; HttpOnly; Secure",
				"stats_id=1; Path=/; Max-Age=86400; HttpOnly",
				"ads_host=1; Path=/; Max-Age=86400; HttpOnly",
				"ads_parent=1; Path=/; Max-Age=86400; HttpOnly; Domain=shop.localhost",
				"unheard=1; Path=/; Max-Age=86400",
			} {
				if path != "/cached" {
					w.Header().Add("Set-Cookie", line)
				}
			}
			head, rest, ok := strings.Cut(body, "</head>")
			if !ok {
				head, rest = "", body
			}
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>%s</head><body>%s</body></html>`, head, rest)
		})
	}
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

// shop is the policy of such a site.
func shop(ads *advertiser) consent.Policy {
	text := func(s string) consent.Text { return consent.Text{"en": s} }
	purpose := func(id consent.Purpose, what string) consent.PurposeInfo {
		return consent.PurposeInfo{ID: id, Name: text(strings.ToUpper(string(id[:1])) + string(id[1:])), Text: text(what)}
	}
	month := consent.Period{N: 1, Unit: consent.Months}
	cookie := func(name string) consent.CookieRule {
		return consent.CookieRule{Name: name, Lifetime: month, Text: text("Knows you again."), Paths: []string{"/", "/deep/page"}}
	}
	statistics := cookie("stats_*")
	statistics.Purpose = consent.Statistics
	return consent.Policy{
		Site: consent.Site{Name: "Shop", Domains: []string{"shop.localhost"}}, Region: "DE", DataRegion: "DE",
		Controller: consent.Controller{Name: "Shop (no real operator)", Contact: "mailto:privacy@shop.example"},
		Languages:  []string{"en"}, Revision: consent.Revision{Number: 1, Date: "2026-11-23", Change: consent.Material},
		Purposes: []consent.PurposeInfo{
			purpose(consent.Necessary, "Keeps your basket."), purpose(consent.Statistics, "Counts pages."), purpose(consent.Marketing, "Shows advertisements."),
		},
		Cookies: []consent.CookieRule{{Name: "session", Purpose: consent.Necessary, Text: text("Keeps your basket.")}, statistics},
		Services: []consent.Service{{
			ID: "ads", Name: "Advertiser", Purpose: consent.Marketing, Text: text("Shows advertisements."), Recipient: "Advertiser", Country: "US",
			Origins: []string{ads.origin}, Cookies: []consent.CookieRule{cookie("ads_*")},
		}},
		Unclassified: consent.Deny,
	}
}
