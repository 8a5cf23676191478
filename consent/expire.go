package consent

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Place is where a cookie may have been set: what a deletion must repeat. An empty Domain is the host
// itself.
type Place struct {
	Domain string
	Path   string
}

// Expiry is a cookie to be deleted from the browser.
type Expiry struct {
	Name        string
	Stance      Stance  // why: refused, withdrawn, opted out, or undecided
	Places      []Place // every place to delete it from; read-only
	Partitioned bool
}

// Expire reports whether a cookie that the browser sent must be deleted: a rule declares it and its
// purpose is not granted. Nothing is allocated for a cookie that stays.
func (b *Rulebook) Expire(c Choice, name string) (Expiry, bool) {
	if isHouse(name) {
		return Expiry{}, false
	}
	r := b.lookup(name)
	if r == nil || r.bit == 0 {
		return Expiry{}, false
	}
	s := b.stance(c, r)
	if s.allows() {
		return Expiry{}, false
	}
	return Expiry{Name: name, Stance: s, Places: r.places, Partitioned: r.Partitioned}, true
}

// ExpireAll is [Rulebook.Expire] for a set of names; each name is answered once.
func (b *Rulebook) ExpireAll(c Choice, names []string) []Expiry {
	var all []Expiry
	for i, name := range names {
		if e, ok := b.Expire(c, name); ok && !slices.Contains(names[:i], name) {
			all = append(all, e)
		}
	}
	return all
}

// AppendTo appends the cookies that delete e, one for each place. Secure must say whether the site is
// served over TLS: browsers take a deletion of a __Secure- or Partitioned cookie only with Secure.
func (e Expiry) AppendTo(cookies []http.Cookie, secure bool) []http.Cookie {
	for _, place := range e.Places {
		if strings.HasPrefix(e.Name, "__Host-") && place != (Place{Path: "/"}) {
			continue
		}
		cookies = append(cookies, http.Cookie{
			Name: e.Name, Domain: place.Domain, Path: place.Path,
			MaxAge: -1, Expires: time.Unix(1, 0), HttpOnly: true, // overwrites either kind; http://localhost too
			Secure: secure || strings.HasPrefix(e.Name, "__"), Partitioned: e.Partitioned && secure,
		})
	}
	return cookies
}

// places lists the Domain and Path pairs of a rule, the host's own root first.
func (b *Rulebook) places(ck CookieRule) []Place {
	domains := append([]string{""}, ck.Domains...)
	if ck.Domains == nil {
		domains = append(domains, b.policy.Site.Domains...)
	}
	paths := ck.Paths
	if paths == nil {
		paths = []string{"/"}
	}
	var all []Place
	for _, domain := range domains {
		for _, path := range paths {
			if p := (Place{domain, path}); !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}
