package guard_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
)

// minor is a later, slightly changed revision of the demonstration policy.
func minor(c *guard.Config) {
	c.Policy.Revision = consent.Revision{
		Number: 2, Since: 1, Date: "2026-11-23", Change: consent.Minor,
		Text: consent.Text{"kk": "Мекенжай өзгерді.", "ru": "Адрес изменился.", "en": "The address has changed."},
	}
}

// TestS4_10_MinorRevisionIsToldOnce by the first page that a person looks at, and costs whoever refused no new cookie.
func TestS4_10_MinorRevisionIsToldOnce(t *testing.T) {
	t.Parallel()
	before, after := build(t, nil), build(t, minor)
	before.choose("reject")
	from, _ := url.Parse(before.server.URL)
	to, _ := url.Parse(after.server.URL)
	after.client.Jar.SetCookies(to, before.client.Jar.Cookies(from))
	after.header.Set("Accept-Language", "en")

	after.header.Set("Sec-Fetch-Dest", "empty") // a script fetches a part: nobody sees a notice
	if _, text := after.do(http.MethodGet, "/", nil); strings.Contains(text, "has changed") {
		t.Error("the revision is told to a script")
	}
	after.header.Set("Sec-Fetch-Dest", "document")
	after.header.Set("Sec-Purpose", "prefetch;prerender") // perhaps nobody ever looks at it
	after.do(http.MethodGet, "/", nil)
	after.header.Del("Sec-Purpose")
	res, text := after.do(http.MethodGet, "/", nil)
	if !strings.Contains(text, "The address has changed.") || strings.Contains(text, "<form") {
		t.Error("the revision is not told, or the question asked again")
	}
	if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "private") {
		t.Errorf("Cache-Control %q", got)
	}
	if _, text := after.do(http.MethodGet, "/", nil); strings.Contains(text, "has changed") {
		t.Error("the revision is told twice")
	}
	if jar := after.jar(); !jar[consent.StateCookie] || jar["__Host-consent_proof"] {
		t.Errorf("the visitor holds %v", jar)
	}
}

func TestTheModelDecidesWhatIsShown(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		model       consent.Model
		has, hasNot string
	}{
		{consent.ModelOptIn, "Reject all", "data-object"},
		{consent.ModelOptOut, "data-object", "data-told"},
		{consent.ModelImplied, "OK, understood", `value="accept"`},
	} {
		h := build(t, func(c *guard.Config) { c.Policy.Model, c.Form = row.model, guard.FormBar })
		h.header.Set("Accept-Language", "en")
		_, text := h.do(http.MethodGet, "/", nil)
		if !strings.Contains(text, row.has) || strings.Contains(text, row.hasNot) || !strings.Contains(text, "k-bar") {
			t.Errorf("%s: want %q, not %q", row.model, row.has, row.hasNot)
		}
		h.header.Set("Sec-GPC", "1")
		if _, text := h.do(http.MethodGet, "/", nil); strings.Contains(text, "<form") {
			t.Errorf("%s: a visitor whose browser has answered is shown the question", row.model)
		}
	}
}

func TestTheAddressNamesTheLanguage(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.header.Set("Accept-Language", "en")
	for path, want := range map[string]string{"/": "en", "/ru/news": "ru", "/kk": "kk", "/?lang=kk": "kk", "/?lang=zz": "en", "/rules": "en"} {
		if _, text := h.do(http.MethodGet, path, nil); !strings.Contains(text, `id="kelisim" lang="`+want+`"`) {
			t.Errorf("%s is not asked in %s", path, want)
		}
	}
}
