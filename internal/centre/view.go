package centre

import (
	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// View is what the banner shows of a policy, in one of its languages, with the centre at mount.
// The caller sets the page's Form, Shared and Reload, and what [Dress] sets.
func View(rules *consent.Rulebook, lang, mount string) banner.View {
	policy := rules.Policy()
	v := banner.View{
		Lang:      lang,
		Site:      policy.Site.Name,
		Mount:     mount,
		Notice:    policy.Site.Notice,
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

// Dress makes v what a visitor must be shown, who has the notice n.
func Dress(v banner.View, n consent.Notice) banner.View {
	v.Stage, v.Model, v.Changed = banner.Ask, banner.OptIn, ""
	switch n.Kind {
	case consent.NoticeObjection:
		v.Model = banner.OptOut
	case consent.NoticeImplied:
		v.Model = banner.Implied
	case consent.NoticeMinor:
		v.Stage, v.Changed = banner.Decided, n.Text.In(v.Lang)
	case consent.NoticeNone:
		v.Stage = banner.Decided
	}
	return v
}

func purpose(policy consent.Policy, p consent.PurposeInfo, lang string) banner.Purpose {
	out := banner.Purpose{
		ID:       string(p.ID),
		Name:     purposeName(policy, p, lang),
		Text:     purposeText(policy, p, lang),
		Required: p.ID == consent.Necessary,
		OptsOut:  optsOut(policy, p.ID),
	}
	for _, s := range policy.Services {
		if s.Purpose == p.ID {
			out.Services = append(out.Services, service(s, lang))
		}
	}
	for _, c := range cookies(policy) {
		if c.Purpose == p.ID && p.ID != consent.Necessary && c.Service.Bit() < 0 {
			out.Cookies = append(out.Cookies, c.Name)
		}
	}
	return out
}

func service(s consent.Service, lang string) banner.Service {
	out := banner.Service{
		ID:         s.ID,
		Name:       s.Name,
		Switch:     s.Bit() + 1,
		Recipient:  s.Recipient,
		Country:    country(s.Country, lang),
		ThirdParty: s.Recipient != "",
	}
	for _, c := range s.Cookies {
		out.Cookies = append(out.Cookies, c.Name)
	}
	return out
}

func purposeIDs(rules *consent.Rulebook) []string {
	var ids []string
	for _, p := range rules.Purposes() {
		ids = append(ids, string(p.ID))
	}
	return ids
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
