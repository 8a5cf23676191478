package server

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/kelisim/kelisim/consent"
)

// Snippets are YAML for the policy file. Whatever a stranger wrote stands in double quotes, as JSON does,
// which YAML 1.2 reads alike: it can end neither the string nor the line.

// cookiesYAML writes rules as they stand in the policy file; "" for none.
func cookiesYAML(rules []consent.OverlayCookie) string {
	if len(rules) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("cookies:\n")
	for _, ck := range rules {
		b.WriteString("  - name: " + quoted(ck.Name) + "\n    purpose: " + string(ck.Purpose) + "\n")
		if !ck.Lifetime.IsZero() {
			b.WriteString("    lifetime: " + ck.Lifetime.String() + "\n")
		}
	}
	return b.String()
}

// serviceYAML writes the beginning of a service: what only the site knows is left to fill in.
func serviceYAML(origin string) string {
	host := origin
	if u, err := url.Parse(origin); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, strings.ToLower(host))
	return "services:\n  - id: " + strings.Trim(id, "-") + "\n    name: " + quoted(host) +
		"\n    purpose: marketing\n    recipient: \"\"\n    country: \"\"\n    origins: [" + quoted(origin) + "]\n"
}

// quoted writes s as a JSON string of graphic characters.
func quoted(s string) string {
	text, err := json.Marshal(clean(s, valueMax))
	if err != nil { // a string always can be
		return `""`
	}
	return string(text)
}
