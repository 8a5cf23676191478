package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	echomiddleware "github.com/labstack/echo/v4/middleware"

	"github.com/kelisim/kelisim/cmd/kelisim/demosite"
	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
)

//go:embed demo.yaml
var demoPolicy string

type demoCmd struct {
	siteFlags
	Third string `help:"Address of the stand-in third party. Default: a free port." default:"127.0.0.1:0" env:"KELISIM_DEMO_THIRD" placeholder:"HOST:PORT"`
}

// Help tells kong what to print below the summary.
func (demoCmd) Help() string {
	return "A small site with cookies of every purpose and a stand-in third party on another port. It counts every value from one visitor on (--floor 1), which a real site should not."
}

func (c demoCmd) Run(s streams) error {
	ctx := context.Background()
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	thirdListener, err := listen(ctx, c.Third)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	third := demosite.NewThirdParty(base(thirdListener))
	st, handler, err := c.build(ctx, s, third)
	if err != nil {
		return errors.Join(err, listener.Close(), thirdListener.Close())
	}
	c.greet(s, st, listener, third)
	if err := st.invite(ctx, base(listener)); err != nil {
		return errors.Join(err, listener.Close(), thirdListener.Close(), st.close(ctx))
	}
	fmt.Fprintln(s.out, "\n  Stop it with Ctrl+C.")
	return st.serve(ctx, map[net.Listener]http.Handler{listener: handler, thirdListener: third})
}

// build mounts the guard in the demonstration site, as any Echo site would.
func (c demoCmd) build(ctx context.Context, s streams, third *demosite.ThirdParty) (*site, http.Handler, error) {
	policy, err := policyfile.Parse([]byte(strings.ReplaceAll(demoPolicy, "https://third-party.example", third.Origin())))
	switch {
	case c.Policy != "":
		policy, err = policyfile.Load(c.Policy)
	case c.RiskGrant == "":
		c.RiskGrant = string(consent.Preferences) // for which its policy declares the device cookie
	}
	if err != nil {
		return nil, nil, usageError{err}
	}
	st, err := newSite(ctx, c.siteFlags, policy, choices{floor: 1, trust: "direct"}, s)
	if err != nil {
		return nil, nil, err
	}
	demo, err := demosite.New(third, func(ec echo.Context) string {
		v := st.guard.Verdict(ec)
		return strings.Trim(v.Country+", "+v.Provider, ", ")
	})
	if err != nil {
		return nil, nil, errors.Join(err, st.close(ctx))
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Use(st.guard.Process)
	e.Use(echomiddleware.Recover())
	st.guard.Register(e.Group("/consent"))
	e.GET("/healthz", echo.WrapHandler(http.HandlerFunc(st.healthz)))
	e.Any("/admin", echo.WrapHandler(st.dashboard.Handler()))
	e.Any("/admin/*", echo.WrapHandler(st.dashboard.Handler()))
	if err := demo.Mount(e); err != nil {
		return nil, nil, errors.Join(err, st.close(ctx))
	}
	return st, e, nil
}

func (c demoCmd) greet(s streams, st *site, l net.Listener, third *demosite.ThirdParty) {
	address := base(l)
	fmt.Fprintf(s.out, `Kelisim runs a demonstration site on %s.

  Site            %s/
  Privacy centre  %s/consent/
  Dashboard       %s/admin/
  Third party     %s/log
`, st.store.Kind(), address, address, address, third.Origin())
}
