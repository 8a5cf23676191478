package centre_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
)

const form, object = "application/x-www-form-urlencoded", "application/json"

func TestWhatIsNoChoiceChangesNothing(t *testing.T) {
	long := "action=accept&purpose=" + strings.Repeat("x", 9<<10)
	for _, row := range []struct {
		name, method, kind, body string
		status                   int
	}{
		{"get", "GET", "", "", 405},
		{"put", "PUT", form, "action=accept", 405},
		{"delete", "DELETE", "", "", 405},
		{"empty form", "POST", form, "", 400},
		{"no action", "POST", form, "purpose=statistics", 400},
		{"unknown action", "POST", form, "action=maybe", 400},
		{"unknown purpose", "POST", form, "action=choose&purpose=spying", 400},
		{"bad escape", "POST", form, "action=%zz", 400},
		{"oversized form", "POST", form, long, 413},
		{"oversized object", "POST", object, `{"action":"accept","return":"` + long + `"}`, 413},
		{"bad JSON", "POST", object, `{"action":`, 400},
		{"two values", "POST", object, `{"action":"accept"}{}`, 400},
		{"unknown field", "POST", object, `{"action":"accept","admin":true}`, 400},
		{"plain text", "POST", "text/plain", "action=accept", 415},
		{"multipart", "POST", "multipart/form-data; boundary=x", "--x--", 415},
		{"no type", "POST", "", "action=accept", 415},
		{"future revision", "POST", form, "action=accept&revision=99", 400},
		{"stale revision", "POST", form, "action=accept&revision=2", 409},
	} {
		s := newSite(t, nil)
		b := visit(t, s)
		w := b.do(row.method, "/consent/choice", row.kind, row.body)
		if w.Code != row.status {
			t.Errorf("%s: status %d, want %d", row.name, w.Code, row.status)
		}
		if len(s.submitted) != 0 || len(b.jar) != 0 {
			t.Errorf("%s: something was put into force: %v, cookies %v", row.name, s.submitted, b.jar)
		}
	}
}

// TestOtherSitesCannotChoose: consent writes are same-origin, by what browsers say of themselves.
func TestOtherSitesCannotChoose(t *testing.T) {
	for _, row := range []struct {
		name, key, value string
		status           int
	}{
		{"same origin", "Sec-Fetch-Site", "same-origin", 303},
		{"typed in", "Sec-Fetch-Site", "none", 303},
		{"a sibling domain", "Sec-Fetch-Site", "same-site", 403},
		{"another site", "Sec-Fetch-Site", "cross-site", 403},
		{"same origin, older browser", "Origin", "https://site.example", 303},
		{"another origin, older browser", "Origin", "https://evil.example", 403},
		{"a sandboxed frame", "Origin", "null", 403},
		{"no browser", "X-Nothing", "1", 303},
	} {
		s := newSite(t, nil)
		b := visit(t, s)
		b.header.Set(row.key, row.value)
		w := b.post("action=accept")
		if w.Code != row.status {
			t.Errorf("%s: status %d, want %d", row.name, w.Code, row.status)
		}
		if (len(s.submitted) == 1) != (row.status == 303) {
			t.Errorf("%s: %d submissions went through", row.name, len(s.submitted))
		}
	}
}

func TestFormGoesBackWhereItCameFrom(t *testing.T) {
	const home = "/consent/?saved=1&lang=kk"
	for _, row := range []struct{ name, referer, form, want string }{
		{"page of the site", "https://site.example/shop/a?q=1", "", "/shop/a?q=1"},
		{"escaped path", "https://site.example/%D0%B0", "", "/%D0%B0"},
		{"no referrer", "", "", home},
		{"origin only", "https://site.example", "", home},
		{"another site", "https://evil.example/x", "", home},
		{"another port", "https://site.example:444/x", "", home},
		{"two slashes", "https://site.example//evil.example/", "", home},
		{"the centre", "https://site.example/consent/notice", "", home},
		{"named path", "https://site.example/a", "&return=/b", "/b"},
		{"named other site", "https://site.example/a", "&return=//evil.example", "/a"},
		{"named script", "", "&return=javascript:alert(1)", home},
		{"broken", "https://site.example/%zz", "", home},
	} {
		b := visit(t, newSite(t, nil))
		if row.referer != "" {
			b.header.Set("Referer", row.referer)
		}
		w := b.post("action=reject" + row.form)
		if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != row.want {
			t.Errorf("%s: %d to %q, want %q", row.name, w.Code, got, row.want)
		}
	}
}

func TestScriptIsAnsweredInJSON(t *testing.T) {
	s := newSite(t, nil)
	b := visit(t, s)
	b.header.Set("Accept", "application/json")
	b.header.Set("Accept-Language", "ru")
	got := answer(t, b.do("POST", "/consent/choice", object, `{"action":"choose","purposes":["statistics"],"revision":3}`), 200)
	if got.Message != "Ваш выбор сохранён." || !got.State.Decided || got.State.Purposes["statistics"] != "granted" || got.State.Purposes["marketing"] != "refused" {
		t.Errorf("got %+v", got)
	}
	if s.submitted[0].Method != consent.MethodAPI || s.submitted[0].Language != "ru" {
		t.Errorf("submitted %+v", s.submitted[0])
	}
	got = answer(t, b.do("POST", "/consent/choice", form, "action=fly&language=en"), 400)
	if got.Message == "" || strings.Contains(got.Message, "fly") {
		t.Errorf("a bad choice is answered %q", got.Message)
	}
}

// TestUnrecordedGrantIsDenied: the ledger fails loud, decisions fail closed, refusals hold.
func TestUnrecordedGrantIsDenied(t *testing.T) {
	for _, row := range []struct{ name, form, says string }{
		{"accept", "action=accept", "ничего не разрешено"},
		{"choose one", "action=choose&purpose=statistics", "ничего не разрешено"},
		{"reject", "action=reject", "Ваш отказ действует"},
		{"withdraw", "action=withdraw", "Ваш отказ действует"},
		{"choose none", "action=choose", "Ваш отказ действует"},
	} {
		s := newSite(t, nil)
		s.down = errDisk
		b := visit(t, s)
		w := b.post(row.form + "&language=ru")
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: status %d, Retry-After %q", row.name, w.Code, w.Header().Get("Retry-After"))
		}
		if body := w.Body.String(); !strings.Contains(body, row.says) || strings.Contains(body, "disk") {
			t.Errorf("%s: the page says\n%s", row.name, body)
		}
		if s.Choice(request(b)).Allows(consent.Statistics) {
			t.Errorf("%s: statistics is allowed without a record", row.name)
		}
		if refused := strings.Contains(row.says, "отказ"); refused != s.Choice(request(b)).Decided() {
			t.Errorf("%s: refused %v, decided %v", row.name, refused, !refused)
		}
	}
}

type reply struct {
	Message string
	State   struct {
		Decided  bool
		Purposes map[string]string
		Granted  []string
		OptOut   string `json:"opt_out"`
	}
}

func answer(t *testing.T, w *httptest.ResponseRecorder, status int) (r reply) {
	t.Helper()
	if w.Code != status || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("status %d, headers %v", w.Code, w.Header())
	}
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// request is what b would send, to ask a site about its choice.
func request(b *browser) *http.Request {
	r := httptest.NewRequest("GET", "https://site.example/", nil)
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

// cut is a body that breaks off.
type cut struct{ io.Reader }

func (c cut) Read(p []byte) (int, error) {
	if n, _ := c.Reader.Read(p); n > 0 {
		return n, nil
	}
	return 0, io.ErrUnexpectedEOF
}

// TestACutBodyIsNoChoice: what came of it is not taken for all.
func TestACutBodyIsNoChoice(t *testing.T) {
	s := newSite(t, nil)
	b := visitWith(t, s, centre.Config{})
	r := httptest.NewRequest("POST", "/consent/choice", cut{strings.NewReader("action=accept")})
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	if w.Code != 400 || len(s.submitted) != 0 {
		t.Errorf("%d, %d submitted", w.Code, len(s.submitted))
	}
}
