package server

import (
	"context"
	"net/http"
	"net/url"
)

// ranged serves a page about a range of days of the site.
func ranged[P any](s *Server, name string, days func(url.Values, span) period, fill func(context.Context, *locale, *period, url.Values, span) (P, error)) http.Handler {
	return s.member(func(w http.ResponseWriter, r *http.Request) {
		ctx, q := r.Context(), r.URL.Query()
		held, err := s.readSpan(ctx)
		if err != nil {
			s.broken(w, r, err)
			return
		}
		p := days(q, held)
		page, err := fill(ctx, s.pages[s.view(r).lang].locale, &p, q, held)
		if err != nil {
			s.broken(w, r, err)
			return
		}
		s.show(w, r, http.StatusOK, name, page)
	})
}

// anyPeriod is the range that an address asks for, in any time zone.
func (s *Server) anyPeriod(q url.Values, held span) period {
	return parsePeriod(q, held, s.cfg.Now(), s.cfg.Zone)
}

// ownPeriod is the range that an address asks for, for what is counted by the site's days.
func (s *Server) ownPeriod(q url.Values, held span) period {
	q.Del("tz")
	return s.anyPeriod(q, held)
}
