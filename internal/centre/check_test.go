package centre_test

import (
	"bytes"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/centre"
)

// upload is the form of the page: an empty file, and a text.
func upload(t *testing.T, file, text string) (kind, body string) {
	t.Helper()
	var out bytes.Buffer
	form := multipart.NewWriter(&out)
	for _, value := range []string{file, text} {
		part, err := form.CreateFormFile("receipt", "")
		if err == nil {
			_, err = part.Write([]byte(value))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return form.FormDataContentType(), out.String()
}

func TestReceiptIsCheckedWithoutJavaScript(t *testing.T) {
	for _, row := range []struct {
		name       string
		file, text string
		standing   centre.Standing
		status     int
		says, not  string
	}{
		{"file", "{}", "", centre.Standing{Sound: true, Index: 4, Size: 9, Held: centre.HeldWhole}, 200, "под номером 4; когда квитанцию выдали, записей в журнале было 9.", "удалено"},
		{"text", "", "{}", centre.Standing{Sound: true, Index: 0, Size: 1, Held: centre.HeldErased}, 200, "с тех пор удалено", "не подлинная"},
		{"pending", "", "{}", centre.Standing{Sound: true, Index: -1, Held: centre.HeldNot}, 200, "ещё не доказывает", "Квитанция подлинная"},
		{"unknown", "", "{}", centre.Standing{Sound: true, Index: -1, Held: centre.HeldNot}, 200, "В журнале такой записи нет", "Квитанция подлинная"},
		{"forged", "{}", "", centre.Standing{Index: -1}, 422, "Это не подлинная квитанция", "Квитанция подлинная"},
	} {
		s := newSite(t, nil)
		s.standing = row.standing
		b := visit(t, s)
		kind, body := upload(t, row.file, row.text)
		w := b.do(http.MethodPost, "/consent/check?lang=ru", kind, body)
		page := w.Body.String()
		if w.Code != row.status || !strings.Contains(page, row.says) || strings.Contains(page, row.not) {
			t.Errorf("%s: %d\n%s", row.name, w.Code, page)
		}
		if len(s.checked) != 1 || s.checked[0] != "{}" {
			t.Errorf("%s: checked %q", row.name, s.checked)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be stored", row.name)
		}
	}
}

func TestReceiptsThatAreNotLookedAt(t *testing.T) {
	kind, large := upload(t, strings.Repeat("x", centre.MaxReceipt), "")
	for _, row := range []struct {
		name, kind, body string
		status           int
	}{
		{"large file", kind, large, 413},
		{"large object", object, strings.Repeat("x", centre.MaxReceipt+1), 413},
		{"plain text", "text/plain", "{}", 415},
		{"broken form", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=receipt\r\n\r\ncut", 400},
		{"no boundary", "multipart/form-data", "{}", 400},
	} {
		s := newSite(t, nil)
		w := visit(t, s).do(http.MethodPost, "/consent/check", row.kind, row.body)
		if w.Code != row.status || len(s.checked) != 0 {
			t.Errorf("%s: %d, checked %d", row.name, w.Code, len(s.checked))
		}
	}
	s := newSite(t, nil)
	b := visit(t, s)
	b.header.Set("Sec-Fetch-Site", "cross-site")
	if w := b.do(http.MethodPost, "/consent/check", object, "{}"); w.Code != http.StatusForbidden || len(s.checked) != 0 {
		t.Errorf("from another site: %d", w.Code)
	}
}

func TestScriptIsToldWhatAReceiptProves(t *testing.T) {
	s := newSite(t, nil)
	s.standing = centre.Standing{Sound: true, Index: 7, Size: 8, Held: centre.HeldErased, ID: recordID}
	b := visit(t, s)
	b.header.Set("Accept", "application/json")
	var got centre.Standing
	if w := b.do(http.MethodPost, "/consent/check", object, "{}"); w.Code != 200 || json.Unmarshal(w.Body.Bytes(), &got) != nil || got != s.standing {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHomeSaysWhatTheReceiptProves(t *testing.T) {
	s := newSite(t, nil)
	b := visit(t, s)
	b.post("action=accept")
	for index, want := range map[int64]string{-1: "download it again then", 12: "under number 12;"} {
		s.index = index
		if page := b.get("/consent/?lang=en").Body.String(); !strings.Contains(page, want) {
			t.Errorf("index %d: not %q", index, want)
		}
	}
}
