package consent

import (
	"slices"
	"strings"
)

// optInCountries are those where storage on the device needs consent first: the European Economic Area
// and the United Kingdom (Directive 2002/58/EC art. 5.3 and what implements it) and Kazakhstan (Law 94-V
// art. 7).
const optInCountries = "AT BE BG CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT KZ LI LT LU LV MT NL NO PL PT RO SE SI SK"

func needsOptIn(country string) bool {
	return len(country) == 2 && strings.Contains(optInCountries, country)
}

// modelsByRegion returns the models with that of the policy under "".
func (p *Policy) modelsByRegion() map[string]Model {
	all := map[string]Model{"": p.Model}
	if p.Model == "" {
		all[""] = ModelOptIn
	}
	for region, m := range p.Models {
		all[region] = m
	}
	return all
}

func (l *lint) models() {
	implied := false
	for _, region := range sortedKeys(l.Models) {
		field, m := "models."+region, l.Models[region]
		if region == "" {
			field = "model"
		}
		implied = implied || m == ModelImplied
		switch country, _, _ := strings.Cut(region, "-"); {
		case m != ModelOptOut:
		case region == "":
			l.warn(field, "pre-granted", "is opt-out wherever \"models\" names nothing else, also where cookies need consent first: write opt-in, and list the places of opt-out under \"models\"")
		case needsOptIn(country):
			l.warn(field, "pre-granted", "is opt-out: in %s storage on the device needs consent first; write opt-in", country)
		}
	}
	if implied && !slices.ContainsFunc(l.Data, func(d DataKind) bool { return d.Source == SourceAutomatic }) {
		l.warn("data", "implied", "list nothing with \"source: automatic\": the implied model covers what is transmitted automatically only, and the notice must name it")
	}
}

// kazakhstan looks for what Law No. 94-V and its practice want beside what Validate requires.
func (l *lint) kazakhstan() {
	for _, language := range [...]string{"kk", "ru"} {
		if len(l.Languages) > 0 && !slices.Contains(l.Languages, language) {
			l.warn("languages", "language", "lack %s: visitors in Kazakhstan are to read the notice in Kazakh and in Russian", language)
		}
	}
	if l.Controller.Officer == "" {
		l.warn("controller.officer", "officer", "is missing: name who is responsible for personal data, by name or post (Law 94-V art. 25)")
	}
}
