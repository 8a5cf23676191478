// Command redis is a site whose data rests in Redis. What the site does while Redis is away waits in the data folder.
package main

import (
	"context"
	"errors"
	"flag"
	"log"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/examples"
	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/store/redisstore"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	data := flag.String("data", "kelisim-data", "folder for what waits for Redis")
	url := flag.String("redis", "redis://127.0.0.1:6379/0", "address of Redis")
	flag.Parse()
	if err := run(*addr, *data, *url); err != nil {
		log.Fatal(err)
	}
}

func run(addr, data, url string) (err error) {
	ctx := context.Background()
	secret, secretErr := examples.Secret()
	policy, policyErr := examples.Policy()
	if err := errors.Join(secretErr, policyErr); err != nil {
		return err
	}
	store, err := redisstore.Open(ctx, redisstore.Options{URL: url, Site: "example"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Shutdown()) }()
	guard, err := middleware.New(middleware.Config{Store: store, Policy: policy, Secret: secret, Trust: middleware.TrustDirect, Dir: data})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, guard.Shutdown(ctx)) }()

	e := echo.New()
	e.Use(guard.Process)
	guard.Register(e.Group("/consent"))
	e.GET("/", examples.Page)
	return examples.Serve(e, addr)
}
