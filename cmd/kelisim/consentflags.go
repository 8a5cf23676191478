package main

import (
	"golang.org/x/net/publicsuffix"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/middleware"
)

// consentFlags say how visitors are asked, and how their answer is enforced.
type consentFlags struct {
	Form             string   `help:"How the question is laid out: box (the default), bar or dialog." enum:"box,bar,dialog" default:"box" env:"KELISIM_FORM" placeholder:"FORM"`
	CSP              string   `name:"csp" help:"What browsers do about sources that the visitor has not granted: off, report-only (the default) or enforce." enum:"off,report-only,enforce" default:"report-only" env:"KELISIM_CSP" placeholder:"MODE"`
	CSPAllow         []string `name:"csp-allow" help:"Sources that the site needs and that need no consent: https://cdn.example.kz" env:"KELISIM_CSP_ALLOW" placeholder:"SOURCE" sep:","`
	Hosts            []string `help:"Further hosts of the site: www.example.kz" env:"KELISIM_HOSTS" placeholder:"HOST" sep:","`
	CookieDomain     string   `help:"Where a choice holds: host (the host alone, the default), registrable (all hosts under the policy's first domain), or a domain." default:"host" env:"KELISIM_COOKIE_DOMAIN" placeholder:"DOMAIN"`
	Unclassified     string   `help:"What becomes of undeclared cookies: observe, provisional or deny. Default: as the policy says." enum:",observe,provisional,deny" default:"" env:"KELISIM_UNCLASSIFIED" placeholder:"MODE"`
	ConsentMode      string   `help:"Google Consent Mode v2: off, basic (tags wait for consent, the default) or advanced (they do not)." enum:"off,basic,advanced" default:"basic" env:"KELISIM_CONSENT_MODE" placeholder:"USE"`
	WaitForUpdate    int      `help:"How many milliseconds Google's tags wait for the choice. Default: 500." default:"500" env:"KELISIM_WAIT_FOR_UPDATE" placeholder:"MS"`
	URLPassthrough   bool     `name:"url-passthrough" help:"Let Google's tags hand on click identifiers in links while ad_storage is denied." env:"KELISIM_URL_PASSTHROUGH"`
	AdsDataRedaction bool     `help:"Make Google's tags drop click identifiers while ad_storage is denied." env:"KELISIM_ADS_DATA_REDACTION"`
}

// apply writes the flags into c, whose policy is the file's.
func (f consentFlags) apply(c *middleware.Config) error {
	if f.WaitForUpdate < 1 || f.WaitForUpdate > 10_000 {
		return usage("tags cannot wait for %d milliseconds: give --wait-for-update 1 to 10000", f.WaitForUpdate)
	}
	domain, err := f.cookieDomain(c.Policy)
	if err != nil {
		return err
	}
	c.Form = map[string]middleware.Form{"box": middleware.FormBox, "bar": middleware.FormBar, "dialog": middleware.FormDialog}[f.Form]
	c.CSP.Mode, c.CSP.Allow = middleware.CSPMode(f.CSP), f.CSPAllow
	c.Hosts, c.CookieDomain = f.Hosts, domain
	c.ConsentMode = middleware.ConsentMode{
		Use: middleware.Use(f.ConsentMode), Wait: f.WaitForUpdate, URLPassthrough: f.URLPassthrough, AdsDataRedaction: f.AdsDataRedaction,
	}
	c.Policy = f.policy(c.Policy)
	if err := c.Check(); err != nil {
		return usageError{err}
	}
	return nil
}

// policy is p as the flags want it.
func (f consentFlags) policy(p consent.Policy) consent.Policy {
	if f.Unclassified != "" {
		p.Unclassified = consent.Unclassified(f.Unclassified)
	}
	return p
}

// cookieDomain is the domain for whose hosts a choice holds, "" for the host alone.
func (f consentFlags) cookieDomain(p consent.Policy) (string, error) {
	switch f.CookieDomain {
	case "host":
		return "", nil
	case "registrable":
		if len(p.Site.Domains) == 0 {
			return "", usage("--cookie-domain registrable needs a domain under site.domains in the policy, or give the domain itself")
		}
		domain, err := publicsuffix.EffectiveTLDPlusOne(p.Site.Domains[0])
		if err != nil {
			return "", usage("--cookie-domain registrable: %q in the policy's site.domains is no domain that a site can own", p.Site.Domains[0])
		}
		return domain, nil
	}
	return f.CookieDomain, nil
}
