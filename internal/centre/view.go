package centre

import (
	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// View is what the banner shows of a policy, in one of its languages, with the centre at mount.
// The caller sets the page's Stage, Shared, Reload and Bar.
func View(rules *consent.Rulebook, lang, mount string) banner.View {
	policy := rules.Policy()
	v := banner.View{
		Lang:      lang,
		Site:      policy.Site.Name,
		Mount:     mount,
		Revision:  rules.Revision(),
		Since:     rules.Since(),
		Shape:     rules.Shape(),
		IgnoreDNT: policy.OptOuts.IgnoreDNT,
		Lasts:     period(policy.Lifetimes.Choice),
	}
	for _, p := range rules.Purposes() {
		v.Purposes = append(v.Purposes, purpose(policy, p, lang))
	}
	return v
}

func purpose(policy consent.Policy, p consent.PurposeInfo, lang string) banner.Purpose {
	out := banner.Purpose{
		ID:       string(p.ID),
		Name:     p.Name.In(lang),
		Text:     p.Text.In(lang),
		Required: p.ID == consent.Necessary,
		OptsOut:  optsOut(policy, p.ID),
	}
	for _, s := range policy.Services {
		if s.Purpose == p.ID {
			out.Services = append(out.Services, service(s, lang))
		}
	}
	for _, c := range cookies(policy) {
		if c.Purpose == p.ID && p.ID != consent.Necessary {
			out.Cookies = append(out.Cookies, c.Name)
		}
	}
	return out
}

func service(s consent.Service, lang string) banner.Service {
	return banner.Service{
		Name:       s.Name,
		Recipient:  s.Recipient,
		Country:    country(s.Country, lang),
		ThirdParty: s.Recipient != "",
	}
}

func optsOut(policy consent.Policy, p consent.Purpose) bool {
	for _, asked := range policy.OptOuts.Purposes {
		if asked == p {
			return true
		}
	}
	return false
}

func period(p consent.Period) banner.Period {
	return banner.Period{N: p.N, Unit: string(p.Unit)}
}
