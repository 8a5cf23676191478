package guard_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
)

// held opens every record of the house, once all are in the store.
func (h *house) held(keys *consent.Keys) (all []consent.Record) {
	h.t.Helper()
	if err := h.guard.Shutdown(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	err := h.store.Entries(context.Background(), 0, func(_ int, e consent.Entry) bool {
		r, err := keys.OpenRecord(e)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, r)
		return true
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func ring(t *testing.T, old ...[]byte) *consent.Keys {
	t.Helper()
	k, err := consent.NewKeys(secret, old...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// post sends a body as it is, with the cookies that the browser would send along.
func (h *house) post(kind, body string, header http.Header) (*http.Response, string) {
	h.t.Helper()
	req, err := http.NewRequest(http.MethodPost, h.server.URL+"/consent/choice", strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", kind)
	res, err := h.client.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return res, string(text)
}

const formKind = "application/x-www-form-urlencoded"

// TestAnotherSiteCannotConsent posts what a page of another site can have a visitor's browser post. Somebody who has
// refused stays refused, and nothing is recorded.
func TestAnotherSiteCannotConsent(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("reject")
	own, _ := url.Parse(h.server.URL)
	for _, row := range []struct {
		name, kind, body string
		header           http.Header
		status           int
	}{
		{"form of another site", formKind, "action=accept", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {"https://evil.example"}}, 403},
		{"form of a sibling", formKind, "action=accept", http.Header{"Sec-Fetch-Site": {"same-site"}}, 403},
		{"a word that no browser says", formKind, "action=accept", http.Header{"Sec-Fetch-Site": {"Same-Origin"}}, 403},
		{"older browser", formKind, "action=accept", http.Header{"Origin": {"https://evil.example"}}, 403},
		{"sandboxed frame", formKind, "action=accept", http.Header{"Origin": {"null"}}, 403},
		{"host as a prefix", formKind, "action=accept", http.Header{"Origin": {"http://" + own.Host + ".evil.example"}}, 403},
		{"host as user", formKind, "action=accept", http.Header{"Origin": {"http://" + own.Host + "@evil.example"}}, 403},
		{"another port", formKind, "action=accept", http.Header{"Origin": {"http://" + own.Hostname() + ":1"}}, 403},
		{"plain text that is JSON", "text/plain", `{"action":"accept","x":"="}`, http.Header{"Sec-Fetch-Site": {"cross-site"}}, 403},
		{"plain text, no headers", "text/plain", `{"action":"accept"}`, nil, 415},
		{"plain text that is a form", "text/plain;charset=UTF-8", "action=accept", nil, 415},
		{"upload", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=action\r\n\r\naccept\r\n--x--", nil, 415},
		{"method in a field", formKind, "_method=POST&action=accept", http.Header{"Sec-Fetch-Site": {"cross-site"}, "X-Http-Method-Override": {"GET"}}, 403},
		{"host in a header", formKind, "action=accept", http.Header{"Origin": {"https://evil.example"}, "X-Forwarded-Host": {"evil.example"}}, 403},
	} {
		res, _ := h.post(row.kind, row.body, row.header)
		if res.StatusCode != row.status || len(res.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s: status %d, want %d; cookies %q", row.name, res.StatusCode, row.status, res.Header["Set-Cookie"])
		}
	}
	if res, _ := h.do("GET", "/consent/choice?action=accept", nil); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("an image of the choice: %d", res.StatusCode)
	}
	h.do("GET", "/", nil)
	if h.jar()["demo_ad"] {
		t.Error("another site has consented")
	}
	if all := h.held(ring(t)); len(all) != 1 || all[0].Event != consent.EventRefused {
		t.Errorf("recorded: %+v", all)
	}
}

// TestCapturedSubmissionIsNobodyElses replays what one visitor sent, as far as it can be captured, for another.
func TestCapturedSubmissionIsNobodyElses(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	res := h.choose("accept")
	proof := ""
	for _, c := range res.Cookies() {
		if c.Name == consent.ProofCookie {
			proof = c.Value
		}
	}
	id, mac, _ := strings.Cut(proof, ".")
	if id == "" {
		t.Fatal("no proof")
	}
	for _, row := range []struct {
		name, kind, body, proof string
		status                  int
	}{
		{"the same form", formKind, "action=accept", "", 303},
		{"with the other's number", formKind, "action=accept&record_id=" + id + "&previous=" + id, "", 303},
		{"with it in JSON", "application/json", `{"action":"accept","record_id":"` + id + `"}`, "", 400},
		{"with a forged proof", formKind, "action=withdraw&receipt=1", id + "." + strings.Repeat("A", len(mac)), 303},
		{"with a cut proof", formKind, "action=accept", id, 303},
	} {
		req, err := http.NewRequest(http.MethodPost, h.server.URL+"/consent/choice", strings.NewReader(row.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", row.kind)
		if row.proof != "" {
			req.AddCookie(&http.Cookie{Name: consent.ProofCookie, Value: row.proof})
		}
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != row.status || strings.Contains(strings.Join(res.Header["Set-Cookie"], " "), id) {
			t.Errorf("%s: status %d, cookies %q", row.name, res.StatusCode, res.Header["Set-Cookie"])
		}
	}
	if _, receipt := h.do("GET", "/consent/record", nil); !strings.Contains(receipt, id) || !strings.Contains(receipt, "consent_given") {
		t.Errorf("the visitor's own receipt is another now: %.200s", receipt)
	}
	for i, r := range h.held(ring(t)) {
		if r.ID == id && i != 0 || r.Previous != "" {
			t.Errorf("record %d is %q, following %q", i, r.ID, r.Previous)
		}
	}
}

// TestFloodFromOneNetwork: what one network may have recorded is bounded; its refusals hold all the same, its grants are not
// given, and other networks do not feel it.
func TestFloodFromOneNetwork(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) {
		at := time.Now()
		c.Now = func() time.Time { return at } // the allowance does not grow
	})
	denied := 0
	for i := range 200 {
		res, _ := h.post(formKind, "action=reject", nil)
		if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(strings.Join(res.Header["Set-Cookie"], "\n"), consent.StateCookie+"=") {
			t.Fatalf("refusal %d: status %d, cookies %q", i, res.StatusCode, res.Header["Set-Cookie"])
		}
		grant, _ := h.post(formKind, "action=accept", nil)
		if grant.StatusCode == http.StatusTooManyRequests {
			denied++
			if strings.Contains(strings.Join(grant.Header["Set-Cookie"], "\n"), consent.StateCookie+"=") || grant.Header.Get("Retry-After") == "" {
				t.Fatalf("grant %d is denied with %v", i, grant.Header)
			}
		}
	}
	h.do("GET", "/", nil)
	if h.jar()["demo_ad"] {
		t.Error("a grant that was not recorded is in force")
	}
	if state := h.guard.State().Ledger; state.Refused != int64(denied) || denied != 140 || state.Dropped != 140 {
		t.Errorf("denied %d, counted %+v", denied, state)
	}
	if n := len(h.held(ring(t))); n != 120 {
		t.Errorf("%d records, want 120", n)
	}
}

// TestNothingIsGrantedWithoutARecord: with disk and store gone, a grant is answered 503, and no cookie says otherwise; what
// held before still holds, and a withdrawal takes effect.
func TestNothingIsGrantedWithoutARecord(t *testing.T) {
	t.Parallel()
	var dir string
	h := build(t, func(c *guard.Config) { c.Store, dir = away{c.Store}, c.Dir })
	if err := os.RemoveAll(filepath.Join(dir, "spool")); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"action=accept", "action=choose&purpose=statistics", "action=allow&purpose=marketing"} {
		res, _ := h.post(formKind, form, nil)
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d", form, res.StatusCode)
		}
		for _, c := range res.Cookies() {
			if c.Name == consent.StateCookie && c.MaxAge >= 0 {
				choice, err := ring(t).OpenState(c.Value, h.guard.Rules(), h.now())
				if err == nil && choice.Grants() {
					t.Errorf("%s: a cookie grants %v", form, choice.Granted())
				}
			}
			if c.Name == consent.ProofCookie && c.MaxAge >= 0 {
				t.Errorf("%s: a proof of nothing", form)
			}
		}
	}
	for _, form := range []string{"action=withdraw", "action=reject"} {
		if res, _ := h.post(formKind, form, nil); res.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d", form, res.StatusCode)
		}
	}
}

// TestProofOutlivesAWithdrawalThatIsNotRecorded: what is still granted stays proven by the record before.
func TestProofOutlivesAWithdrawalThatIsNotRecorded(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) {
		at := time.Now()
		c.Now = func() time.Time { return at }
	})
	h.choose("accept")
	for range 119 { // the rest of the allowance
		if res, _ := h.post(formKind, "action=reject", http.Header{"Cookie": {"x=1"}}); res.StatusCode != http.StatusSeeOther {
			t.Fatal(res.Status)
		}
	}
	h.client.Jar, _ = cookiejar.New(nil)
	now := h.guard.Rules()
	choice, _ := now.Apply(consent.Submission{Action: consent.Accept, Method: consent.MethodBanner}, consent.Choice{}, h.now())
	header := http.Header{"Cookie": {consent.StateCookie + "=" + ring(t).SealState(choice, now) + "; " + consent.ProofCookie + "=" + ring(t).SealProof(strings.Repeat("A", 22))}}
	res, _ := h.post(formKind, "action=withdraw&purpose=marketing", header)
	set := strings.Join(res.Header["Set-Cookie"], "\n")
	if !strings.Contains(set, consent.StateCookie+"=") || strings.Contains(set, consent.ProofCookie) {
		t.Errorf("what is still granted: %s, %q", res.Status, set)
	}
	res, _ = h.post(formKind, "action=withdraw", header)
	if set := strings.Join(res.Header["Set-Cookie"], "\n"); !strings.Contains(set, consent.ProofCookie+"=; ") {
		t.Errorf("nothing is granted any more: %s, %q", res.Status, set)
	}
}

func TestOversizeSubmissionsAreNotRead(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	for _, size := range []int{5 << 10, 9 << 10, 8 << 20} {
		for kind, body := range map[string]string{
			formKind:           "action=accept&return=/" + strings.Repeat("a", size),
			"application/json": `{"action":"accept","return":"/` + strings.Repeat("a", size) + `"}`,
		} {
			req, err := http.NewRequest(http.MethodPost, h.server.URL+"/consent/choice", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", kind)
			res, err := h.client.Do(req)
			if err != nil {
				continue // the server hung up while it was still sent
			}
			_ = res.Body.Close()
			if res.StatusCode != 413 && res.StatusCode != 400 || len(res.Header["Set-Cookie"]) != 0 {
				t.Errorf("%d bytes of %s: status %d, cookies %q", size, kind, res.StatusCode, res.Header["Set-Cookie"])
			}
		}
	}
	if n := len(h.held(ring(t))); n != 0 {
		t.Errorf("%d records", n)
	}
}

// TestARecordKnowsNeitherAddressNorBrowser sends an address and a user agent by every way there is, and looks for them
// in the records as they are sealed and as they rest.
func TestARecordKnowsNeitherAddressNorBrowser(t *testing.T) {
	t.Parallel()
	const address, agent = "203.0.113.77", "Canary/9.9"
	h := build(t, nil)
	header := http.Header{
		"User-Agent": {agent}, "X-Forwarded-For": {address}, "Forwarded": {"for=" + address}, "X-Real-Ip": {address},
		"Referer": {h.server.URL + "/?ip=" + address + "&ua=" + agent}, "Accept-Language": {"kk, " + agent},
	}
	for _, form := range []string{
		"action=accept", "action=reject&receipt=1", "action=accept&return=/" + address,
		"action=reject&language=" + address + "&variant=" + agent + "&banner=" + address + "&method=" + agent + "&capacity=" + agent,
		"action=withdraw&elapsed=" + address + "&name=" + agent,
	} {
		if res, text := h.post(formKind, form, header); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d %.200s", form, res.StatusCode, text)
		}
	}
	for _, form := range []string{"action=accept&language=" + address, "action=accept&variant=" + agent, "action=choose&purpose=" + address} {
		if res, _ := h.post(formKind, form, header); res.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", form, res.StatusCode)
		}
	}
	keys, n := ring(t), 0
	if err := h.guard.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := h.store.Entries(t.Context(), 0, func(_ int, e consent.Entry) bool {
		opened, err := keys.OpenEntry(e)
		for _, secret := range []string{address, agent, "127.0.0.1"} {
			if err != nil || bytes.Contains(opened.Canonical, []byte(secret)) {
				t.Errorf("%v: %s", err, opened.Canonical)
			}
		}
		n++
		return true
	})
	if err != nil || n != 5 {
		t.Errorf("%d records, %v", n, err)
	}
	err = filepath.WalkDir(filepath.Dir(h.store.Path()), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(address)) || bytes.Contains(raw, []byte(agent)) {
			t.Errorf("%s holds the address or the browser", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestKeysThatWereReplaced: what was said under a former secret holds as long as that is kept, and is no consent once it is dropped.
func TestKeysThatWereReplaced(t *testing.T) {
	t.Parallel()
	former := bytes.Repeat([]byte("f"), 32)
	h := build(t, nil)
	before, err := consent.NewKeys(former)
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Repeat("A", 22)
	choice, record := h.guard.Rules().Apply(consent.Submission{Action: consent.Accept, Method: consent.MethodBanner, RecordID: id}, consent.Choice{}, h.now())
	entry, err := before.SealRecord(record)
	if err != nil {
		t.Fatal(err)
	}
	state := before.SealState(choice, h.guard.Rules())
	for _, kept := range []bool{true, false} {
		h := build(t, func(c *guard.Config) {
			if kept {
				c.OldSecrets = [][]byte{former}
			}
		})
		if err := h.store.Append(t.Context(), entry); err != nil {
			t.Fatal(err)
		}
		h.header.Set("Cookie", consent.StateCookie+"="+state+"; "+consent.ProofCookie+"="+before.SealProof(id))
		h.do("GET", "/", nil)
		if got := h.jar()["demo_ad"]; got != kept {
			t.Errorf("former secret kept: %v; its choice holds: %v", kept, got)
		}
		res, text := h.do("GET", "/consent/record", nil)
		if kept != (res.StatusCode == 200 && strings.Contains(text, id)) || !kept && res.StatusCode != 404 {
			t.Errorf("former secret kept: %v; the receipt: %d", kept, res.StatusCode)
		}
		if _, page := h.do("GET", "/", nil); kept == strings.Contains(page, "/consent/choice") {
			t.Errorf("former secret kept: %v; the page asks: %v", kept, !kept)
		}
	}
}
