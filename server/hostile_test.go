package server_test

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

// hostile is what strangers may have left in paths, referrers and campaign tags.
var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onmouseover='alert(1)`, `javascript:alert(1)`,
	`</title></svg><script>alert(1)</script>`, `]]><script>alert(1)</script>`, `{{.User}}`, `${alert(1)}`,
	`</td></tr></table><form action=https://evil.example>`, `<!--`, `<style>*{display:none}</style>`, `&lt;script&gt;`,
	`=HYPERLINK("https://evil.example","x")`, `+cmd|'/C calc'!A0`, `-2+3`, `@SUM(1)`, `  =1+1`, "\u00a0=1+1", `＝1+1`, `%0A=1+1`, `|calc`,
	"safe\u202egnp.exe", "a\u2066b\u2069", "zero\u200bwidth", "bom\ufeff", "soft\u00adhyphen", "tag\U000e0041", "\u2028line", strings.Repeat("ж", 128),
}

// poisoned is a site on which every dimension holds every hostile value.
func poisoned() *source {
	s := year()
	s.first = today() - 2
	for dim := range stats.Dimensions() {
		s.values[dim] = nil
		for i, v := range hostile {
			s.values[dim] = append(s.values[dim], weighted{v, .03 + float64(i)/9999})
			if dim == stats.DimConsent || dim.Spec().Act {
				for _, outcome := range []string{"/shown", "/accepted", "/customised", "/granted", "/withdrawn"} {
					s.values[dim] = append(s.values[dim], weighted{v + outcome, .03 + float64(i)/9999})
				}
			}
		}
	}
	return s
}

func names() []string {
	return strings.Fields("page entry exit section file source channel campaign country region city provider language browser version os osversion device status missing outcome botclass bot title network screen outbound download upload event unsigned netprovider netprefix netcountry")
}

func TestStoredScriptsAreInertInPages(t *testing.T) {
	b := newBench(t, with(poisoned()), func(c *server.Config, _ *bench) { c.Site = hostile[0] })
	cookie := b.signIn(t)
	paths := []string{"/admin/", "/admin/health", "/admin/technical", "/admin/technical?who=bots", "/admin/returning?by=month", "/admin/networks", "/admin/networks?provider=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/admin/settings", "/admin/?on=page:%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/admin/realtime", "/admin/consents", "/admin/consents?range=30d&metric=%22%3E%3Cscript%3E", "/admin/?pages=entry&sources=campaign&places=provider&people=version&answers=file&bots=bot"}
	for _, name := range names() {
		paths = append(paths, "/admin/list/"+name, "/admin/list/"+name+"?q=%3Cscript%3E%22%27")
	}
	for _, panel := range strings.Fields("pages sources places people consent bots answers lost attention links events unsigned networks") {
		paths = append(paths, "/admin/panel/"+panel)
	}
	for _, path := range paths {
		res := b.do("GET", path, nil, cookie)
		if res.StatusCode != 200 {
			t.Fatalf("%s answered %d", path, res.StatusCode)
		}
		checkInert(t, path, body(t, res))
	}
}

// checkInert parses a page and looks for anything that did not come from our templates.
func checkInert(t *testing.T, path, page string) {
	t.Helper()
	for _, r := range page {
		if r != '\n' && r != '\t' && r != unicode.ReplacementChar && !unicode.IsGraphic(r) {
			t.Errorf("%s holds the invisible character %U", path, r)
		}
	}
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.CommentToken:
			t.Errorf("%s holds a comment", path)
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data == "img" || token.Data == "style" || token.Data == "iframe" {
				t.Errorf("%s holds <%s>", path, token.Data)
			}
			for _, a := range token.Attr {
				link := a.Key == "href" || a.Key == "src" || a.Key == "action"
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || (link && !ours(a.Val)) {
					t.Errorf("%s holds %s=%q", path, a.Key, a.Val)
				}
			}
		}
	}
}

func ours(link string) bool {
	credited := slices.ContainsFunc(geo.Credits(), func(c geo.Credit) bool { return c.URL == link })
	return credited || strings.HasPrefix(link, "/admin/") || strings.HasPrefix(link, "#")
}

func TestStoredFormulasAreInertInCSV(t *testing.T) {
	b := newBench(t, with(poisoned()))
	cookie := b.signIn(t)
	for _, name := range names() {
		res := b.do("GET", "/admin/export/"+name+".csv", nil, cookie)
		if got := res.Header.Get("Content-Disposition"); !strings.HasPrefix(got, `attachment; filename="`+name+"-2026-11-") {
			t.Errorf("%s: Content-Disposition %q", name, got)
		}
		records, err := csv.NewReader(res.Body).ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(records) < 2 {
			t.Errorf("%s: %d lines", name, len(records))
		}
		for _, record := range records[1:] {
			cell := strings.TrimLeft(record[0], " \u00a0\ufeff")
			if cell != "" && strings.ContainsRune("=+-@|\t\r＝", []rune(cell)[0]) {
				t.Errorf("%s: a spreadsheet would run %q", name, record[0])
			}
		}
	}
}

func TestStoredScriptsAreInertInJSON(t *testing.T) {
	b := newBench(t, with(poisoned()))
	cookie := b.signIn(t)
	for _, name := range names() {
		res := b.do("GET", "/admin/export/"+name+".json", nil, cookie)
		data, _ := io.ReadAll(res.Body)
		if res.Header.Get("Content-Type") != "application/json" || !json.Valid(data) || strings.ContainsAny(string(data), "<>\u2028\u202e") {
			t.Errorf("%s.json is %s: %.200s", name, res.Header.Get("Content-Type"), data)
		}
	}
}

func TestAddressesAreNotEchoedRaw(t *testing.T) {
	b := newBench(t, with(year()))
	cookie := b.signIn(t)
	for _, path := range []string{
		"/admin/?range=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "/admin/?metric=%22%3E%3Cscript%3E", "/admin/list/page?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
		"/admin/login?next=javascript:alert(1)", "/admin/login?next=//evil.example", "/admin/%3Cscript%3Ealert(1)%3C/script%3E",
	} {
		for _, cookies := range [][]*http.Cookie{nil, {cookie}} {
			page := body(t, b.do("GET", path, nil, cookies...))
			checkInert(t, path, page)
			if strings.Contains(page, "<script>") || strings.Contains(page, `value="javascript:`) || strings.Contains(page, `value="//evil`) {
				t.Errorf("%s is echoed", path)
			}
		}
	}
}

func TestHugeFormIsRefused(t *testing.T) {
	b := newBench(t)
	r := httptest.NewRequest("POST", base+"/admin/login", strings.NewReader("name="+strings.Repeat("a", 1<<20)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if res := b.send(r); res.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %d", res.StatusCode)
	}
}
