package csp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/csp"
)

// FuzzMerge: whatever the site sends, it goes out unchanged and before ours, ours is one line more at most and holds
// no way out of itself; on a 304 it never goes alone.
func FuzzMerge(f *testing.F) {
	f.Add("default-src 'self'", "camera=()", "text/html", "document", 200, true, uint8(0))
	f.Add("script-src 'nonce-a' 'strict-dynamic', img-src *", "", "TEXT/HTML ; charset=x", "", 404, false, uint8(5))
	f.Add("", "browsing-topics=(self \"https://ads.example\")", "image/svg+xml", "object", 304, true, uint8(255))
	f.Add("\x00;;,,", ",", "", "worker", 304, false, uint8(18))
	f.Fuzz(func(t *testing.T, policy, permissions, media, dest string, status int, secure bool, bits uint8) {
		mode := []csp.Mode{csp.ReportOnly, csp.Enforce, csp.Off}[bits%3]
		b := book(t, csp.Options{Mode: mode, KeepShared: bits&4 != 0, Lenient: bits&8 != 0})
		var granted []consent.Purpose
		if bits&16 != 0 {
			granted = append(granted, consent.Statistics)
		}
		if bits&32 != 0 {
			granted = append(granted, consent.Marketing)
		}
		h := http.Header{"Content-Type": {media}}
		site := map[string]string{"Content-Security-Policy": policy, "Content-Security-Policy-Report-Only": policy, "Permissions-Policy": permissions}
		for name, value := range site {
			if value != "" {
				h[name] = []string{value}
			}
		}
		r := page(t, granted...)
		r.Request, r.Status, r.Secure, r.Shared, r.Reporting = get(dest), status, secure, bits&64 != 0, bits&128 == 0
		b.Apply(h, r)
		for name, value := range site {
			lines := h[name]
			if value != "" && (len(lines) == 0 || lines[0] != value) {
				t.Fatalf("%s: the site's %q became %q", name, value, lines)
			}
			ours := lines
			if value != "" {
				ours = lines[1:]
			}
			if len(ours) > 1 || status == http.StatusNotModified && value == "" && len(ours) > 0 {
				t.Fatalf("%s: %q beside %q", name, ours, value)
			}
			if name != "Permissions-Policy" && len(ours) == 1 && (!strings.HasPrefix(ours[0], "default-src 'self' ") || strings.Contains(ours[0], ",")) {
				t.Fatalf("%s: %q", name, ours)
			}
			if name == "Content-Security-Policy" && mode != csp.Enforce && len(ours) > 0 {
				t.Fatalf("%s enforces %q", mode, ours)
			}
		}
	})
}

// FuzzSources: what a configuration lets in cannot end a source, a directive or a policy early.
func FuzzSources(f *testing.F) {
	for _, s := range []string{"https://cdn.example.kz", "*.example.kz:8080", "mediastream:", "'none'", "a;b", "https://*", "a b"} {
		f.Add(s)
	}
	plain := rules(f, nil)
	f.Fuzz(func(t *testing.T, source string) {
		b, err := csp.New(plain, csp.Options{Allow: []string{source}}, csp.Site{})
		if err != nil {
			return
		}
		policy := b.Policy(consent.Choice{})
		if strings.ContainsAny(source, " ;,'\"\r\n\t") || strings.Count(policy, ";") > 0 || source == "*" {
			t.Errorf("%q is let in: %q", source, policy)
		}
	})
}
