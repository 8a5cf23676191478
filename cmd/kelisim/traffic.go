package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"

	"github.com/kelisim/kelisim/middleware"
	"github.com/kelisim/kelisim/visit"
)

// trafficFlags say whose visits count, and what is told of them.
type trafficFlags struct {
	Own     []string `help:"Networks whose visits are not counted, such as your office: 203.0.113.0/24" env:"KELISIM_OWN" placeholder:"CIDR" sep:","`
	Spam    string   `help:"File with hosts of referrer spam, one a line, beside the best known ones." env:"KELISIM_SPAM" placeholder:"FILE"`
	Beacon  string   `help:"What pages tell of themselves: full, core (time and title) or off." default:"full" enum:"full,core,off" env:"KELISIM_BEACON" placeholder:"MODE"`
	Routes  []string `help:"Paths that pages show by themselves, as single-page applications do: /app/**" env:"KELISIM_ROUTES" placeholder:"PATTERN" sep:","`
	Metrics string   `help:"Address at which Prometheus finds metrics (/metrics); not one that the public reaches." env:"KELISIM_METRICS" placeholder:"HOST:PORT"`
}

// apply puts what the flags say into c.
func (f trafficFlags) apply(c *middleware.Config) (err error) {
	for _, text := range f.Own {
		network, err := netip.ParsePrefix(strings.TrimSpace(text))
		if err != nil {
			return usage("own network %q is none: give prefixes such as 203.0.113.0/24", text)
		}
		c.Own = append(c.Own, network.Masked())
	}
	if f.Spam != "" {
		if c.Spam, err = hostsIn(f.Spam); err != nil {
			return err
		}
	}
	c.Beacon.Mode = middleware.BeaconFull
	if f.Beacon == "core" || f.Beacon == "off" {
		c.Beacon.Mode = middleware.BeaconMode(f.Beacon)
	}
	if _, err := visit.NewPaths(f.Routes); err != nil {
		return usage("routes: %w", err)
	}
	c.Beacon.Routes = f.Routes
	return nil
}

// hostsIn reads a file of hosts; what follows a # is a remark.
func hostsIn(path string) (list []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("the list of referrer spam %s cannot be read: %w", path, cause(err))
	}
	defer func() { _ = file.Close() }()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line, _, _ := strings.Cut(lines.Text(), "#")
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
		if len(list) > visit.MaxSpam {
			return nil, usage("the list of referrer spam %s has more than %d hosts", path, visit.MaxSpam)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, usage("the list of referrer spam %s cannot be read: %w", path, err)
	}
	return list, nil
}

// metrics adds the listener for metrics to those that are served.
func (s *site) metrics(ctx context.Context, handlers map[net.Listener]http.Handler) error {
	if s.flags.Metrics == "" {
		return nil
	}
	listener, err := listen(ctx, s.flags.Metrics)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", s.guard.Metrics())
	handlers[listener] = mux
	fmt.Fprintf(s.streams.out, "\n  Metrics         %s/metrics\n", base(listener))
	return nil
}
