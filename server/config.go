package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// Config says what the dashboard shows and how it is reached. Reports and Documents are required;
// every other field is useful at zero.
type Config struct {
	// Reports answers the questions of the statistics pages. Required; [*stats.Reports] is one.
	Reports Reports
	// Documents keeps the accounts and the set-up token. Required; both stores implement it.
	Documents Documents
	// Health gives the figures of the health page, anew for each view. Nil: the page says that none are known.
	Health func(context.Context) Health

	// Purposes gives the purposes of the policy in force, for the page about consent. Nil: only those that
	// answers name are shown, by their ids.
	Purposes func() []Purpose

	// Findings gives what the site does that its policy does not declare. Nil: there is no page about it.
	Findings func(context.Context) (Findings, error)

	// Risk gives security incidents and takes blocks. Nil: there is no page about them.
	Risk RiskDesk

	// Changed is called after rules were added to the policy here, or taken back, to put them in force at once. Its
	// error is logged: the rules are kept, and come into force later. Nil: they do at the next start.
	Changed func(context.Context) error

	// Shared answers share links: reports of what rests alone, under a higher floor, 20 or more, and set apart
	// ([stats.ReportOptions]). Nil: there are no share links.
	Shared Reports
	// Passing are reports whose totals tell at once what comes: of them the realtime page reads how many page views
	// there were in the last minutes. Default: Reports.
	Passing Reports

	// Mail hands digests and alerts over. Nil: none are sent by mail, and the settings say how to switch that on.
	Mail Mailer
	// Hooks posts alerts to a webhook. Nil: there is no webhook.
	Hooks Hooks

	// Plan is the site's goals and funnels. Nil: there are none, and the page says how to define some.
	Plan *visit.Plan

	// Archive writes everything that rests of closed days, as the document that kelisim import --export reads; [ErrNoDays]
	// where none is closed. Nil: there is no archive to download.
	Archive func(context.Context, io.Writer) error

	// Site is the name shown beside the logo, a host as a rule. Default: empty.
	Site string
	// Prefix is the path under which Handler is mounted, without a trailing slash. Default: "/admin".
	Prefix string
	// Zone is the time zone in which days are counted. Default: UTC.
	Zone *time.Location
	// Languages are the languages offered, the default first. Default: kk, ru, en.
	Languages []string
	// Secure says that browsers reach the dashboard over TLS: cookies are then marked Secure. Default: false.
	Secure bool
	// Client returns the address of the client, for rate limits only; it is kept as a keyed hash of
	// its prefix, in memory. It must follow the site's trust mode, or an attacker who forges
	// addresses escapes the limit per client. Default: the peer's address.
	Client func(*http.Request) netip.Addr

	// Logger gets sign-ins and faults, never an address. Default: discards.
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Rand gives tokens and salts. Default: crypto/rand.
	Rand io.Reader
}

// normalise checks c and fills its defaults, on a copy.
func (c Config) normalise() (Config, error) {
	var faults []error
	if c.Reports == nil {
		faults = append(faults, errors.New("server: Config.Reports is required: pass a *stats.Reports"))
	}
	if c.Documents == nil {
		faults = append(faults, errors.New("server: Config.Documents is required: pass the store"))
	}
	if c.Prefix == "" {
		c.Prefix = "/admin"
	}
	if !strings.HasPrefix(c.Prefix, "/") || strings.HasSuffix(c.Prefix, "/") || strings.ContainsAny(c.Prefix, "{}?# ") {
		faults = append(faults, fmt.Errorf("server: Config.Prefix %q must be a path like /admin, without a trailing slash", c.Prefix))
	}
	if len(c.Languages) == 0 {
		c.Languages = slices.Clone(known)
	}
	for _, lang := range c.Languages {
		if !slices.Contains(known, lang) {
			faults = append(faults, fmt.Errorf("server: Config.Languages has %q: the dashboard speaks %s", lang, strings.Join(known, ", ")))
		}
	}
	c.fill()
	return c, errors.Join(faults...)
}

func (c *Config) fill() {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	if c.Client == nil {
		c.Client = peer
	}
	if c.Passing == nil {
		c.Passing = c.Reports
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
}

// peer is the address at the other end of the connection.
func peer(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}
