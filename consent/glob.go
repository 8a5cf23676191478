package consent

import (
	"cmp"
	"slices"
	"strings"
)

// isGlob reports whether a rule's name is a pattern.
func isGlob(name string) bool { return strings.ContainsAny(name, "*?") }

// literals counts the characters of a pattern that stand for themselves: how specific it is.
func literals(pattern string) int {
	return len(pattern) - strings.Count(pattern, "*") - strings.Count(pattern, "?")
}

// matchGlob reports whether name matches pattern: "*" is any run of bytes, "?" one byte. Time is
// bounded by len(pattern)·len(name); names are bounded by the server's header limit.
func matchGlob(pattern, name string) bool {
	p, n := 0, 0
	star, resume := -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			p++
			n++
		case star >= 0:
			resume++
			p, n = star+1, resume
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// indexCookies makes the rules ready: the site's own first, then those of services.
func (b *Rulebook) indexCookies() {
	b.exact = map[string]int{}
	for _, ck := range b.policy.Cookies {
		b.addRule(ck, &Service{})
	}
	for i := range b.policy.Services {
		service := &b.policy.Services[i]
		for _, ck := range service.Cookies {
			if ck.Purpose == "" {
				ck.Purpose = service.Purpose
			}
			b.addRule(ck, service)
		}
	}
	slices.SortStableFunc(b.globs, func(i, j int) int {
		return cmp.Compare(literals(b.rules[j].Name), literals(b.rules[i].Name))
	})
}

func (b *Rulebook) addRule(ck CookieRule, service *Service) {
	r := rule{CookieRule: ck, service: service.ID, own: service.mask(), places: b.places(ck)}
	if r.own != 0 {
		r.of = b.purposeBit(service.Purpose)
	}
	r.bit = b.purposeBit(ck.Purpose)
	if isGlob(ck.Name) {
		b.globs = append(b.globs, len(b.rules))
	} else {
		b.exact[ck.Name] = len(b.rules)
	}
	b.rules = append(b.rules, r)
}

// lookup returns the rule for a cookie: its exact name's, else that of the most specific pattern, else
// nil.
func (b *Rulebook) lookup(name string) *rule {
	if i, ok := b.exact[name]; ok {
		return &b.rules[i]
	}
	for _, i := range b.globs {
		if matchGlob(b.rules[i].Name, name) {
			return &b.rules[i]
		}
	}
	return nil
}

// CookieInfo is a declared cookie with what a table of cookies shows.
type CookieInfo struct {
	CookieRule
	Service string // id of the service that declares it, "" for the site's own
}

// Cookies returns all declared cookies: the site's own, then those of services, in the policy's order.
func (b *Rulebook) Cookies() []CookieInfo {
	all := make([]CookieInfo, len(b.rules))
	for i, r := range b.rules {
		all[i] = CookieInfo{r.CookieRule, r.service}
	}
	return all
}
