package consent_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// S4-4.5, S2-2.8: withdrawal deletes cookies, wherever they may have been set.
func TestS4_4_5_WithdrawalDeletesCookies(t *testing.T) {
	b := compile(t)
	names := []string{"cookie_consent", "cart", "lang", "_ga", "_ga", "_ga_1", "__Host-stat", "ad_1", "mine", "PHPSESSID", "__Host-consent_proof"}
	for _, row := range []struct {
		name string
		c    consent.Choice
		want []string
	}{
		{"accepted", visitor(b, plain, accept), nil},
		{"refused", visitor(b, plain, reject), []string{"lang", "_ga", "_ga_1", "__Host-stat", "ad_1"}},
		{"withdrew all", visitor(b, plain, accept, withdraw), []string{"lang", "_ga", "_ga_1", "__Host-stat", "ad_1"}},
		{"withdrew marketing", visitor(b, plain, accept, takeBack(consent.Marketing)), []string{"ad_1"}},
		{"gpc", visitor(b, gpc), []string{"lang", "_ga", "_ga_1", "__Host-stat", "ad_1"}},
		{"gpc under opt-out", visitor(compile(t, model(consent.ModelOptOut)), gpc), []string{"_ga", "_ga_1", "__Host-stat", "ad_1"}},
	} {
		var got []string
		for _, e := range b.ExpireAll(row.c, names) {
			got = append(got, e.Name)
			if e.Stance == consent.Granted || e.Stance == consent.Presumed {
				t.Errorf("%s: %s goes though it is %v", row.name, e.Name, e.Stance)
			}
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, got, row.want)
		}
	}
}

func TestExpiryRepeatsEveryPlace(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Cookies = append(p.Cookies, consent.CookieRule{
			Name: "part", Purpose: consent.Marketing, Partitioned: true, Domains: []string{"www.shop.example"}, Paths: []string{"/a"},
		})
	})
	refused := visitor(b, plain, reject)
	for _, row := range []struct {
		name   string
		secure bool
		want   []string
	}{
		{"_ga", false, []string{" /", "shop.example /"}},
		{"_ga_1", false, []string{" /", " /shop", "shop.example /", "shop.example /shop"}},
		{"__Host-stat", true, []string{" /"}},
		{"part", true, []string{" /a", "www.shop.example /a"}},
	} {
		e, ok := b.Expire(refused, row.name)
		if !ok {
			t.Errorf("%s stays", row.name)
			continue
		}
		var got []string
		for _, ck := range e.AppendTo(nil, row.secure) {
			got = append(got, ck.Domain+" "+ck.Path)
			if parsed := consent.ParseSetCookie(ck.String(), noon); !parsed.Deletes || parsed.Name != row.name {
				t.Errorf("%s is no deletion", ck.String())
			}
			if ck.Secure != row.secure || ck.Partitioned != (row.name == "part") {
				t.Errorf("%s: Secure or Partitioned is wrong", ck.String())
			}
			if err := ck.Valid(); err != nil {
				t.Errorf("%s: %v", ck.String(), err)
			}
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestExpiryAppends(t *testing.T) {
	b := compile(t)
	e, _ := b.Expire(visitor(b, plain, reject), "_ga")
	first := http.Cookie{Name: "first"}
	if got := e.AppendTo([]http.Cookie{first}, false); len(got) != 3 || got[0].Name != "first" {
		t.Errorf("got %v", got)
	}
}
