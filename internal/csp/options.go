package csp

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Mode says what browsers do about a source that the policy does not list.
type Mode string

const (
	ReportOnly Mode = "report-only" // tell, and block nothing; so does ""
	Enforce    Mode = "enforce"     // block and tell
	Off        Mode = "off"         // no policy at all
)

// Options say what is derived from a policy. The zero value reports only.
type Options struct {
	// Mode is what becomes of sources that are not listed. Default: ReportOnly.
	Mode Mode
	// Allow are further sources that the site needs and that need no consent, such as
	// "https://cdn.example.kz", "https://*.example.kz" or "mediastream:". Default: none beside the site's own
	// hosts and domains.
	Allow []string
	// Free are kinds of content that are left alone, such as "img-src" or "font-src". Default: none.
	Free []string
	// Lenient drops the policy for visitors who granted every purpose, so that what nobody declared
	// works for them. Default: it is blocked or reported for everybody.
	Lenient bool
	// KeepShared keeps pages that the site marks cacheable in shared caches though Mode is Enforce: they carry
	// one policy for all, which lists every declared service, granted or not. Default: such pages become
	// private, and keep the visitor's choice.
	KeepShared bool
	// NoInline takes 'unsafe-inline' and 'unsafe-eval' out of the policy, for sites that use neither.
	// Default: they are listed, and the site's own policy decides.
	NoInline bool
	// KeepFeatures leaves the browser's advertising features to the site. Default: they are off for
	// visitors who have not granted marketing.
	KeepFeatures bool
}

// Site is what the policy is made for.
type Site struct {
	Hosts  []string // of the site beside the one that a page comes from; a port may follow
	Report string   // path to which browsers send reports; "" for none
}

// kinds are the directives that fall back to default-src.
var kinds = [...]string{
	"script-src", "style-src", "img-src", "font-src", "connect-src", "media-src", "frame-src",
	"worker-src", "object-src", "manifest-src",
}

// Check returns every fault of o at once, or nil. New calls it.
func (o Options) Check() error {
	var faults []error
	if !slices.Contains([]Mode{"", ReportOnly, Enforce, Off}, o.Mode) {
		faults = append(faults, fmt.Errorf("csp: mode %q is unknown: write report-only, enforce or off", o.Mode))
	}
	for _, source := range o.Allow {
		if !isSource(source) {
			faults = append(faults, fmt.Errorf("csp: %q is no source: write an origin such as https://cdn.example.kz, or a scheme such as mediastream: and nothing else", source))
		}
	}
	for _, kind := range o.Free {
		if !slices.Contains(kinds[:], kind) {
			faults = append(faults, fmt.Errorf("csp: %q cannot be left alone: write one of %s", kind, strings.Join(kinds[:], ", ")))
		}
	}
	return errors.Join(faults...)
}

// isSource reports whether s is a scheme, or a host with or without scheme and port: nothing that could
// end a source, a directive or a policy early, and no keyword.
func isSource(s string) bool {
	if scheme, ok := strings.CutSuffix(s, ":"); ok {
		return isScheme(scheme)
	}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		if !isScheme(scheme) {
			return false
		}
		s = rest
	}
	host, port, hasPort := strings.Cut(s, ":")
	if hasPort && (port == "" || len(port) > 5 || strings.Trim(port, "0123456789") != "") {
		return false
	}
	return isHost(strings.TrimPrefix(host, "*."))
}

func isScheme(s string) bool {
	if s == "" || s[0] < 'a' || s[0] > 'z' || len(s) > 32 {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789+-.") == ""
}

// isHost reports whether s is a name or an IPv4 address in lower case.
func isHost(s string) bool {
	if s == "" || len(s) > 253 || s[0] == '.' || s[0] == '-' || strings.Contains(s, "..") {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}
