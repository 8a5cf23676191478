package middleware_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/store/boltstore"
)

// examplePolicy is about the least that a site has to say.
const examplePolicy = `
site: { name: Example }
region: DE
data_region: DE
controller: { name: Example operator, contact: privacy@site.example }
languages: [en]
revision: { number: 1, date: 2026-11-23, change: material }
purposes:
  - { id: necessary, name: { en: Necessary }, text: { en: The site does not work without it. } }
  - { id: marketing, name: { en: Marketing }, text: { en: Chooses advertisements. } }
cookies:
  - { name: ad, purpose: marketing, lifetime: 30 days, text: { en: An advertising identifier. } }
`

// A site mounts the guard as its first middleware and gives the privacy centre a path.
func Example() {
	dir, err := os.MkdirTemp("", "kelisim")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	policy, err := policyfile.Parse([]byte(examplePolicy)) // or policyfile.Load("policy.yaml")
	if err != nil {
		log.Fatal(err)
	}
	secret := []byte("from the environment, never in code") // at least 32 random bytes

	store, err := boltstore.Open(filepath.Join(dir, "kelisim.db"), boltstore.Options{Site: "example"})
	if err != nil {
		log.Fatal(err)
	}
	guard, err := middleware.New(middleware.Config{Store: store, Policy: policy, Secret: secret, Trust: middleware.TrustDirect, Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	e := echo.New()
	e.Use(guard.Process)                // first, so that it sees every cookie
	guard.Register(e.Group("/consent")) // banner, choices, privacy centre
	e.GET("/", func(c echo.Context) error {
		c.SetCookie(&http.Cookie{Name: "ad", Value: "1"})
		return c.HTML(http.StatusOK, "<!doctype html><html><body><h1>Apples</h1></body></html>")
	})

	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
	fmt.Println("asks:", strings.Contains(answer.Body.String(), `action="/consent/choice"`))
	fmt.Println("cookies set:", len(answer.Result().Cookies()))

	if err := guard.Shutdown(context.Background()); err != nil { // once the server is down
		log.Fatal(err)
	}
	if err := store.Shutdown(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// asks: true
	// cookies set: 0
}

// exampleSite mounts a guard, asks for path once and prints what was answered.
func exampleSite(handler func(*middleware.Guard) echo.HandlerFunc, header http.Header) {
	dir, err := os.MkdirTemp("", "kelisim")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	policy, err := policyfile.Parse([]byte(examplePolicy))
	if err != nil {
		log.Fatal(err)
	}
	store, err := boltstore.Open(filepath.Join(dir, "kelisim.db"), boltstore.Options{Site: "example"})
	if err != nil {
		log.Fatal(err)
	}
	trust, err := middleware.TrustHops(1) // one proxy in front
	if err != nil {
		log.Fatal(err)
	}
	guard, err := middleware.New(middleware.Config{Store: store, Policy: policy, Secret: []byte("from the environment, never in code"), Trust: trust, Dir: dir})
	if err != nil {
		log.Fatal(err)
	}
	e := echo.New()
	e.Use(guard.Process)
	e.GET("/", handler(guard))
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = header
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, r)
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(body))
	if err := guard.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
	if err := store.Shutdown(); err != nil {
		log.Fatal(err)
	}
}

// A handler asks what this visitor allows. Global Privacy Control is a refusal, whatever the site would like.
func ExampleGuard_Choice() {
	exampleSite(func(guard *middleware.Guard) echo.HandlerFunc {
		return func(c echo.Context) error {
			choice := guard.Choice(c)
			return c.String(http.StatusOK, fmt.Sprintf("necessary: %t, marketing: %t, decided: %t",
				choice.Allows(consent.Necessary), choice.Allows(consent.Marketing), choice.Decided()))
		}
	}, http.Header{"Sec-Gpc": {"1"}, "X-Forwarded-For": {"192.0.2.1"}})
	// Output: necessary: true, marketing: false, decided: false
}

// A handler asks what is known of the network behind a request.
func ExampleGuard_Verdict() {
	exampleSite(func(guard *middleware.Guard) echo.HandlerFunc {
		return func(c echo.Context) error {
			return c.String(http.StatusOK, "country: "+guard.Verdict(c).Country)
		}
	}, http.Header{"X-Forwarded-For": {"2.72.0.1"}})
	// Output: country: KZ
}
