package csp_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kelisim/kelisim/internal/csp"
)

// uri is a delivery by report-uri as Chromium, Firefox and Safari send it.
func uri(blocked, directive, source string) string {
	return fmt.Sprintf(`{"csp-report":{"document-uri":"https://shop.example/cart/9?mail=a@b.example","referrer":"https://elsewhere.example/secret",
"violated-directive":%[2]q,"effective-directive":%[2]q,"original-policy":"default-src 'self'","disposition":"report","blocked-uri":%[1]q,
"source-file":%[3]q,"line-number":3,"status-code":200,"script-sample":"alert(1)"}}`, blocked, directive, source)
}

func TestReportsByURI(t *testing.T) {
	for _, row := range []struct {
		name, blocked, directive, source string
		want                             csp.Violation
	}{
		{"pixel", "https://Pixel.example/p.gif?id=secret", "img-src", "", csp.Violation{Origin: "https://pixel.example", Directive: "img-src"}},
		{"script", "https://cdn.example:443/a.js#x", "script-src-elem", "", csp.Violation{Origin: "https://cdn.example", Directive: "script-src"}},
		{"port", "http://cdn.example:8080", "style-src-attr", "", csp.Violation{Origin: "http://cdn.example:8080", Directive: "style-src"}},
		{"socket", "wss://live.example/s", "connect-src", "", csp.Violation{Origin: "wss://live.example", Directive: "connect-src"}},
		{"user and password", "https://user:secret@video.example/", "child-src", "", csp.Violation{Origin: "https://video.example", Directive: "frame-src"}},
		{"address", "https://[2001:DB8::1]:8443/x", "img-src", "", csp.Violation{Origin: "https://[2001:db8::1]:8443", Directive: "img-src"}},
		{"odd directive", "https://a.example", "<script>", "", csp.Violation{Origin: "https://a.example", Directive: "other"}},
		{"old directive", "https://a.example", "default-src 'self'; x", "", csp.Violation{Origin: "https://a.example", Directive: "other"}},
		{"extension", "chrome-extension://abcdef/x.js", "script-src", "", csp.Violation{Class: csp.Injected, Directive: "script-src"}},
		{"extension's scheme", "moz-extension", "script-src", "", csp.Violation{Class: csp.Injected, Directive: "script-src"}},
		{"by an extension", "https://track.example/x", "img-src", "safari-web-extension://id/c.js", csp.Violation{Class: csp.Injected, Directive: "img-src"}},
		{"by a virus scanner", "https://gc.kis.v2.scr.kaspersky-labs.com/1/main.js", "script-src", "", csp.Violation{Class: csp.Injected, Directive: "script-src"}},
		{"inline", "inline", "style-src-attr", "", csp.Violation{Class: csp.Inline, Directive: "style-src"}},
		{"eval", "eval", "script-src", "", csp.Violation{Class: csp.Eval, Directive: "script-src"}},
		{"wasm", "wasm-eval", "script-src", "", csp.Violation{Class: csp.Eval, Directive: "script-src"}},
		{"data", "data", "img-src", "", csp.Violation{Class: csp.Local, Directive: "img-src"}},
		{"blob", "blob:https://shop.example/1", "worker-src", "", csp.Violation{Class: csp.Local, Directive: "worker-src"}},
		{"about", "about:blank", "frame-src", "", csp.Violation{Class: csp.Local, Directive: "frame-src"}},
		{"own network", "http://192.168.1.1/", "img-src", "", csp.Violation{Class: csp.Nearby, Directive: "img-src"}},
		{"own computer", "http://localhost:6463", "connect-src", "", csp.Violation{Class: csp.Nearby, Directive: "connect-src"}},
		{"nothing", "", "img-src", "", csp.Violation{Class: csp.Unclear, Directive: "img-src"}},
		{"markup", "https://<b>.example", "img-src", "", csp.Violation{Class: csp.Unclear, Directive: "img-src"}},
		{"line break", "https://a.example\n.b", "img-src", "", csp.Violation{Class: csp.Unclear, Directive: "img-src"}},
		{"long", "https://" + strings.Repeat("a", 200) + ".example", "img-src", "", csp.Violation{Class: csp.Unclear, Directive: "img-src"}},
		{"other scheme", "ftp://a.example", "img-src", "", csp.Violation{Class: csp.Unclear, Directive: "img-src"}},
	} {
		row.want.Page = "/cart/9"
		got, err := csp.ParseReports("application/csp-report; charset=utf-8", strings.NewReader(uri(row.blocked, row.directive, row.source)))
		if err != nil || len(got) != 1 || got[0] != row.want {
			t.Errorf("%s: %+v, %v; want %+v", row.name, got, err, row.want)
		}
	}
}

const batch = `[{"type":"deprecation","age":1,"url":"https://shop.example/","body":{"id":"x"}},
{"type":"csp-violation","age":420,"url":"https://shop.example/a","user_agent":"Mozilla/5.0","body":{"documentURL":"https://shop.example/b?x=1","blockedURL":"https://ads.example/1.js",
"effectiveDirective":"script-src-elem","disposition":"enforce","sample":"secret","statusCode":200}},
{"type":"csp-violation","url":"https://shop.example/c","body":{"blockedURL":"inline","effectiveDirective":"script-src-attr","disposition":"report"}},
{"type":"csp-violation","body":"odd"}, 7]`

func TestReportingAPI(t *testing.T) {
	got, err := csp.ParseReports("application/reports+json", strings.NewReader(batch))
	want := []csp.Violation{
		{Origin: "https://ads.example", Directive: "script-src", Page: "/b", Enforced: true},
		{Class: csp.Inline, Directive: "script-src", Page: "/c"},
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestHostileReports(t *testing.T) {
	one := strings.TrimSuffix(strings.SplitN(batch, "\n", 3)[1]+strings.SplitN(batch, "\n", 4)[2], ",")
	for _, row := range []struct {
		name, media, body string
		err               error
		n                 int
	}{
		{"other type", "application/json", "{}", csp.ErrType, 0},
		{"no type", "", "{}", csp.ErrType, 0},
		{"malformed type", "a/b;;=", "{}", csp.ErrType, 0},
		{"empty", csp.TypeURI, "", csp.ErrFormat, 0},
		{"not JSON", csp.TypeURI, "<xml>", csp.ErrFormat, 0},
		{"another object", csp.TypeURI, `{"a":1}`, csp.ErrFormat, 0},
		{"numbers for texts", csp.TypeURI, `{"csp-report":{"blocked-uri":1}}`, csp.ErrFormat, 0},
		{"deep", csp.TypeURI, strings.Repeat(`{"csp-report":`, 9000), csp.ErrFormat, 0},
		{"deep list", csp.TypeReports, strings.Repeat("[", 12000), csp.ErrFormat, 0},
		{"an object for a list", csp.TypeReports, "{}", csp.ErrFormat, 0},
		{"cut off", csp.TypeReports, "[" + one + "," + one[:40], csp.ErrFormat, 1},
		{"many", csp.TypeReports, "[" + strings.Repeat(`{"type":"csp-violation","body":{"blockedURL":"inline"}},`, 200) + "7]", nil, 64},
		{"beyond 16 KiB", csp.TypeReports, "[" + one + `,"` + strings.Repeat("x", csp.MaxReport) + `"]`, csp.ErrFormat, 1},
	} {
		got, err := csp.ParseReports(row.media, strings.NewReader(row.body))
		if !errors.Is(err, row.err) || len(got) != row.n {
			t.Errorf("%s: %d reports, %v; want %d, %v", row.name, len(got), err, row.n, row.err)
		}
	}
}

// FuzzReports: whatever comes, what is kept is short, plain and of the network.
func FuzzReports(f *testing.F) {
	f.Add(false, uri("https://pixel.example/p?id=1", "img-src", ""))
	f.Add(false, uri("chrome-extension", "script-src", "x"))
	f.Add(true, batch)
	f.Add(true, `[{"type":"csp-violation","body":{"blockedURL":"https://[::1%25x]:99999/"}}]`)
	f.Fuzz(func(t *testing.T, api bool, body string) {
		media := csp.TypeURI
		if api {
			media = csp.TypeReports
		}
		got, _ := csp.ParseReports(media, strings.NewReader(body))
		if len(got) > 64 {
			t.Fatalf("%d reports", len(got))
		}
		for _, v := range got {
			if len(v.Page) > 1024 || len(v.Origin) > 160 || !utf8.ValidString(v.Origin) {
				t.Errorf("kept too much: %+v", v)
			}
			if (v.Class == csp.ThirdParty) != (v.Origin != "") {
				t.Errorf("class %v with origin %q", v.Class, v.Origin)
			}
			if strings.ContainsAny(v.Origin, "<>\"'@?# \n\t;,/") && strings.ContainsAny(strings.Replace(v.Origin, "://", "", 1), "<>\"'@?# \n\t;,/") {
				t.Errorf("origin %q", v.Origin)
			}
			if strings.ContainsAny(v.Directive, " ;,") {
				t.Errorf("directive %q", v.Directive)
			}
		}
	})
}
