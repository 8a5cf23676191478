package examples

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
)

//go:embed policy.yaml
var policy []byte

// Policy says what the site does with data.
func Policy() (consent.Policy, error) { return policyfile.Parse(policy) }

// Secret is the site's secret: at least 32 random bytes that lie neither in the code nor beside the data.
func Secret() ([]byte, error) {
	secret := os.Getenv("KELISIM_SECRET")
	if secret == "" {
		return nil, errors.New("set KELISIM_SECRET: make one with `openssl rand -base64 32`")
	}
	return []byte(secret), nil
}

// Page is a page of the site. It sets an advertising cookie, without asking anybody.
func Page(c echo.Context) error {
	c.SetCookie(&http.Cookie{Name: "ad", Value: "1", Path: "/", MaxAge: 30 * 24 * 60 * 60, HttpOnly: true})
	return c.HTML(http.StatusOK, "<!doctype html><html lang=en><title>Example</title><body><h1>Example</h1>")
}

// Serve serves e at addr until SIGTERM or Ctrl+C, and then answers what is under way.
func Serve(e *echo.Echo, addr string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e.HideBanner = true // the framework's; it still says where it listens
	failed := make(chan error, 1)
	go func() { failed <- e.Start(addr) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return e.Shutdown(ctx)
}
