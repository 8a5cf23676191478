package consent

import (
	"cmp"
	"slices"
)

// Contents is what a notice says beyond the plain fields of [Policy]: who and what stands behind each
// purpose, and who receives what. Texts are in all languages of the policy.
type Contents struct {
	Purposes   []PurposeContents
	Recipients []RecipientContents
	Countries  []string // other than the policy's own in which data rests or is received, sorted
}

// PurposeContents is why: a purpose with the data it takes, who works for it and what it sets.
type PurposeContents struct {
	PurposeInfo
	Data     []DataKind
	Services []Service
	Cookies  []CookieInfo
}

// RecipientContents is who gets it: a third party with everything that it is given.
type RecipientContents struct {
	Name     string
	Country  string
	Abroad   bool       // outside the policy's own country
	Notices  []string   // URLs of its own notices
	Services []string   // names, as visitors know them
	Purposes []Purpose  // in the policy's order
	Data     []DataKind // as far as the policy says
}

// Contents returns what a notice says of the policy. Treat it as read-only.
func (b *Rulebook) Contents() Contents {
	var c Contents
	for _, p := range b.policy.Purposes {
		c.Purposes = append(c.Purposes, b.purposeContents(p))
	}
	abroad := map[string]bool{b.policy.DataRegion: b.policy.DataRegion != b.policy.Region}
	for _, s := range b.policy.Services {
		if s.Recipient == "" {
			continue
		}
		abroad[s.Country] = s.Country != b.policy.Region
		i := slices.IndexFunc(c.Recipients, func(r RecipientContents) bool { return r.Name == s.Recipient && r.Country == s.Country })
		if i < 0 {
			i = len(c.Recipients)
			c.Recipients = append(c.Recipients, RecipientContents{Name: s.Recipient, Country: s.Country, Abroad: abroad[s.Country]})
		}
		b.addTo(&c.Recipients[i], s)
	}
	for _, country := range sortedKeys(abroad) {
		if abroad[country] {
			c.Countries = append(c.Countries, country)
		}
	}
	return c
}

func (b *Rulebook) purposeContents(p PurposeInfo) PurposeContents {
	c := PurposeContents{PurposeInfo: p}
	for _, d := range b.policy.Data {
		if slices.Contains(d.Purposes, p.ID) {
			c.Data = append(c.Data, d)
		}
	}
	for _, s := range b.policy.Services {
		if s.Purpose == p.ID {
			c.Services = append(c.Services, s)
		}
	}
	for _, ck := range b.Cookies() {
		if ck.Purpose == p.ID {
			c.Cookies = append(c.Cookies, ck)
		}
	}
	return c
}

// addTo says what a recipient has of a service.
func (b *Rulebook) addTo(r *RecipientContents, s Service) {
	r.Services = append(r.Services, s.Name)
	if s.Notice != "" && !slices.Contains(r.Notices, s.Notice) {
		r.Notices = append(r.Notices, s.Notice)
	}
	if !slices.Contains(r.Purposes, s.Purpose) {
		r.Purposes = append(r.Purposes, s.Purpose)
	}
	slices.SortFunc(r.Purposes, func(x, y Purpose) int {
		i, _ := b.purpose(x)
		j, _ := b.purpose(y)
		return cmp.Compare(i, j)
	})
	for _, d := range b.policy.Data {
		known := slices.ContainsFunc(r.Data, func(had DataKind) bool { return had.ID == d.ID })
		if slices.Contains(s.Data, d.ID) && !known {
			r.Data = append(r.Data, d)
		}
	}
}
