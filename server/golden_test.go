package server_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what pages look like now to testdata")

// unstable is what changes without a page changing: names of built files, and drawings of countries.
var unstable = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\.[0-9a-f]{12}\.(css|js|svg)`), ".HASH.$1"},
	{regexp.MustCompile(`(?s)(<figure class="map">\n<svg[^>]*>).*?(</svg>\n<figcaption)`), "$1…$2"},
	{regexp.MustCompile(`name="token" value="[^"]+"`), `name="token" value="…"`},
	{regexp.MustCompile(`token=[\w-]{20,}`), `token=…`},
}

func TestGoldenPages(t *testing.T) {
	b := newBench(t, with(year()), finding, planned)
	cookie := b.signIn(t)
	b.declare(t, cookie, "_hjSessionUser_1", "statistics")
	tests := []struct{ name, path, view string }{
		{"overview.en", "/admin/", "en.auto"},
		{"overview.kk", "/admin/?range=12m&metric=bounce&compare=none", "kk.dark"},
		{"overview.ru", "/admin/?range=today&tz=3&pages=entry&places=provider", "ru.light"},
		{"list.en", "/admin/list/country?range=30d", "en.auto"},
		{"consents.en", "/admin/consents?range=30d&metric=rejected", "en.auto"},
		{"consents.kk", "/admin/consents", "kk.auto"},
		{"consents.ru", "/admin/consents?range=12m&tz=3", "ru.auto"},
		{"findings.en", "/admin/findings?done=added&name=_hjSessionUser_1", "en.auto"},
		{"findings.kk", "/admin/findings", "kk.auto"},
		{"findings.ru", "/admin/findings?done=added&name=nobody", "ru.auto"},
		{"technical.en", "/admin/technical?range=30d", "en.auto"},
		{"technical.bots.ru", "/admin/technical?range=30d&who=bots", "ru.auto"},
		{"networks.en", "/admin/networks", "en.auto"},
		{"networks.kk", "/admin/networks?range=today", "kk.auto"},
		{"networks.ru", "/admin/networks?range=30d&provider=Kar-Tel+LLC", "ru.auto"},
		{"returning.kk", "/admin/returning?range=12m&by=month", "kk.auto"},
		{"narrowed.ru", "/admin/?range=30d&on=country:KZ", "ru.auto"},
		{"settings.ru", "/admin/settings", "ru.auto"},
		{"health.kk", "/admin/health", "kk.auto"},
		{"missing.ru", "/admin/nothing", "ru.auto"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			page := body(t, b.do("GET", test.path, nil, cookie, &http.Cookie{Name: "kelisim_view", Value: test.view}))
			golden(t, test.name, page)
		})
	}
	golden(t, "login.kk", body(t, b.do("GET", "/admin/login", nil, &http.Cookie{Name: "kelisim_view", Value: "kk.auto"})))
}

func golden(t *testing.T, name, page string) {
	t.Helper()
	goldenFile(t, name+".golden.html", page)
}

func goldenFile(t *testing.T, name, page string) {
	t.Helper()
	for _, u := range unstable {
		page = u.pattern.ReplaceAllString(page, u.with)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v: run go test ./server -update and look at what it wrote", err)
	}
	got, old := strings.Split(page, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(got), len(old)) {
		if got[i] != old[i] {
			t.Fatalf("%s:%d is now\n%s\nwas\n%s\nrun go test ./server -update if that is meant", file, i+1, got[i], old[i])
		}
	}
	if len(got) != len(old) {
		t.Errorf("%s has %d lines, had %d", file, len(got), len(old))
	}
}
