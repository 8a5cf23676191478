// Command bolt is a site whose data rests in a file.
package main

import (
	"context"
	"errors"
	"flag"
	"log"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/examples"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/store/boltstore"
)

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
	guard, err := middleware.New(middleware.Config{Store: store, Policy: policy, Secret: secret, Trust: middleware.TrustDirect, Dir: data})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard.Shutdown(context.Background())) }()

	e := echo.New()
	e.Use(guard.Process)
	guard.Register(e.Group("/consent"))
	e.GET("/", examples.Page)
	return examples.Serve(e, addr)
}
