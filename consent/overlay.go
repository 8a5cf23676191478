package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// OverlayKey is the key of the document that holds a site's [Overlay].
const OverlayKey = "policy/overlay"

// MaxOverlay is the most rules that an [Overlay] may hold.
const MaxOverlay = 200

// Overlay is what an admin declared beside the policy file: cookies that the site was seen to set. It stands in
// until the rules are written into the file. It can declare single cookies under purposes that the policy has and
// nothing else: no pattern, no purpose, no service; and it never changes what the file says of a cookie.
// So visitors need not be asked again, and the number of the revision stays; the hash changes with the rules.
type Overlay struct {
	Cookies []OverlayCookie `json:"cookies"`
}

// OverlayCookie is one rule of an [Overlay].
type OverlayCookie struct {
	CookieRule
	Added time.Time `json:"added"`
}

// ErrOverlay is wrapped by the errors about overlays.
var ErrOverlay = errors.New("consent: bad overlay")

// ParseOverlay reads a document. Of nil and of an empty document the Overlay is empty.
func ParseOverlay(document []byte) (o Overlay, err error) {
	if len(document) == 0 {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader(document))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return Overlay{}, fmt.Errorf("%w: %w", ErrOverlay, err)
	}
	if len(o.Cookies) > MaxOverlay {
		return Overlay{}, fmt.Errorf("%w: more than %d rules", ErrOverlay, MaxOverlay)
	}
	return o, nil
}

// Document returns what [ParseOverlay] reads.
func (o Overlay) Document() ([]byte, error) { return json.Marshal(o) }

// With returns o with a rule for one more cookie, in place of an earlier rule for the same one.
func (o Overlay) With(ck OverlayCookie) (Overlay, error) {
	o = o.Without(ck.Name)
	if len(o.Cookies) >= MaxOverlay {
		return o, fmt.Errorf("%w: it has %d rules already: write them into the policy file", ErrOverlay, MaxOverlay)
	}
	if fault := ck.fault(); fault != "" {
		return o, fmt.Errorf("%w: %s", ErrOverlay, fault)
	}
	o.Cookies = append(o.Cookies, ck)
	return o, nil
}

// Without returns o without the rule for a cookie.
func (o Overlay) Without(name string) Overlay {
	kept := make([]OverlayCookie, 0, len(o.Cookies)+1)
	for _, ck := range o.Cookies {
		if ck.Name != name {
			kept = append(kept, ck)
		}
	}
	return Overlay{kept}
}

// fault says what is wrong with a rule, "" for nothing.
func (ck OverlayCookie) fault() string {
	switch {
	case ck.Name == "" || !isCookieName(ck.Name) || isGlob(ck.Name):
		return fmt.Sprintf("%q is no name of a single cookie", clip(ck.Name))
	case isHouse(ck.Name):
		return fmt.Sprintf("%q keeps the visitor's choice", ck.Name)
	case len(ck.Domains)+len(ck.Paths)+len(ck.Text) > 0 || ck.Partitioned:
		return "domains, paths and texts belong into the policy file"
	case ck.Lifetime.N < 0 || ck.Lifetime.N > maxPeriod:
		return "a lifetime is no period"
	}
	return ""
}

// Overlaid returns p with the rules of o, and the rules that were left out: what p declares by itself, or has
// no purpose for. p is not changed.
func (p Policy) Overlaid(o Overlay) (Policy, []OverlayCookie) {
	var left []OverlayCookie
	cookies := slices.Clone(p.Cookies)
	seen := make(map[string]bool)
	for _, ck := range o.Cookies {
		known := slices.ContainsFunc(p.Purposes, func(info PurposeInfo) bool { return info.ID == ck.Purpose })
		if !known || seen[ck.Name] || ck.fault() != "" || p.declares(ck.Name) {
			left = append(left, ck)
			continue
		}
		seen[ck.Name] = true
		cookies = append(cookies, ck.CookieRule)
	}
	p.Cookies = cookies
	return p, left
}

// declares reports whether a rule of p holds for the cookie.
func (p *Policy) declares(name string) bool {
	holds := func(ck CookieRule) bool { return ck.Name == name || isGlob(ck.Name) && matchGlob(ck.Name, name) }
	return slices.ContainsFunc(p.Cookies, holds) ||
		slices.ContainsFunc(p.Services, func(s Service) bool { return slices.ContainsFunc(s.Cookies, holds) })
}
