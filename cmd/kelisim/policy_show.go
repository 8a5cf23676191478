package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/kelisim/kelisim/consent"
)

type policyShowCmd struct {
	File     string `arg:"" help:"Policy file."`
	Language string `help:"Language of its texts. Default: the policy's first." placeholder:"TAG"`
	JSON     bool   `name:"json" help:"Print the document that the hash is of: canonical JSON, defaults filled in."`
}

func (c policyShowCmd) Run(s streams) error {
	rules, err := compilePolicy(c.File)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err = fmt.Fprintf(s.out, "%s\n", rules.Document())
		return err
	}
	policy := rules.Policy()
	if c.Language == "" {
		c.Language = policy.Languages[0]
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	c.head(w, rules, policy)
	contents := rules.Contents()
	c.purposes(w, contents)
	c.recipients(w, contents)
	c.cookies(w, rules)
	return w.Flush()
}

func (c policyShowCmd) head(w io.Writer, rules *consent.Rulebook, p consent.Policy) {
	line := func(name string, parts ...string) {
		parts = slices.DeleteFunc(parts, func(part string) bool { return part == "" })
		fmt.Fprintf(w, "%s\t%s\n", name, strings.Join(parts, ", "))
	}
	line("site", append([]string{p.Site.Name}, p.Site.Domains...)...)
	line("controller", p.Controller.Name, p.Controller.BIN, p.Controller.Address, p.Controller.Contact, p.Controller.Officer)
	line("law", p.Region, "data rests in "+p.DataRegion)
	line("languages", p.Languages...)
	line("revision", fmt.Sprintf("%d of %s", p.Revision.Number, p.Revision.Date), string(p.Revision.Change),
		fmt.Sprintf("choices made since revision %d stand", rules.Since()))
	line("hash", rules.Hash())
	asked := []string{string(p.Model)}
	for _, region := range slices.Sorted(maps.Keys(p.Models)) {
		asked = append(asked, fmt.Sprintf("%s in %s", p.Models[region], region))
	}
	line("consent", asked...)
	life := p.Lifetimes
	line("an answer holds", life.Choice.String(), fmt.Sprintf("a refusal %s", life.Refusal), fmt.Sprintf("its record is kept %s", life.Record))
	signals := "GPC and DNT refuse "
	if p.OptOuts.IgnoreDNT {
		signals = "GPC refuses "
	}
	line("opt-outs", signals+join(p.OptOuts.Purposes))
	line("undeclared cookies", string(p.Unclassified))
}

func join[S ~string](all []S) string {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = string(s)
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ", ")
}

func (c policyShowCmd) purposes(w io.Writer, contents consent.Contents) {
	fmt.Fprint(w, "\npurpose\tname\tdata\tservices\tcookies\n")
	for _, p := range contents.Purposes {
		data := names(p.Data, func(d consent.DataKind) string { return d.ID })
		services := names(p.Services, func(s consent.Service) string { return s.ID })
		cookies := names(p.Cookies, func(ck consent.CookieInfo) string { return ck.Name })
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.ID, p.Name.In(c.Language), data, services, cookies)
	}
}

func (c policyShowCmd) recipients(w io.Writer, contents consent.Contents) {
	title := "\nrecipient\tcountry\tservices\tpurposes\tdata\n"
	for _, r := range contents.Recipients {
		data := names(r.Data, func(d consent.DataKind) string { return d.ID })
		fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\t%s\n", title, r.Name, r.Country, strings.Join(r.Services, ", "), join(r.Purposes), data)
		title = ""
	}
}

func (c policyShowCmd) cookies(w io.Writer, rules *consent.Rulebook) {
	title := "\ncookie\tpurpose\tlifetime\tset by\tfor\n"
	for _, ck := range rules.Cookies() {
		by := ck.Service
		if by == "" {
			by = "the site"
		}
		fmt.Fprintf(w, "%s%s\t%s\t%s\t%s\t%s\n", title, ck.Name, ck.Purpose, ck.Lifetime, by, ck.Text.In(c.Language))
		title = ""
	}
}

// names lists things by their names, "-" where there are none.
func names[T any](all []T, name func(T) string) string {
	if len(all) == 0 {
		return "-"
	}
	words := make([]string, len(all))
	for i, one := range all {
		words[i] = name(one)
	}
	return strings.Join(words, " ")
}
