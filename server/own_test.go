package server_test

import (
	"net/http"
	"net/url"
	"testing"
)

// own is what an answer sets of the cookie that keeps one's visits out of the statistics.
func own(res *http.Response) *http.Cookie {
	for _, c := range res.Cookies() {
		if c.Name == "kelisim_own" {
			return c
		}
	}
	return nil
}

// TestOwnVisitsWhileSignedIn: signing in leaves one's visits to the site out, signing out counts them again, and neither
// touches one's own wish.
func TestOwnVisitsWhileSignedIn(t *testing.T) {
	b := newBench(t)
	b.signIn(t)
	form := url.Values{"name": {owner}, "password": {password}}
	wish := &http.Cookie{Name: "kelisim_own", Value: "me"}
	in := b.do("POST", "/admin/login", form)
	if c := own(in); c == nil || c.Value != "admin" || c.Path != "/" || !c.HttpOnly || c.MaxAge <= 0 {
		t.Errorf("signing in set %v", c)
	}
	if c := own(b.do("POST", "/admin/login", form, wish)); c != nil {
		t.Errorf("signing in replaced a wish by %v", c)
	}
	out := b.do("POST", "/admin/logout", url.Values{}, session(in), own(in))
	if c := own(out); c == nil || c.Value != "" || c.MaxAge >= 0 {
		t.Errorf("signing out set %v", c)
	}
	if c := own(b.do("POST", "/admin/logout", url.Values{}, session(in), wish)); c != nil {
		t.Errorf("signing out replaced a wish by %v", c)
	}
	if c := own(b.do("POST", "/admin/login", url.Values{"name": {owner}, "password": {"wrong"}})); c != nil {
		t.Errorf("a wrong password set %v", c)
	}
}
