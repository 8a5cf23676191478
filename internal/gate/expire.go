package gate

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// AppendExpirations adds to h the Set-Cookie lines that delete the given cookies from the browser that
// sent r: first from every place that the policy names, then from those where cookies of this host and
// path commonly live (the browser does not say where it has them from). A deletion that h already holds
// is not repeated. The lines are bounded in number and size; what remains comes again with the next
// request. It returns how many were added.
func AppendExpirations(h http.Header, r *http.Request, expire []consent.Expiry, secure bool, now time.Time) int {
	a := appender{h: h, now: now, secure: secure}
	for _, e := range expire {
		for _, ck := range e.AppendTo(nil, secure) {
			a.add(ck)
		}
	}
	domains, paths := commonPlaces(r)
	for _, e := range expire {
		if strings.HasPrefix(e.Name, "__Host-") {
			continue // has one place only
		}
		template := e
		for _, path := range paths {
			for _, domain := range domains {
				template.Places = []consent.Place{{Domain: domain, Path: path}}
				for _, ck := range template.AppendTo(nil, secure) {
					a.add(ck)
				}
			}
		}
	}
	return a.lines
}

// ExpireRefused is for the response that answers a new choice: it deletes the cookies of r, the original
// request, that c refuses.
func ExpireRefused(h http.Header, r *http.Request, rules *consent.Rulebook, c consent.Choice, secure bool, now time.Time) int {
	p := Plan{Rules: rules, Choice: c, Now: now}
	p.hides(r.Header["Cookie"])
	return AppendExpirations(h, r, p.Expire, secure, now)
}

type appender struct {
	h            http.Header
	now          time.Time
	secure       bool
	lines, bytes int
}

func (a *appender) add(ck http.Cookie) {
	if !cleanAttribute(ck.Name) || !cleanAttribute(ck.Path) || !cleanAttribute(ck.Domain) || a.lines >= maxExpired {
		return
	}
	line := deletion(&ck)
	if a.bytes+len(line) > maxExpiredBytes || a.has(&ck, line) {
		return
	}
	a.lines++
	a.bytes += len(line)
	a.h["Set-Cookie"] = append(a.h["Set-Cookie"], line)
}

// deletion writes what http.Cookie.String refuses: browsers hold cookies whose names are no tokens.
func deletion(ck *http.Cookie) string {
	var b strings.Builder
	b.Grow(120)
	b.WriteString(ck.Name)
	b.WriteString("=; Path=")
	b.WriteString(ck.Path)
	if ck.Domain != "" {
		b.WriteString("; Domain=")
		b.WriteString(ck.Domain)
	}
	b.WriteString("; Expires=Thu, 01 Jan 1970 00:00:01 GMT; Max-Age=0")
	if ck.HttpOnly {
		b.WriteString("; HttpOnly")
	}
	if ck.Secure {
		b.WriteString("; Secure")
	}
	if ck.Partitioned {
		b.WriteString("; Partitioned")
	}
	return b.String()
}

// cleanAttribute reports whether s cannot end an attribute or a line early.
func cleanAttribute(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c == ';' || c >= 0x7F {
			return false
		}
	}
	return len(s) <= 256
}

// has reports whether the header already deletes ck from its place.
func (a *appender) has(ck *http.Cookie, line string) bool {
	for _, other := range a.h["Set-Cookie"] {
		if other == line {
			return true
		}
		if !strings.HasPrefix(other, ck.Name) || !consent.ParseSetCookie(other, a.now).Deletes {
			continue
		}
		o, err := http.ParseSetCookie(other)
		if err == nil && o.Name == ck.Name && o.Path == ck.Path &&
			strings.EqualFold(strings.TrimPrefix(o.Domain, "."), ck.Domain) && o.Partitioned == ck.Partitioned {
			return true
		}
	}
	return false
}

// commonPlaces lists the host, its parents and itself as Domain, and the root, the first segment and the
// directory of the path as Path. Browsers ignore those that are not theirs, public suffixes included.
func commonPlaces(r *http.Request) (domains, paths []string) {
	domains = []string{""}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if net.ParseIP(strings.Trim(host, "[]")) == nil {
		for len(domains) < 4 && strings.Contains(host, ".") {
			domains = append(domains, host)
			_, host, _ = strings.Cut(host, ".")
		}
	}
	paths = []string{"/"}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/"); ok && strings.Contains(rest, "/") {
		first, _, _ := strings.Cut(rest, "/")
		dir := r.URL.Path[:strings.LastIndexByte(r.URL.Path, '/')]
		paths = append(paths, "/"+first)
		if dir != "/"+first {
			paths = append(paths, dir)
		}
	}
	return domains, paths
}
