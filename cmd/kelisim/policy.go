package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/static/banner"
)

// policyCmd is everything about policy files.
type policyCmd struct {
	Lint policyLintCmd `cmd:"" help:"Tell everything that is wrong with a policy file, and everything that visitors or authorities may object to."`
	Show policyShowCmd `cmd:"" help:"Sum up what a policy file says."`
	Hash policyHashCmd `cmd:"" help:"Print the hash by which records of consent name a policy."`
}

// policyLintCmd exits with 0 where nothing is wrong, 1 for warnings with --strict, 2 for errors.
type policyLintCmd struct {
	Files  []string `arg:"" name:"file" help:"Policy files."`
	Strict bool     `help:"Exit with 1 where there are warnings."`
	JSON   bool     `name:"json" help:"Print the findings as JSON, a list with an object for each file."`
	Since  string   `help:"The policy that is in force: tell what may not follow it without asking visitors again." placeholder:"FILE"`
}

func (c policyLintCmd) Run(s streams) error {
	var old *consent.Rulebook
	if c.Since != "" {
		var err error
		if old, err = compilePolicy(c.Since); err != nil {
			return err
		}
	}
	reports := make([]*policyfile.Report, len(c.Files))
	for i, path := range c.Files {
		reports[i] = policyfile.LintFile(path)
		judged(reports[i])
		unspoken(reports[i])
		termed(reports[i])
		if old != nil {
			reports[i].Follow(old)
		}
	}
	if err := c.print(s.out, reports); err != nil {
		return err
	}
	return c.verdict(reports)
}

// unspoken warns of languages for which the banner has no words.
func unspoken(r *policyfile.Report) {
	for i, language := range r.Policy.Languages {
		if len(r.Errors) == 0 && banner.Spoken(language) == "" {
			r.Warnings = append(r.Warnings, policyfile.Finding{
				Field: fmt.Sprintf("languages[%d]", i), Code: "unspoken", Text: fmt.Sprintf("the banner has no words in %s, so that its own are in English there", language),
			})
		}
	}
}

func (c policyLintCmd) print(w io.Writer, reports []*policyfile.Report) error {
	if c.JSON {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		return encoder.Encode(reports)
	}
	for _, r := range reports {
		if _, err := io.WriteString(w, r.String()); err != nil {
			return err
		}
	}
	return nil
}

// verdict is what the exit code says.
func (c policyLintCmd) verdict(reports []*policyfile.Report) error {
	faulty, warnings := 0, 0
	for _, r := range reports {
		faulty += len(r.Errors)
		warnings += len(r.Warnings)
	}
	switch {
	case faulty > 0:
		return usage("%s and %s", count(faulty, "error"), count(warnings, "warning"))
	case warnings > 0 && c.Strict:
		return errors.New(count(warnings, "warning"))
	}
	return nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type policyHashCmd struct {
	Files []string `arg:"" name:"file" help:"Policy files."`
}

func (c policyHashCmd) Run(s streams) error {
	for _, path := range c.Files {
		rules, err := compilePolicy(path)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(s.out, "%s  %s\n", rules.Hash(), path); err != nil {
			return err
		}
	}
	return nil
}

func compilePolicy(path string) (*consent.Rulebook, error) {
	policy, err := policyfile.Load(path)
	if err != nil {
		return nil, usageError{err}
	}
	rules, err := consent.Compile(policy)
	if err != nil {
		return nil, usageError{err}
	}
	return rules, nil
}
