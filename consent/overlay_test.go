package consent_test

import (
	"errors"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

func rule(name string, purpose consent.Purpose) consent.OverlayCookie {
	return consent.OverlayCookie{CookieRule: consent.CookieRule{Name: name, Purpose: purpose, Lifetime: consent.Period{N: 2, Unit: consent.Years}}, Added: time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)}
}

func TestOverlaidDeclaresWhatTheFileDoesNot(t *testing.T) {
	p := shop()
	p.Cookies = append(p.Cookies, consent.CookieRule{Name: "mine_*", Purpose: consent.Statistics})
	before := len(p.Cookies)
	o := consent.Overlay{Cookies: []consent.OverlayCookie{
		rule("new", consent.Marketing), rule("new", consent.Necessary), rule("mine_1", consent.Necessary), rule("x", "unheard-of"), rule("*", consent.Necessary), rule("cookie_consent", consent.Necessary),
	}}
	got, left := p.Overlaid(o)
	if len(p.Cookies) != before || len(got.Cookies) != before+1 || got.Cookies[before].Purpose != consent.Marketing || len(left) != 5 {
		t.Errorf("cookies %v, left %v", got.Cookies, left)
	}
	was, err := consent.Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	now, err := consent.Compile(got)
	if err != nil {
		t.Fatal(err)
	}
	if was.Hash() == now.Hash() || was.Shape() != now.Shape() || was.Revision() != now.Revision() {
		t.Error("an overlay changes the hash, and neither shape nor revision")
	}
	if err := now.Succeeds(was); err != nil {
		t.Errorf("an overlay asks visitors again: %v", err)
	}
}

func TestOverlayDocuments(t *testing.T) {
	o, err := consent.Overlay{}.With(rule("_ga", consent.Statistics))
	if err != nil {
		t.Fatal(err)
	}
	if o, err = o.With(rule("_ga", consent.Marketing)); err != nil || len(o.Cookies) != 1 || o.Cookies[0].Purpose != consent.Marketing {
		t.Errorf("a second rule for a cookie does not replace the first: %v, %v", o, err)
	}
	document, err := o.Document()
	if err != nil {
		t.Fatal(err)
	}
	again, err := consent.ParseOverlay(document)
	if err != nil || len(again.Cookies) != 1 || again.Cookies[0].Name != "_ga" || !again.Cookies[0].Added.Equal(o.Cookies[0].Added) || again.Cookies[0].Lifetime != o.Cookies[0].Lifetime {
		t.Errorf("%v, %v", again, err)
	}
	if o = o.Without("_ga"); len(o.Cookies) != 0 {
		t.Errorf("%v", o)
	}
	for _, bad := range []string{`[]`, `{"cookies":1}`, `{"purposes":[]}`, `{`} {
		if _, err := consent.ParseOverlay([]byte(bad)); !errors.Is(err, consent.ErrOverlay) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, name := range []string{"", "a b", "a*", "?", "a=b", "cookie_consent", "__Host-consent_proof", "ж"} {
		if _, err := o.With(rule(name, consent.Necessary)); !errors.Is(err, consent.ErrOverlay) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for i := range consent.MaxOverlay {
		o, err = o.With(rule("c"+string(rune('a'+i%26))+string(rune('a'+i/26)), consent.Marketing))
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := o.With(rule("more", consent.Marketing)); !errors.Is(err, consent.ErrOverlay) {
		t.Errorf("more than %d rules: %v", consent.MaxOverlay, err)
	}
}
