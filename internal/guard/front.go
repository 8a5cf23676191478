package guard

import (
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/static/banner"
)

// Form is how the question is laid out.
type Form = banner.Form

// The forms of the question.
const (
	FormBox    = banner.Box    // in the lower corner; the page stays usable
	FormBar    = banner.Bar    // along the lower edge; the page stays usable
	FormDialog = banner.Dialog // in the middle; the page waits for the answer
)

// ConsentMode is how a site uses Google Consent Mode v2.
type ConsentMode = banner.Mode

// Use says whether Google's tags run before consent.
type Use = banner.Use

// The uses of [ConsentMode].
const (
	UseBasic    = banner.Basic    // they wait for consent
	UseAdvanced = banner.Advanced // they run at once: Google is told of every visitor, those who refuse included
	UseOff      = banner.Off      // mode.js says nothing
)

// centreConfig is what the privacy centre is made of.
func (g *Guard) centreConfig(p *regime) centre.Config {
	c := g.config
	config := centre.Config{
		Consents: desk{g, p}, Mount: c.Prefix, Zone: c.Zone, Now: c.Now, Logger: c.Logger,
		Form: c.Form, Mode: c.ConsentMode, Origins: c.origins(),
	}
	if documents, ok := c.Store.(consent.Documents); ok {
		config.Archive = consent.Archive{Documents: documents}
	}
	return config
}

// origins are those of the site's other hosts that share its state cookie: their pages may ask here.
func (c Config) origins() (all []string) {
	for _, host := range c.Hosts {
		if c.CookieDomain == "" || !under(host, c.CookieDomain) {
			continue
		}
		all = append(all, "https://"+strings.ToLower(host))
		if !c.Secure {
			all = append(all, "http://"+strings.ToLower(host))
		}
	}
	return all
}
