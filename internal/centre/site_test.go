package centre_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
)

// noon is the time of every test.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// recordID is the id of the only record that a test's site makes.
const recordID = "AAAAAAAAAAAAAAAAAAAAAA"

// site is a guard reduced to what the centre needs: cookies sealed for real, one record kept in memory.
type site struct {
	rules     *consent.Rulebook
	keys      *consent.Keys
	submitted []consent.Submission
	record    *consent.Record
	down      error // the ledger's fault
	index     int64 // of the record in the log
	checked   []string
	standing  centre.Standing // of every receipt
}

func newSite(t *testing.T, change func(*consent.Policy)) *site {
	t.Helper()
	policy := testPolicy()
	if change != nil {
		change(&policy)
	}
	rules, err := consent.Compile(policy)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := consent.NewKeys([]byte(strings.Repeat("k", 32)))
	if err != nil {
		t.Fatal(err)
	}
	return &site{rules: rules, keys: keys}
}

func (s *site) Rules() *consent.Rulebook { return s.rules }

func (s *site) Choice(r *http.Request) consent.Choice {
	var choice consent.Choice
	if cookie, err := r.Cookie(consent.StateCookie); err == nil {
		choice, _ = s.keys.OpenState(cookie.Value, s.rules, noon)
	}
	return s.rules.Effective(choice, r.Header)
}

func (s *site) Submit(w http.ResponseWriter, r *http.Request, sub consent.Submission) (consent.Choice, error) {
	s.submitted = append(s.submitted, sub)
	if s.down != nil && !sub.Refusal() {
		return s.Choice(r), s.down
	}
	sub.RecordID = recordID
	choice, record := s.rules.Apply(sub, s.Choice(r), noon)
	http.SetCookie(w, &http.Cookie{Name: consent.StateCookie, Value: s.keys.SealState(choice, s.rules), Path: "/"})
	if s.down != nil {
		return choice, s.down
	}
	s.record = &record
	http.SetCookie(w, &http.Cookie{Name: consent.ProofCookie, Value: s.keys.SealProof(record.ID), Path: "/", HttpOnly: true})
	return choice, nil
}

func (s *site) Told(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: consent.StateCookie, Value: s.keys.SealState(s.rules.Told(s.Choice(r)), s.rules), Path: "/"})
}

func (s *site) Receipt(r *http.Request) (centre.Receipt, error) {
	cookie, err := r.Cookie(consent.ProofCookie)
	if err != nil {
		return centre.Receipt{}, centre.ErrNoRecord
	}
	if s.down != nil {
		return centre.Receipt{}, s.down
	}
	id, err := s.keys.OpenProof(cookie.Value)
	if err != nil || s.record == nil || s.record.ID != id {
		return centre.Receipt{}, centre.ErrNoRecord
	}
	text, err := json.Marshal(s.record)
	return centre.Receipt{ID: id, Index: s.index, JSON: text}, err
}

func (s *site) Check(_ context.Context, receipt []byte) centre.Standing {
	s.checked = append(s.checked, string(receipt))
	return s.standing
}

var errDisk = errors.New("disk full at /var/lib/secret")

// browser sends requests to a centre and keeps cookies as a browser does.
type browser struct {
	t       *testing.T
	handler http.Handler
	header  http.Header
	jar     map[string]string
}

func visit(t *testing.T, s *site) *browser {
	t.Helper()
	handler, err := centre.New(centre.Config{Consents: s, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, handler: handler, header: http.Header{}, jar: map[string]string{}}
}

func (b *browser) do(method, target, contentType, body string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequest(method, "https://site.example"+target, strings.NewReader(body))
	r.Header = b.header.Clone()
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		b.jar[cookie.Name] = cookie.Value
	}
	return w
}

func (b *browser) get(target string) *httptest.ResponseRecorder {
	return b.do(http.MethodGet, target, "", "")
}

func (b *browser) post(form string) *httptest.ResponseRecorder {
	return b.do(http.MethodPost, "/consent/choice", "application/x-www-form-urlencoded", form)
}

func text(kk, ru, en string) consent.Text { return consent.Text{"kk": kk, "ru": ru, "en": en} }

func testPolicy() consent.Policy {
	return consent.Policy{
		Site: consent.Site{Name: "Алма бағы"}, Region: "KZ", DataRegion: "KZ",
		Controller: consent.Controller{Name: "Operator", BIN: "000000000000", Address: "Somewhere 1", Contact: "privacy@site.example"},
		Languages:  []string{"kk", "ru", "en"},
		Revision:   consent.Revision{Number: 3, Date: "2026-11-01", Change: consent.Material},
		Lifetimes:  consent.Lifetimes{Choice: consent.Period{N: 6, Unit: consent.Months}},
		Purposes: []consent.PurposeInfo{
			{ID: consent.Necessary, Name: text("Қажетті", "Необходимые", "Necessary"), Text: text("Қажет.", "Нужно.", "Needed.")},
			{ID: consent.Statistics, Name: text("Статистика", "Статистика", "Statistics"), Text: text("Санақ.", "Подсчёт.", "Counts.")},
			{ID: consent.Marketing, Name: text("Маркетинг", "Маркетинг", "Marketing"), Text: text("Жарнама.", "Реклама.", "Advertisements.")},
		},
		Data: []consent.DataKind{{
			ID: "connection", Name: text("Мекенжай", "Адрес", "Address"), Purposes: []consent.Purpose{consent.Statistics},
			Source: consent.SourceAutomatic, Retention: consent.Period{N: 1, Unit: consent.Days},
		}},
		Services: []consent.Service{{
			ID: "ads", Name: "Exchange", Purpose: consent.Marketing, Text: text("Жарнама.", "Реклама.", "Ads."), Recipient: "Exchange Inc.", Country: "IE",
			Origins: []string{"https://ads.example"},
			Cookies: []consent.CookieRule{{Name: "ad_*", Lifetime: consent.Period{N: 30, Unit: consent.Days}, Text: text("Белгі.", "Метка.", "A mark.")}},
		}},
		Cookies:   []consent.CookieRule{{Name: "sid", Purpose: consent.Necessary, Text: text("Сеанс.", "Сеанс.", "Session.")}},
		Transfers: consent.Transfers{ThirdParties: consent.Yes, CrossBorder: consent.Yes, Publication: consent.No},
	}
}
