package gate_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// tongues are markups by language.
type tongues map[string]*gate.Markup

func (t tongues) In(m *gate.Markup, lang []byte) (*gate.Markup, bool) {
	if other := t[string(lang)]; other != nil {
		return other, true
	}
	return m, false
}

// speaking is a new set, so that no test sees the tags of another's.
func speaking(kazakh string) tongues {
	t := tongues{
		"kk": gate.NewMarkup([]byte(`<div id="kelisim" lang="kk">` + kazakh + `</div>`)),
		"ru": gate.NewMarkup([]byte(`<div id="kelisim" lang="ru">Вопрос</div>`)),
		"en": gate.NewMarkup([]byte(`<div id="kelisim" lang="en">Question</div>`)),
	}
	for _, m := range t {
		m.Join(kazakh, `<div id="kelisim" lang="`)
	}
	return t
}

func TestThePageSaysItsLanguage(t *testing.T) {
	long := strings.Repeat(" data-x=yyyyyyyy", 20)
	for _, row := range []struct{ page, want string }{
		{`<html lang="kk"><body>`, "kk"}, {`<!doctype html><html lang=ru><head><title>x</title></head><body>`, "ru"},
		{"<HTML\n\tclass='a>b'  LANG = 'ru' dir=ltr><body>", "ru"}, {`<html/lang="kk"/><body>`, "kk"}, {`<html class lang=" kk "><p>x`, "kk"},
		{`<html lang="kk" lang="ru"><body>`, "kk"}, {`<html xml:lang="kk"><body>`, "en"}, {`<html data-lang="kk" id=lang=kk><body>`, "en"},
		{`<html lang><body>`, "en"}, {`<html lang=""><body>`, "en"}, {`<html lang="de"><body>`, "en"}, {`<html lang=><body>`, "en"},
		{`<html><body lang="kk">`, "en"}, {`<html><html lang="kk"><body>`, "en"}, {`<!-- <html lang="kk"> --><html><body>`, "en"},
		{`<head><script>"<html lang=kk>"</script></head><body>`, "en"}, {`<html` + long + ` lang="kk"><body>`, "en"}, {`<html lang="kk"` + long + `><body>`, "kk"},
	} {
		for _, size := range []int{1, 7, 1 << 10} {
			set := speaking("Сұрақ")
			rec := speak(t, set, row.page+"<p>text", size, "text/html; charset=utf-8", false)
			if got := rec.Body.String(); !strings.Contains(got, `id="kelisim" lang="`+row.want+`"`) || strings.Count(got, "kelisim") != 1 {
				t.Errorf("%s in pieces of %d: want %s: %s", row.page, size, row.want, got)
			}
		}
	}
}

// A page that is flushed before its first tag has its header out already, and still gets the banner in its language.
func TestThePageSaysItsLanguageLate(t *testing.T) {
	for _, kind := range []string{"text/html; charset=utf-8", "text/html"} {
		rec := speak(t, speaking("Сұрақ"), `<!doctype html><html lang="ru"><body><p>text`, 15, kind, true)
		want := map[bool]string{true: "Вопрос", false: "&#1042;"}[strings.Contains(kind, "utf-8")]
		if got := rec.Body.String(); !strings.Contains(got, `lang="ru">`+want) {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

// The length is that of what went in, and a page that brings the markup in any language gets no other.
func TestThePageInItsLanguageIsWhole(t *testing.T) {
	set := speaking("Сұрақ")
	page := `<html lang="ru"><body><p>text`
	w, rec := new(gate.Writer), httptest.NewRecorder()
	w.Reset(rec, request(nil), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: set["en"], Tongues: set})
	rec.Header().Set("Content-Type", "text/html; charset=utf-8")
	rec.Header().Set("Content-Length", strconv.Itoa(len(page)))
	_, _ = w.Write([]byte(page))
	_ = w.Finish()
	if got, want := rec.Body.Len(), len(page)+len(`<div id="kelisim" lang="ru">Вопрос</div>`); got != want || rec.Header().Get("Content-Length") != strconv.Itoa(want) {
		t.Errorf("%d bytes, want %d; Content-Length %s", got, want, rec.Header().Get("Content-Length"))
	}
	again := speak(t, set, rec.Body.String(), 9, "text/html; charset=utf-8", false)
	if strings.Count(again.Body.String(), `id="kelisim"`) != 1 {
		t.Errorf("a page that has the markup in another language gets it twice: %s", again.Body)
	}
}

// A page may pick any of the joined markups, so that the tag of each changes with all.
func TestTagsOfJoinedMarkupsVouchForAll(t *testing.T) {
	before, same, after := speaking("Сұрақ"), speaking("Сұрақ"), speaking("Басқа сұрақ")
	for _, lang := range []string{"kk", "ru", "en"} {
		if before[lang].Tag() != same[lang].Tag() || before[lang].Tag() == after[lang].Tag() {
			t.Errorf("%s: tags %s, %s, %s", lang, before[lang].Tag(), same[lang].Tag(), after[lang].Tag())
		}
	}
	if before["kk"].Tag() == before["ru"].Tag() {
		t.Error("two languages have one tag")
	}
}

func TestTongueCostsNothing(t *testing.T) {
	set, body := speaking("Сұрақ"), []byte(`<!doctype html><html lang="ru"><body>`+strings.Repeat("x", 9000))
	w, s := new(gate.Writer), &sink{h: http.Header{}}
	p := gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: set["en"], Tongues: set}
	r, kind := request(nil), []string{"text/html; charset=utf-8"}
	if got := testing.AllocsPerRun(100, func() {
		clear(s.h)
		s.h["Content-Type"] = kind
		exchange(w, s, r, p, body)
	}); got > 1 {
		t.Errorf("%v allocations", got)
	}
}

func speak(t *testing.T, set tongues, page string, size int, kind string, flush bool) *httptest.ResponseRecorder {
	t.Helper()
	w, rec := new(gate.Writer), httptest.NewRecorder()
	w.Reset(rec, request(nil), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: set["en"], Tongues: set})
	rec.Header().Set("Content-Type", kind)
	for len(page) > 0 {
		k := min(size, len(page))
		_, _ = w.Write([]byte(page[:k]))
		if flush {
			w.Flush()
			flush = false
		}
		page = page[k:]
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return rec
}
