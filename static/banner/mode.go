package banner

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Use says whether tags run before consent.
type Use string

// The uses of Consent Mode.
const (
	Basic    Use = "basic"    // tags wait for consent like all third parties; "" is the same
	Advanced Use = "advanced" // tags run at once, and tell Google of every visitor without cookies
	Off      Use = "off"      // the script says nothing to anybody
)

// Mode is how a site uses Google Consent Mode v2. The zero value is the usual one.
type Mode struct {
	// Use says whether tags run before consent. Default: Basic.
	Use Use
	// Signals says which purpose grants which signal where that is not the usual one, see [Signals]: "ad_storage": "ads".
	Signals map[string]string
	// Wait is how many milliseconds tags wait for the visitor's choice. Default: 500.
	Wait int
	// URLPassthrough lets tags hand on click identifiers in links while ad_storage is denied. Default: no.
	URLPassthrough bool
	// AdsDataRedaction makes tags drop ad click identifiers while ad_storage is denied. Default: no.
	AdsDataRedaction bool
}

// Signals are the seven signals, each with the purpose that usually grants it.
func Signals() map[string]string {
	return map[string]string{
		"ad_storage": "marketing", "ad_user_data": "marketing", "ad_personalization": "marketing",
		"analytics_storage":     "statistics",
		"functionality_storage": "preferences", "personalization_storage": "preferences",
		"security_storage": "necessary",
	}
}

// Check reports everything that is wrong with m for a policy of these purposes.
func (m Mode) Check(purposes []string) error {
	var faults []error
	if !slices.Contains([]Use{"", Basic, Advanced, Off}, m.Use) {
		faults = append(faults, fmt.Errorf("banner: consent mode: %q is no use of it: write basic, advanced or off", m.Use))
	}
	known := Signals()
	for signal, purpose := range m.Signals {
		if known[signal] == "" {
			faults = append(faults, fmt.Errorf("banner: consent mode: there is no signal %q", signal))
		}
		if !slices.Contains(purposes, purpose) {
			faults = append(faults, fmt.Errorf("banner: consent mode: signal %q needs a purpose of the policy, not %q", signal, purpose))
		}
	}
	if m.Wait < 0 || m.Wait > 10_000 {
		faults = append(faults, fmt.Errorf("banner: consent mode: a wait of %d milliseconds; give 0 to 10000", m.Wait))
	}
	return errors.Join(faults...)
}

// Origins are those that Google's tags talk to before consent, for the Content-Security-Policy: none but with Advanced.
// Source: https://developers.google.com/tag-platform/security/guides/csp
func (m Mode) Origins() []string {
	if m.Use != Advanced {
		return nil
	}
	return []string{"https://*.googletagmanager.com", "https://*.google-analytics.com", "https://*.analytics.google.com", "https://*.g.doubleclick.net"}
}

// ModeScript makes the script that a page loads first of all: it tells Google's tags the defaults, and each choice. It is the
// same for every visitor. A signal whose purpose the policy lacks stays denied.
func ModeScript(v View, m Mode) []byte {
	if m.Use == Off {
		return []byte("// Google Consent Mode is off.\n")
	}
	signals := Signals()
	for signal, purpose := range m.Signals {
		signals[signal] = purpose
	}
	if m.Wait == 0 {
		m.Wait = 500
	}
	p := words(v)
	dnt := "1"
	if v.IgnoreDNT {
		dnt = "-"
	}
	setting, err := json.Marshal(map[string]any{
		"policy": map[string]string{
			"since": fmt.Sprint(v.Since), "shape": v.Shape, "opts": fmt.Sprint(p.Opts), "dnt": dnt, "purposes": p.IDs, "each": p.ServiceIDs,
		},
		"signals": signals, "wait": m.Wait,
		"set": map[string]bool{"url_passthrough": m.URLPassthrough, "ads_data_redaction": m.AdsDataRedaction},
	})
	if err != nil {
		panic(fmt.Sprintf("banner: %v", err)) // strings and numbers alone
	}
	asset, _ := Lookup(Name("mode.js"))
	return slices.Concat([]byte("self.kelisimMode="), setting, []byte(";"), asset.Content)
}
