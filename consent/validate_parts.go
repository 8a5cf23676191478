package consent

import (
	"slices"
	"strings"
)

func (v *validation) purposes() {
	if len(v.Purposes) > MaxPurposes {
		v.add("purposes", "are %d: declare at most %d", len(v.Purposes), MaxPurposes)
	}
	seen := map[string]bool{}
	for i, p := range v.Purposes {
		field := at("purposes", i)
		v.id(field+".id", string(p.ID), seen)
		if p.ID.standard() {
			v.text(field+".name", p.Name, true, maxName)
			v.text(field+".text", p.Text, true, maxText)
			continue
		}
		v.everywhere(field+".name", p.Name, maxName)
		v.everywhere(field+".text", p.Text, maxText)
	}
	if !seen[string(Necessary)] {
		v.add("purposes", "lack \"necessary\": say what the site does without asking")
	}
}

func (v *validation) data() {
	seen := map[string]bool{}
	for i, d := range v.Data {
		field := at("data", i)
		v.id(field+".id", d.ID, seen)
		v.text(field+".name", d.Name, true, maxName)
		if len(d.Purposes) == 0 {
			v.add(field+".purposes", "are missing: data that serves no purpose must not be held (S1-6.2.1)")
		}
		for j, p := range d.Purposes {
			v.declared(at(field+".purposes", j), p)
		}
		switch d.Source {
		case SourceAutomatic, SourceDevice, SourceGiven:
		case "":
			v.add(field+".source", "is missing: write automatic, device or given")
		default:
			v.add(field+".source", "%q is unknown: write automatic, device or given", d.Source)
		}
		if v.period(field+".retention", d.Retention) && d.Retention.IsZero() {
			v.add(field+".retention", "is missing: say how long it is kept, such as \"3 years\" (S4-6.3)")
		}
	}
}

func (v *validation) services() {
	if n := v.choosable(); v.PerService && n > MaxServices {
		v.add("services", "are %d beside the necessary ones: with per_service declare at most %d", n, MaxServices)
	}
	seen := map[string]bool{}
	for i, s := range v.Services {
		field := at("services", i)
		v.id(field+".id", s.ID, seen)
		v.require(s.Name, field+".name", "give the name by which visitors know the service")
		v.declared(field+".purpose", s.Purpose)
		v.text(field+".text", s.Text, false, maxText)
		switch {
		case s.Recipient != "" && s.Country == "":
			v.add(field+".country", "is missing: say where %q receives the data, such as KZ", s.Recipient)
		case s.Country != "" && !isCountry(s.Country):
			v.add(field+".country", "%q is no country code: write two capital letters (ISO 3166-1), such as KZ", s.Country)
		}
		v.given(field+".data", s.Data)
		if s.Notice != "" && !isURL(s.Notice) {
			v.add(field+".notice", "%q is no http or https URL", s.Notice)
		}
		for j, origin := range s.Origins {
			if !isOrigin(origin) {
				v.add(at(field+".origins", j), "%q is no origin: write scheme and host only, such as https://cdn.example.com or https://*.example.com", origin)
			}
		}
	}
}

// given checks that a service is given data of declared kinds.
func (v *validation) given(field string, ids []string) {
	for i, id := range ids {
		if !slices.ContainsFunc(v.Data, func(d DataKind) bool { return d.ID == id }) {
			v.add(at(field, i), "%q is not among the policy's data: declare it, or name one that is", id)
		}
	}
}

func (v *validation) cookies() {
	v.names = map[string]string{}
	for i, ck := range v.Cookies {
		field := at("cookies", i)
		v.cookie(field, ck)
		v.declared(field+".purpose", ck.Purpose)
	}
	for i, s := range v.Services {
		for j, ck := range s.Cookies {
			field := at(at("services", i)+".cookies", j)
			v.cookie(field, ck)
			if ck.Purpose != "" {
				v.declared(field+".purpose", ck.Purpose)
			}
		}
	}
}

func (v *validation) cookie(field string, ck CookieRule) {
	v.cookieName(field+".name", ck.Name)
	v.period(field+".lifetime", ck.Lifetime)
	v.text(field+".text", ck.Text, false, maxText)
	for i, domain := range ck.Domains {
		switch f := at(field+".domains", i); {
		case !isHost(domain):
			v.add(f, "%q is no domain: write it in lower case, without scheme, port or leading dot", domain)
		case strings.HasPrefix(ck.Name, "__Host-"):
			v.add(f, "cannot be: browsers refuse a __Host- cookie with a domain")
		case !v.ownDomain(domain):
			v.add(f, "%q is not within site.domains: browsers let a site delete its own cookies only", domain)
		}
	}
	for i, path := range ck.Paths {
		if localPath(path) == "" || strings.Contains(path, ";") {
			v.add(at(field+".paths", i), "%q is no path: begin it with \"/\"", path)
		}
	}
}

func (v *validation) cookieName(field, name string) {
	switch declared, taken := v.names[name]; {
	case name == "":
		v.add(field, "is missing: write the cookie's name, or a pattern such as _ga_*")
	case !isCookieName(name):
		v.add(field, "%q is no cookie name: no white space, control characters or any of ()<>@,;:\\\"/[]={}", name)
	case isGlob(name) && literals(name) < 2:
		v.add(field, "%q matches nearly every cookie: name at least two characters", name)
	case matchGlob(name, StateCookie) || matchGlob(name, ProofCookie) || isHouse(name):
		v.add(field, "%q takes in %q or %q, which keep the visitor's choice: choose another name or pattern", name, StateCookie, ProofCookie)
	case taken:
		v.add(field, "%q is declared by %s already", name, declared)
	}
	v.names[name] = field
}

func (v *validation) ownDomain(domain string) bool {
	for _, own := range v.Site.Domains {
		if domain == own || strings.HasSuffix(domain, "."+own) {
			return true
		}
	}
	return len(v.Site.Domains) == 0
}

// isCookieName reports whether name is an RFC 9110 token; "*" is one of its characters, "?" is let in
// for patterns.
func isCookieName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("()<>@,;:\\\"/[]={}", c) >= 0 {
			return false
		}
	}
	return len(name) <= 256
}

func (v *validation) optOuts() {
	if v.OptOuts.Purposes != nil && len(v.OptOuts.Purposes) == 0 {
		v.add("opt_outs.purposes", "is empty: name what is refused where a browser asks not to be tracked, or leave it out for all but necessary and preferences")
	}
	for i, p := range v.OptOuts.Purposes {
		field := at("opt_outs.purposes", i)
		if p == Necessary {
			v.add(field, "cannot be necessary: what is necessary is not refused")
			continue
		}
		v.declared(field, p)
	}
}
