package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"

	"github.com/kelisim/kelisim/consent/policyfile"
)

type proxyCmd struct {
	Upstream string `help:"The site to guard: http://127.0.0.1:9000" required:"" env:"KELISIM_UPSTREAM" placeholder:"URL"`
	siteFlags
}

// Help tells kong what to print below the summary.
func (proxyCmd) Help() string {
	return "Every request goes to the upstream but those below /consent/ and /admin/. It needs --policy, --trust and a secret of the site's own."
}

func (c proxyCmd) Run(s streams) error {
	ctx := context.Background()
	upstream, err := url.Parse(c.Upstream)
	if err != nil || upstream.Scheme != "http" && upstream.Scheme != "https" || upstream.Host == "" {
		return usage("upstream %q is no URL such as http://127.0.0.1:9000", c.Upstream)
	}
	if c.Policy == "" {
		return usage("a site needs its own policy: write one (docs/policy.md shows how) and give it with --policy")
	}
	policy, err := policyfile.Load(c.Policy)
	if err != nil {
		return usageError{err}
	}
	listener, err := listen(ctx, c.Addr)
	if err != nil {
		return err
	}
	st, err := newSite(ctx, c.siteFlags, policy, choices{floor: 5}, s)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	fmt.Fprintf(s.out, "Kelisim guards %s at %s; dashboard at %s/admin/.\n", upstream.Redacted(), base(listener), base(listener))
	if err := st.invite(ctx, base(listener)); err != nil {
		return errors.Join(err, listener.Close(), st.close(ctx))
	}
	return st.serve(ctx, map[net.Listener]http.Handler{listener: st.routes(c.proxy(upstream, s))})
}

// routes has the site answer all but the admin's pages. A ServeMux would redirect addresses such as /a//b and
// /web/https://example.com, which are the site's own business.
func (s *site) routes(next http.Handler) http.Handler {
	dashboard, guarded := s.dashboard.Handler(), s.guard.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz":
			s.healthz(w, r)
		case ownPath(r):
			dashboard.ServeHTTP(w, r)
		default:
			guarded.ServeHTTP(w, r)
		}
	})
}

// proxy hands requests on as they came: host and forwarding headers included, with this hop added.
func (c proxyCmd) proxy(upstream *url.URL, s streams) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(upstream)
			r.Out.Host = r.In.Host
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
			if c.Secure {
				r.Out.Header.Set("X-Forwarded-Proto", "https")
			}
		},
		FlushInterval: -1, // streams pass as they come
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if !errors.Is(err, context.Canceled) {
				s.logger.Error("the upstream does not answer", "error", err)
			}
			http.Error(w, "The site is not answering. Please try again in a moment.", http.StatusBadGateway)
		},
	}
}
