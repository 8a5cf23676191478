package e2e_test

import (
	"strings"
	"testing"
)

// Where things are on a page of the site.
const (
	panel  = "#kelisim .k-panel"
	accept = panel + " button[value=accept]"
	reject = panel + " button[value=reject]"
	save   = panel + " button[value=choose]"
	more   = panel + " summary"
	reopen = "#kelisim .k-reopen"
	shut   = panel + " .k-close"
)

// Cookies of the demonstration site.
var (
	necessary = []string{"cookie_consent", "demo_session"}
	proof     = "__Host-consent_proof"
)

func TestS4_4_2_BannerAsksInTheVisitorsLanguage(t *testing.T) {
	p := start(t)
	for _, row := range []struct{ accepts, lang, heading, lead string }{
		{"kk", "kk", "Cookie файлдары", "Жабайы алма"},
		{"ru-RU,ru;q=0.9,en;q=0.5", "ru", "cookie", "яблон"},
		{"en-GB", "en", "you decide", "apple"},
		{"xx", "kk", "Cookie файлдары", "алма"},
	} {
		v := visit(t, p.site, options{language: row.accepts})
		v.open("/")
		v.shown(panel)
		if got := ask[string](v, `document.documentElement.lang + " " + document.getElementById("kelisim").lang`); got != row.lang+" "+row.lang {
			t.Errorf("%q: languages of page and banner are %q, want both %s", row.accepts, got, row.lang)
		}
		if got := v.text(panel + " h2"); !strings.Contains(strings.ToLower(got), strings.ToLower(row.heading)) {
			t.Errorf("%q: the banner is headed %q, want %q in it", row.accepts, got, row.heading)
		}
		v.wantJar("demo_session")
	}
}

// A page that was asked for in another language than the browser's asks in that language.
func TestS4_4_2_BannerAsksInThePagesLanguage(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{language: "en"})
	v.open("/?lang=ru")
	v.shown(panel)
	if got := ask[string](v, `document.documentElement.lang + " " + document.getElementById("kelisim").lang`); got != "ru ru" {
		t.Errorf("languages of page and banner are %q, want both ru", got)
	}
}

// Freely given: both answers have the same size and level, and nothing is ticked beforehand.
func TestS4_8_1_RejectingIsAsEasyAsAccepting(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	size := func(selector string) string {
		return ask[string](v, `(e => { const b = e.getBoundingClientRect(), s = getComputedStyle(e); return [b.width, b.height, s.backgroundColor, s.color, s.fontSize, s.fontWeight].join(" ") })(document.querySelector("`+selector+`"))`)
	}
	if a, r := size(accept), size(reject); a != r {
		t.Errorf("accept looks like %s, reject like %s", a, r)
	}
	if ticked := ask[int](v, `document.querySelectorAll("#kelisim input:checked").length`); ticked != 0 {
		t.Errorf("%d purposes are ticked beforehand", ticked)
	}
}

func TestBannerIsUsableFromTheKeyboard(t *testing.T) {
	p := start(t)
	for _, row := range []struct {
		name, value string
		jar         []string
	}{
		{"accept", accept, []string{"cookie_consent", "demo_session", proof, "demo_counter", "demo_tracker", "third_party_id"}},
		{"reject", reject, necessary},
	} {
		t.Run(row.name, func(t *testing.T) {
			v := visit(t, p.site, options{})
			v.open("/")
			v.shown(panel)
			v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
			for tabs := 0; !ask[bool](v, `document.activeElement.matches("`+row.value+`")`); tabs++ {
				if tabs == 20 {
					t.Fatalf("twenty tabs do not reach %s; the focus is on %s", row.name, ask[string](v, `document.activeElement.outerHTML`))
				}
				v.press("\t")
			}
			v.press("\r")
			v.hidden(panel)
			v.wantJar(row.jar...)
		})
	}
}

// Escape closes what is open, first the purposes, then the question, and is no answer.
func TestEscapeIsNoAnswer(t *testing.T) {
	p := start(t)
	v := visit(t, p.site, options{})
	v.open("/")
	v.shown(panel)
	v.await(`typeof document.querySelector("#kelisim form").onsubmit === "function"`)
	v.click(more)
	v.await(`document.querySelector("#kelisim details").open`)
	v.press("\x1b")
	v.await(`!document.querySelector("#kelisim details").open`)
	v.shown(panel)
	v.press("\x1b")
	v.hidden(panel)
	v.wantJar("demo_session")
	v.open("/articles")
	v.shown(panel)
	v.wantWire("demo_session")
	p.wantSilence(t, nil)
}
