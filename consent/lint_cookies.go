package consent

import (
	"slices"
	"strings"
)

// cookies looks at every declared cookie. A lifetime that is not given at all is for those to find who see
// the document: here it is the browser session.
func (l *lint) cookies() {
	limit := Period{maxMonths, Months}.Approx()
	l.each(func(field string, ck CookieRule, _ string) {
		if len(ck.Text) == 0 {
			l.warn(field+".text", "undescribed", "is missing: say in a sentence what %q is for", ck.Name)
		}
		if ck.Lifetime.Approx() > limit && ck.Purpose != Necessary {
			l.warn(field+".lifetime", "long-lived", "is %s: let what needs consent end after at most %d months", ck.Lifetime, maxMonths)
		}
		if kind := trackerOf(ck.Name); kind != "" && ck.Purpose == Necessary {
			l.warn(field+".purpose", "tracker", "is necessary, but %q is known for %s: the site works without it", ck.Name, kind)
		}
		if isGlob(ck.Name) {
			l.glob(field+".name", ck)
		}
	})
}

// glob finds patterns that take in more than their owner may think.
func (l *lint) glob(field string, ck CookieRule) {
	if literals(ck.Name) < 3 {
		l.warn(field, "wide-glob", "%q takes in very many names: write more of them", ck.Name)
	}
	for _, name := range [...]string{"session", "sessionid", "PHPSESSID", "JSESSIONID", "connect.sid", "csrftoken", "XSRF-TOKEN", "auth_token", "remember_token"} {
		if ck.Purpose != Necessary && matchGlob(ck.Name, name) && !l.declaresCookie(name) {
			l.warn(field, "swallows", "%q takes in %q, by which many programs keep visitors logged in: write more of the name", ck.Name, name)
			break
		}
	}
	l.each(func(other string, inner CookieRule, _ string) {
		if inner.Name != ck.Name && inner.Purpose != ck.Purpose && matchGlob(ck.Name, strings.Trim(inner.Name, "*?")) {
			l.warn(field, "swallows", "%q takes in %q of %s, which has the purpose %s: the longer name wins, but write them so that they do not overlap", ck.Name, inner.Name, other, inner.Purpose)
		}
	})
}

func (l *lint) declaresCookie(name string) (found bool) {
	l.each(func(_ string, ck CookieRule, _ string) { found = found || ck.Name == name })
	return found
}

// trackerOf returns what a cookie of a well-known counter or advertiser is known for, "" for any other.
// Names are from the vendors' own cookie lists. A pattern is known by what it begins with.
func trackerOf(name string) Purpose {
	switch name = strings.TrimRight(name, "*?"); {
	case name == "":
		return ""
	case isOneOf(name, "_ga", "_gid", "_gat", "__utma", "__utmz", "_ym_uid", "_ym_d", "_ym_isad", "ym_uid", "_clck", "_clsk", "hubspotutk", "tmr_lvid", "amplitude_id"),
		hasAnyPrefix(name, "_ga_", "_gat_", "__utm", "_ym_", "_hj", "_pk_id", "_pk_ses", "amp_", "mp_"):
		return Statistics
	case isOneOf(name, "_fbp", "_fbc", "IDE", "DSID", "NID", "MUID", "_uetsid", "_uetvid", "_ttp", "_tt_enable_cookie", "yandexuid", "yuidss", "personalization_id", "li_sugr", "bcookie", "_pin_unauth", "_scid"),
		hasAnyPrefix(name, "_gcl_", "_gac_", "__gads", "__gpi", "_rdt_", "__adroll"):
		return Marketing
	}
	return ""
}

func isOneOf(name string, names ...string) bool { return slices.Contains(names, name) }
