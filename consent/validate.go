package consent

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Validate returns everything that is wrong with p at once, as [Faults], or nil. Each fault names the
// field as the document calls it and says what to do.
func (p Policy) Validate() error {
	v := &validation{Policy: &p}
	v.head()
	v.revision()
	v.models()
	v.lifetimes()
	v.purposes()
	v.data()
	v.services()
	v.cookies()
	v.transfers()
	v.authority()
	v.optOuts()
	if p.Region == "KZ" {
		v.law94V()
	}
	if len(v.Faults) > 0 {
		return v.Faults
	}
	return nil
}

// validation is a policy with what has been found wrong with it so far.
type validation struct {
	*Policy
	Faults
	names map[string]string // cookie names and patterns seen → the field that declares them
}

// maxMonths is the longest that an answer may hold or be taken to hold before the visitor is asked
// again; supervisory authorities count 13 months as the limit for consent to cookies.
const maxMonths = 13

func (v *validation) head() {
	v.require(v.Site.Name, "site.name", "give the name by which visitors know the site")
	for i, domain := range v.Site.Domains {
		if !isHost(domain) {
			v.add(at("site.domains", i), "%q is no domain: write it in lower case, without scheme, port or leading dot, such as \"example.kz\"", domain)
		}
	}
	if n := v.Site.Notice; n != "" && localPath(n) == "" && !isURL(n) {
		v.add("site.notice", "%q is neither a path on the site nor an http or https URL", n)
	}
	if v.require(v.Region, "region", "give the country whose law governs, such as KZ") && !isCountry(v.Region) {
		v.add("region", "%q is no country code: write two capital letters (ISO 3166-1), such as KZ", v.Region)
	}
	if v.require(v.DataRegion, "data_region", "give the country in which the data rests, such as KZ") && !isCountry(v.DataRegion) {
		v.add("data_region", "%q is no country code: write two capital letters (ISO 3166-1), such as KZ", v.DataRegion)
	}
	v.require(v.Controller.Name, "controller.name", "give the name of who answers for the data")
	v.require(v.Controller.Contact, "controller.contact", "give an e-mail address, telephone number or URL for data subjects")
	v.languages()
}

func (v *validation) languages() {
	if len(v.Languages) == 0 {
		v.add("languages", "is missing: list the languages of the texts, the default one first, such as [kk, ru, en]")
	}
	for i, language := range v.Languages {
		switch {
		case !isLanguage(language):
			v.add(at("languages", i), "%q is no language tag: write one such as kk or zh-Hant", language)
		case slices.Contains(v.Languages[:i], language):
			v.add(at("languages", i), "%q is listed twice", language)
		}
	}
}

func (v *validation) revision() {
	r := v.Revision
	if r.Number < 1 {
		v.add("revision.number", "is %d: count revisions from 1", r.Number)
	}
	if v.require(r.Date, "revision.date", "give the day on which the revision comes into force, such as 2026-11-23") {
		if _, err := time.Parse(time.DateOnly, r.Date); err != nil {
			v.add("revision.date", "%q is no date: write it as 2026-11-23", r.Date)
		}
	}
	switch r.Change {
	case Material:
		if r.Since != 0 && r.Since != r.Number {
			v.add("revision.since", "is %d: a material change asks every visitor again; leave since out, or make the change minor", r.Since)
		}
	case Minor:
		if r.Since < 1 || r.Since >= r.Number {
			v.add("revision.since", "is %d: name the last material revision, from 1 to %d, whose choices stand", r.Since, r.Number-1)
		}
	case "":
		v.add("revision.change", "is missing: write material where visitors must be asked again, minor where they are only told")
	default:
		v.add("revision.change", "%q is neither material nor minor", r.Change)
	}
	v.text("revision.text", r.Text, r.Change == Minor, maxText)
}

func (v *validation) models() {
	check := func(field string, m Model) {
		switch m {
		case ModelOptIn, ModelOptOut, ModelImplied:
		default:
			v.add(field, "%q is no consent model: write opt-in, opt-out or implied", m)
		}
	}
	if v.Model != "" {
		check("model", v.Model)
	}
	for _, region := range sortedKeys(v.Models) {
		field := "models." + region
		if !isRegion(region) {
			v.add(field, "%q is no region: write a country code (KZ) or a subdivision (US-CA)", region)
		}
		check(field, v.Models[region])
	}
	switch v.Unclassified {
	case "", Provisional, Deny, Observe:
	default:
		v.add("unclassified", "%q is no mode: write provisional, deny or observe", v.Unclassified)
	}
}

func (v *validation) lifetimes() {
	l := v.Lifetimes
	limit := Period{maxMonths, Months}.Approx()
	for _, life := range [...]struct {
		field string
		Period
	}{{"lifetimes.choice", l.Choice}, {"lifetimes.refusal", l.Refusal}} {
		if !v.period(life.field, life.Period) {
			continue
		}
		if !life.IsZero() && life.Approx() < 24*time.Hour {
			v.add(life.field, "is %s: let an answer hold for a day at least", life.Period)
		}
		if life.Approx() > limit {
			v.add(life.field, "is %s: ask again after at most %d months", life.Period, maxMonths)
		}
	}
	v.period("lifetimes.record", l.Record)
	if !l.Record.IsZero() && l.Record.Approx() < max(l.Choice.Approx(), l.Refusal.Approx()) {
		v.add("lifetimes.record", "is %s: the record of a choice must outlive the choice that it proves", l.Record)
	}
}

// period complains of a Period made in Go that ParsePeriod would not have made.
func (v *validation) period(field string, p Period) bool {
	if p == (Period{}) {
		return true
	}
	parsed, err := ParsePeriod(p.String())
	if err != nil || parsed != p {
		v.add(field, "is not a period: give a number from 1 to %d and a unit, such as \"6 months\"", maxPeriod)
		return false
	}
	return true
}

func at(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }

func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
