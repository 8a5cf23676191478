package centre_test

import (
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/static/banner"
)

// visitWith is visit with a configuration of the test's own.
func visitWith(t *testing.T, s *site, c centre.Config) *browser {
	t.Helper()
	c.Consents, c.Logger = s, slog.New(slog.NewTextHandler(io.Discard, nil))
	handler, err := centre.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, handler: handler, header: http.Header{}, jar: map[string]string{}}
}

// TestPartOfAStaticPage: what the middleware would have put in, for this visitor.
func TestPartOfAStaticPage(t *testing.T) {
	b := visitWith(t, newSite(t, nil), centre.Config{Form: banner.Bar})
	for _, row := range []struct {
		name, target string
		prepare      func()
		has, hasNot  string
	}{
		{"undecided", "/consent/page?lang=ru", func() {}, "k-bar", "data-done"},
		{"another form", "/consent/page?form=dialog", func() {}, "<dialog open", "k-bar"},
		{"no such form", "/consent/page?form=<b>", func() {}, "k-bar", "<dialog"},
		{"opted out by the browser", "/consent/page", func() { b.header.Set("Sec-GPC", "1") }, "data-done", "<form"},
		{"decided", "/consent/page", func() { b.header.Del("Sec-GPC"); b.post("action=reject") }, "data-done", "<form"},
	} {
		row.prepare()
		w := b.get(row.target)
		page := w.Body.String()
		if !strings.Contains(page, row.has) || strings.Contains(page, row.hasNot) {
			t.Errorf("%s: want %q and not %q in\n%s", row.name, row.has, row.hasNot, page)
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", row.name, got)
		}
	}
}

// TestS4_10_MinorRevisionIsToldOnce also to pages that the middleware never saw; whoever refused holds one cookie as before.
func TestS4_10_MinorRevisionIsToldOnce(t *testing.T) {
	old := newSite(t, nil)
	b := visit(t, old)
	b.post("action=reject")
	next := newSite(t, func(p *consent.Policy) {
		p.Revision = consent.Revision{Number: 4, Since: 3, Date: "2026-11-20", Change: consent.Minor, Text: text("Көштік.", "Мы переехали.", "We moved.")}
	})
	later := visit(t, next)
	later.jar = map[string]string{consent.StateCookie: b.jar[consent.StateCookie]}
	if page := later.get("/consent/page?lang=en").Body.String(); !strings.Contains(page, "We moved.") || strings.Contains(page, "<form") {
		t.Errorf("the revision is not told:\n%s", page)
	}
	if page := later.get("/consent/page?lang=en").Body.String(); strings.Contains(page, "We moved.") {
		t.Error("the revision is told twice")
	}
	if len(later.jar) != 1 {
		t.Errorf("the visitor holds %v", later.jar)
	}
}

func TestOtherOriginsOfTheSite(t *testing.T) {
	const shop = "https://shop.site.example"
	for _, row := range []struct {
		origin, site string
		status       int
		allow        string
	}{
		{shop, "same-site", 200, shop},
		{"https://evil.example", "cross-site", 403, ""},
		{"https://other.site.example", "same-site", 403, ""},
	} {
		b := visitWith(t, newSite(t, nil), centre.Config{Origins: []string{shop}})
		b.header.Set("Origin", row.origin)
		b.header.Set("Sec-Fetch-Site", row.site)
		b.header.Set("Accept", "application/json")
		w := b.post("action=accept")
		if w.Code != row.status || w.Header().Get("Access-Control-Allow-Origin") != row.allow || !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Origin") {
			t.Errorf("%s: %d, headers %v", row.origin, w.Code, w.Header())
		}
	}
	b := visitWith(t, newSite(t, nil), centre.Config{Origins: []string{shop}})
	b.header.Set("Origin", shop)
	if page := b.get("/consent/page").Body.String(); !strings.Contains(page, `action="//site.example/consent/choice"`) {
		t.Errorf("the page of another host is sent home with\n%s", page)
	}
	if _, err := centre.New(centre.Config{Consents: newSite(t, nil), Origins: []string{"shop"}}); err == nil {
		t.Error("an origin without a scheme passes")
	}
}

func TestConsentModeSaysWhatThePolicySays(t *testing.T) {
	s := newSite(t, nil)
	b := visitWith(t, s, centre.Config{Mode: banner.Mode{Signals: map[string]string{"functionality_storage": "statistics"}, Wait: 900, URLPassthrough: true}})
	w := b.get("/consent/mode.js")
	setting := json.NewDecoder(strings.NewReader(strings.TrimPrefix(w.Body.String(), "self.kelisimMode=")))
	var got struct {
		Policy  map[string]string
		Signals map[string]string
		Wait    int
		Set     map[string]bool
	}
	if err := setting.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Policy["shape"] != s.rules.Shape() || got.Policy["purposes"] != "necessary statistics marketing" || len(got.Signals) != 7 ||
		got.Signals["functionality_storage"] != "statistics" || got.Wait != 900 || !got.Set["url_passthrough"] || got.Set["ads_data_redaction"] {
		t.Errorf("%+v", got)
	}
	if cache := w.Header().Get("Cache-Control"); cache != "public, max-age=300" {
		t.Errorf("Cache-Control %q", cache)
	}
	for _, bad := range []banner.Mode{{Signals: map[string]string{"ads": "marketing"}}, {Signals: map[string]string{"ad_storage": "nobody"}}, {Wait: -1}} {
		if _, err := centre.New(centre.Config{Consents: s, Mode: bad}); err == nil {
			t.Errorf("%+v passes", bad)
		}
	}
}

func TestFilesKeepTheirNames(t *testing.T) {
	b := visit(t, newSite(t, nil))
	for target, word := range map[string]string{"/consent/kelisim.js": "currentScript", "/consent/kelisim.d.ts": "export interface Kelisim", "/consent/mode.js": "wait_for_update"} {
		w := b.get(target)
		if w.Code != 200 || !strings.Contains(w.Body.String(), word) || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("ETag") == "" {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
		b.header.Set("If-None-Match", w.Header().Get("ETag"))
		if again := b.get(target); again.Code != 304 {
			t.Errorf("%s again: %d", target, again.Code)
		}
		b.header.Del("If-None-Match")
	}
}

// shelf is an archive of editions.
type shelf []consent.Edition

func (s shelf) Editions(context.Context) ([]consent.Edition, error) { return s, nil }

func (s shelf) Edition(_ context.Context, hash string) (consent.Edition, error) {
	for _, e := range s {
		if e.Hash == hash {
			return e, nil
		}
	}
	return consent.Edition{}, fs.ErrNotExist
}

// TestS4_10_FormerRevisionsCanBeRead: listed in the notice, and shown by their hash.
func TestS4_10_FormerRevisionsCanBeRead(t *testing.T) {
	old := newSite(t, func(p *consent.Policy) {
		p.Revision.Number, p.Revision.Date = 2, "2025-01-02"
		p.Controller.Name = "The owner of then"
		p.Purposes = p.Purposes[:2]
		p.Services, p.Transfers = nil, consent.Transfers{ThirdParties: consent.No, CrossBorder: consent.No, Publication: consent.No}
	}).rules
	s := newSite(t, nil)
	b := visitWith(t, s, centre.Config{Archive: shelf{{Hash: old.Hash(), Policy: old.Policy()}, {Hash: s.rules.Hash(), Policy: s.rules.Policy()}}})
	now := b.get("/consent/notice?lang=en").Body.String()
	if strings.Count(now, "edition="+old.Hash()) != 1 || strings.Count(now, "edition="+s.rules.Hash()) != 1 || !strings.Contains(now, "2 January 2025, revision 2") {
		t.Errorf("the history is not listed:\n%s", now)
	}
	then := b.get("/consent/notice?lang=en&edition=" + old.Hash()).Body.String()
	if !strings.Contains(then, `<p class="lead">In force from 2 January 2025, revision 2`) || strings.Contains(then, "Marketing") {
		t.Errorf("the former revision is not shown:\n%s", then)
	}
	if !strings.Contains(then, "The owner of then") || strings.Contains(now, "The owner of then") {
		t.Error("a former revision does not name who answered for the data then")
	}
	if w := b.get("/consent/notice?edition=nothing"); w.Code != 404 {
		t.Errorf("a revision that never was: %d", w.Code)
	}
}

// TestEditionsOfOneRevisionAreToldApart: rules added in the dashboard change the policy without a new revision.
func TestEditionsOfOneRevisionAreToldApart(t *testing.T) {
	other := newSite(t, func(p *consent.Policy) {
		p.Cookies = append(p.Cookies, consent.CookieRule{Name: "more", Purpose: consent.Necessary})
	}).rules
	s := newSite(t, nil)
	b := visitWith(t, s, centre.Config{Archive: shelf{{Hash: other.Hash(), Policy: other.Policy()}}})
	text := b.get("/consent/notice?lang=en").Body.String()
	for _, hash := range []string{other.Hash(), s.rules.Hash()} {
		if strings.Count(text, " · "+hash[:8]+"<") != 1 {
			t.Errorf("%s is not told apart", hash)
		}
	}
}

func TestS4_4_1_1_RepresentativeDecidesInTheCentre(t *testing.T) {
	s := newSite(t, nil)
	b := visit(t, s)
	b.post("action=accept&method=centre&capacity=other")
	b.post("action=accept&method=centre")
	if got := s.submitted; len(got) != 2 || got[0].Method != consent.MethodRepresentative || got[0].Capacity != consent.CapacityOther || got[1].Method != consent.MethodCentre {
		t.Errorf("%+v", got)
	}
}

// TestServicesHaveSwitches where the policy is per service, in the banner and in the centre.
func TestServicesHaveSwitches(t *testing.T) {
	s := newSite(t, func(p *consent.Policy) { p.PerService = true })
	b := visit(t, s)
	page := b.get("/consent/page?lang=en").Body.String()
	for _, want := range []string{`data-each="service:ads"`, `id="k-s-ads" name="service" value="ads" data-of="marketing" data-cookies="ad_*"`, "Exchange Inc. (Ireland)"} {
		if !strings.Contains(page, want) {
			t.Errorf("the banner lacks %s", want)
		}
	}
	b.post("action=choose&method=centre&service=&service=ads")
	if c := s.Choice(request(b)); !c.AllowsService("ads") || c.Allows(consent.Marketing) {
		t.Errorf("granted: %v, %v", c.Services(), c.Granted())
	}
	if home := b.get("/consent/").Body.String(); !strings.Contains(home, `name="service" value="ads" checked`) {
		t.Errorf("the centre does not show the service:\n%s", home)
	}
}
