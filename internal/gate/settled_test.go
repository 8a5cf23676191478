package gate_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// shelf is a site of one cacheable page, as a shared cache asks for it.
type shelf struct {
	t    *testing.T
	set  tongues
	page string
}

// get asks for the page as a visitor who prefers a language does.
func (s shelf) get(method, prefers, etag string) *httptest.ResponseRecorder {
	s.t.Helper()
	p := gate.Plan{Rules: gatetest.Rules(s.t), Now: gatetest.Now, Shared: s.set[prefers], SharedVary: "Accept-Language", Tongues: s.set}
	r := request(browser)
	r.Method = method
	if etag != "" {
		r.Header.Set("If-None-Match", etag)
	}
	return answer(p, r, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "public, max-age=60")
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "", gatetest.Now, strings.NewReader(s.page))
	})
}

// A page that says its language is the same for everybody: a cache keeps it once, and may ask after it in the name of any.
func TestASharedPageThatSaysItsLanguageIsKeptOnce(t *testing.T) {
	s := shelf{t, speaking("Сұрақ"), `<!doctype html><html lang="kk"><body><p>text`}
	russian, english := s.get("GET", "ru", ""), s.get("GET", "en", "")
	tag := russian.Header().Get("ETag")
	if russian.Body.String() != english.Body.String() || tag == "" || tag != english.Header().Get("ETag") || !strings.Contains(russian.Body.String(), "Сұрақ") {
		t.Fatalf("two visitors get %q\n%s\nand %q\n%s", tag, russian.Body, english.Header().Get("ETag"), english.Body)
	}
	again := s.get("GET", "en", tag)
	if again.Code != http.StatusNotModified || again.Header().Get("ETag") != tag {
		t.Errorf("asked after: %d %v", again.Code, again.Header())
	}
	for name, rec := range map[string]*httptest.ResponseRecorder{"first": russian, "second": english, "304": again} {
		if got := strings.Join(rec.Header()["Vary"], ", "); got != "Sec-Fetch-Dest" {
			t.Errorf("%s: Vary %q", name, got)
		}
	}
	s.set = speaking("Басқа сұрақ")
	if rec := s.get("GET", "en", tag); rec.Code != http.StatusOK {
		t.Errorf("asked after once another question is asked: %d", rec.Code)
	}
}

// A page that does not say its language, or one that nobody translated, differs by visitor, and its validators too.
func TestASharedPageThatDoesNotSayItsLanguageVaries(t *testing.T) {
	for _, page := range []string{`<!doctype html><html><body><p>text`, `<!doctype html><html lang="de"><body><p>text`} {
		s := shelf{t, speaking("Сұрақ"), page}
		russian, english := s.get("GET", "ru", ""), s.get("GET", "en", "")
		tag := russian.Header().Get("ETag")
		if tag == english.Header().Get("ETag") || !strings.Contains(russian.Body.String(), "Вопрос") || !strings.Contains(english.Body.String(), "Question") {
			t.Errorf("%s: %q\n%s\n%s", page, tag, russian.Body, english.Body)
		}
		if rec := s.get("GET", "en", tag); rec.Code != http.StatusOK {
			t.Errorf("%s: the Russian page passes for the English one: %d", page, rec.Code)
		}
		same := s.get("GET", "ru", tag)
		if same.Code != http.StatusNotModified {
			t.Errorf("%s: asked after: %d", page, same.Code)
		}
		for _, rec := range []*httptest.ResponseRecorder{russian, english, same} {
			if got := strings.Join(rec.Header()["Vary"], ", "); got != "Sec-Fetch-Dest, Accept-Language" {
				t.Errorf("%s: Vary %q", page, got)
			}
		}
	}
}

// A HEAD does not show the page, so that it gives no validator that could contradict that of the GET.
func TestAHeadOfASharedPageGivesNoValidator(t *testing.T) {
	s := shelf{t, speaking("Сұрақ"), `<!doctype html><html lang="kk"><body><p>text`}
	if rec := s.get("HEAD", "ru", ""); rec.Code != http.StatusOK || rec.Header().Get("ETag") != "" {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
}

// Validators of both kinds at once could not be told apart in a 304: the first alone is asked after.
func TestOneKindOfValidatorIsAskedAfter(t *testing.T) {
	set := speaking("Сұрақ")
	said := shelf{t, set, `<!doctype html><html lang="kk"><body><p>text`}.get("GET", "ru", "").Header().Get("ETag")
	unsaid := shelf{t, set, `<!doctype html><html><body><p>text`}.get("GET", "ru", "").Header().Get("ETag")
	for _, row := range []struct{ asked, want string }{{said + ", " + unsaid, said}, {unsaid + ", " + said, unsaid}} {
		rec := shelf{t, set, `<!doctype html><html lang="kk"><body><p>text`}.get("GET", "ru", row.asked)
		if rec.Code != http.StatusNotModified || rec.Header().Get("ETag") != row.want {
			t.Errorf("%s: %d %v", row.asked, rec.Code, rec.Header())
		}
	}
}
