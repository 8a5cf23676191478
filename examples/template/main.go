// Command template is a site that prints the banner in its own template, right after the body tag, and asks what a visitor
// allows before it shows something.
package main

import (
	"context"
	"errors"
	"flag"
	"html/template"
	"log"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/examples"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/store/boltstore"
)

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<title>Example</title>
<body>{{.Banner}}
<h1>Example</h1>
<p>{{if .Advertise}}Apples of the week, chosen for you.{{else}}Apples of the week.{{end}}</p>
{{with .Country}}<p>Delivered to {{.}}.</p>{{end}}
`))

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	data := flag.String("data", "kelisim-data", "folder for the data")
	flag.Parse()
	if err := run(*addr, *data); err != nil {
		log.Fatal(err)
	}
}

func run(addr, data string) (err error) {
	secret, secretErr := examples.Secret()
	policy, policyErr := examples.Policy()
	if err := errors.Join(secretErr, policyErr); err != nil {
		return err
	}
	store, err := boltstore.Open(data+"/kelisim.db", boltstore.Options{Site: "example"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Shutdown()) }()
	guard, err := middleware.New(middleware.Config{
		Store: store, Policy: policy, Secret: secret, Trust: middleware.TrustDirect, Dir: data, ByTemplate: true,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard.Shutdown(context.Background())) }()

	e := echo.New()
	e.Use(guard.Process)
	guard.Register(e.Group("/consent"))
	e.GET("/", func(c echo.Context) error {
		view := map[string]any{ // before the answer begins: what depends on the visitor makes it private
			"Banner":    guard.BannerIn(c, "en"), // as the page says of itself
			"Advertise": guard.Choice(c).Allows(consent.Marketing),
			"Country":   guard.Verdict(c).Country,
		}
		c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
		c.Response().WriteHeader(http.StatusOK)
		return page.Execute(c.Response(), view)
	})
	return examples.Serve(e, addr)
}
