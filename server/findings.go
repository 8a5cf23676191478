package server

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/cookielist"
)

// Findings are what the site was seen to do and its policy does not declare. Names and origins come from
// strangers.
type Findings struct {
	Cookies []FoundCookie
	Origins []FoundOrigin

	// Declares tells whether the policy in force has a rule for a cookie; nil: those that were added before the start.
	Declares func(cookie string) bool
}

// FoundCookie is a cookie that no rule declares.
type FoundCookie struct {
	Name   string
	Set    bool // the site's answers set it
	Sent   bool // browsers sent it, whoever set it
	Count  int64
	First  time.Time // the day on which it was met first
	Page   string    // and where, scrubbed
	Passes bool      // it passes all the same, provisionally
	Reason string    // a [consent.Reason] in words
}

// FoundOrigin is somebody else from whom pages loaded something that the visitor had not granted.
type FoundOrigin struct {
	Origin    string // "https://pixel.example"
	Directive string // what was loaded: "img-src"
	Service   string // the declared service that it belongs to; "" if none is
	Blocked   bool   // the browser blocked it
	Count     int64
	First     time.Time
	Page      string
}

// findingsPage is the page about what is not declared.
type findingsPage struct {
	Cookies []foundCookie
	Origins []foundOrigin
	Added   []addedRule
	YAML    string // of all added rules
	Done    string // what the last click did, a key of the locales
	Name    string // and to which cookie
}

// foundCookie is a line of it, with the form that declares the cookie.
type foundCookie struct {
	FoundCookie
	Side, Day, Why string
	Known          bool   // the list of cookies knows it
	About          string // what the list says
	Platform       string
	Lifetime       string
	Purposes       []choice
	YAML           string
	Plain          bool // its name is one that a rule can have
}

type choice struct {
	Value, Label string
	Selected     bool
}

type foundOrigin struct {
	Origin, Kinds, Day, Page, Service, YAML string
	Count                                   int64
	Blocked                                 bool
}

type addedRule struct {
	Name, Purpose, Lifetime, Day string
	Waits                        bool // it is not in force
}

func (s *Server) findings(w http.ResponseWriter, r *http.Request) {
	l := s.pages[s.view(r).lang].locale
	found, err := s.cfg.Findings(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	overlay, _, err := s.overlay(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	page := findingsPage{YAML: cookiesYAML(overlay.Cookies)}
	page.Done, page.Name = done(r.URL.Query().Get("done"), r.URL.Query().Get("name"), overlay), clean(r.URL.Query().Get("name"), valueMax)
	added := make(map[string]bool)
	for _, ck := range overlay.Cookies {
		added[ck.Name] = true
		page.Added = append(page.Added, s.added(l, ck, found.Declares))
	}
	for _, ck := range found.Cookies {
		if !added[ck.Name] {
			page.Cookies = append(page.Cookies, s.foundCookie(l, ck))
		}
	}
	page.Origins = s.foundOrigins(l, found.Origins)
	s.show(w, r, http.StatusOK, "findings", page)
}

// done is the text about the last click, where it is true: anybody may write an address.
func done(what, name string, overlay consent.Overlay) string {
	there := slices.ContainsFunc(overlay.Cookies, func(ck consent.OverlayCookie) bool { return ck.Name == name })
	if there && what == "added" || !there && what == "removed" {
		return "findings." + what
	}
	return ""
}

func (s *Server) added(l *locale, ck consent.OverlayCookie, declares func(string) bool) addedRule {
	waits := !ck.Added.Before(s.started)
	if declares != nil {
		waits = !declares(ck.Name)
	}
	return addedRule{Name: clean(ck.Name, valueMax), Purpose: s.purposeName(l, string(ck.Purpose)), Lifetime: lifetime(l, ck.Lifetime),
		Day: l.ShortDate(s.dayOf(ck.Added)), Waits: waits}
}

func (s *Server) purposeName(l *locale, id string) string {
	for _, p := range s.declarable() {
		if p.ID == id {
			return p.name(l)
		}
	}
	return Purpose{ID: id}.name(l)
}

// declarable are the purposes that a cookie can be declared under.
func (s *Server) declarable() []Purpose {
	if s.cfg.Purposes == nil {
		return nil
	}
	return s.cfg.Purposes()
}

func lifetime(l *locale, p consent.Period) string {
	if p.IsZero() {
		return l.T("findings.session")
	}
	return p.String()
}

func (s *Server) foundCookie(l *locale, ck FoundCookie) foundCookie {
	out := foundCookie{FoundCookie: ck, Day: l.ShortDate(s.dayOf(ck.First)), Why: l.word("findings.reason.", ck.Reason), Side: l.T("findings.side." + side(ck))}
	_, err := consent.Overlay{}.With(consent.OverlayCookie{CookieRule: consent.CookieRule{Name: ck.Name}})
	out.Plain = err == nil && s.knowsPurposes()
	suggested := suggest(ck.Name)
	out.Known, out.About, out.Platform = suggested.Name != "", suggested.Description, suggested.Platform
	out.Lifetime = suggested.Lifetime
	for _, p := range s.declarable() {
		out.Purposes = append(out.Purposes, choice{clean(p.ID, valueMax), p.name(l), p.ID == string(suggested.Purpose)})
	}
	return out
}

func (s *Server) knowsPurposes() bool { return len(s.declarable()) > 0 }

func side(ck FoundCookie) string {
	switch {
	case ck.Set:
		return "set"
	case ck.Sent:
		return "sent"
	}
	return "unknown"
}

// suggest is what the list of cookies says of a name. Its lifetime is one that can be read, or "session". Of a
// cookie that nobody knows, marketing is suggested: it asks for most.
func suggest(name string) cookielist.Suggestion {
	known, ok := cookielist.Suggest(name)
	if !ok {
		return cookielist.Suggestion{Purpose: consent.Marketing, Lifetime: "session"}
	}
	period, err := consent.ParsePeriod(strings.ToLower(known.Lifetime))
	known.Lifetime = "session"
	if err == nil && !period.IsZero() {
		known.Lifetime = period.String()
	}
	return known
}

// foundOrigins puts the kinds of content of one origin together.
func (s *Server) foundOrigins(l *locale, origins []FoundOrigin) (list []foundOrigin) {
	for _, o := range origins {
		i := slices.IndexFunc(list, func(f foundOrigin) bool { return f.Origin == o.Origin })
		if i < 0 {
			i = len(list)
			list = append(list, foundOrigin{Origin: o.Origin, Day: l.ShortDate(s.dayOf(o.First)), Page: o.Page, Service: o.Service})
			if o.Service == "" {
				list[i].YAML = serviceYAML(o.Origin)
			}
		} else {
			list[i].Kinds += ", "
		}
		list[i].Kinds += l.word("findings.kind.", o.Directive)
		list[i].Count += o.Count
		list[i].Blocked = list[i].Blocked || o.Blocked
	}
	return list
}

// overlay reads the rules that were added here.
func (s *Server) overlay(ctx context.Context) (o consent.Overlay, document []byte, err error) {
	document, err = s.accounts.docs.Get(ctx, consent.OverlayKey)
	if isNone(err) {
		return o, nil, nil
	}
	if err != nil {
		return o, nil, err
	}
	o, err = consent.ParseOverlay(document)
	return o, document, err
}
