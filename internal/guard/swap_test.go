package guard_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
)

// revised is the demonstration policy in a later revision.
func revised(t *testing.T, number int, change consent.Change) consent.Policy {
	t.Helper()
	p := policy(t)
	p.Revision = consent.Revision{
		Number: number, Since: 1, Date: "2026-11-24", Change: change,
		Text: consent.Text{"kk": "Мекенжай өзгерді.", "ru": "Адрес изменился.", "en": "The address has changed."},
	}
	if change == consent.Material {
		p.Revision.Since = 0
	}
	return p
}

// eventually waits for what happens in the background.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func TestSetPolicyFailsNoRequest(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	stop, failed := make(chan struct{}), atomic.Int64{}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for {
				for _, path := range []string{"/", "/consent/", "/consent/notice", "/consent/state", "/consent/panel"} {
					res, err := http.Get(h.server.URL + path)
					if err != nil || res.StatusCode != http.StatusOK || res.Body.Close() != nil {
						failed.Add(1)
					}
				}
				res, err := http.PostForm(h.server.URL+"/consent/choice", url.Values{"action": {"reject"}, "method": {"api"}})
				if err != nil || res.StatusCode != http.StatusOK || res.Body.Close() != nil {
					failed.Add(1)
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for n := 2; n < 30; n++ {
		change := consent.Minor
		if n%3 == 0 {
			change = consent.Material
		}
		p := revised(t, n, change)
		if change == consent.Minor {
			p.Revision.Since = max(1, n-n%3)
		}
		if err := h.guard.SetPolicy(p); err != nil {
			t.Fatal(err)
		}
		if got := h.guard.Rules().Revision(); got != n {
			t.Fatalf("revision %d is in force, want %d", got, n)
		}
	}
	close(stop)
	readers.Wait()
	if n := failed.Load(); n > 0 {
		t.Errorf("%d requests failed while the policy changed", n)
	}
	if n := h.guard.State().Faults; n > 0 {
		t.Errorf("%d faults", n)
	}
}

// TestS4_10_LiveRevision: a minor one is told once and leaves the choice alone, a material one asks again.
func TestS4_10_LiveRevision(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.header.Set("Accept-Language", "en")
	h.choose("accept")
	if err := h.guard.SetPolicy(revised(t, 2, consent.Minor)); err != nil {
		t.Fatal(err)
	}
	if _, text := h.do(http.MethodGet, "/", nil); !strings.Contains(text, "The address has changed.") || strings.Contains(text, "<form") {
		t.Error("the minor revision is not told, or the question asked again")
	}
	h.do(http.MethodGet, "/", nil)
	if !h.jar()["demo_ad"] {
		t.Error("the choice does not stand after a minor revision")
	}
	if _, text := h.do(http.MethodGet, "/", nil); strings.Contains(text, "has changed") {
		t.Error("the minor revision is told twice")
	}
	if err := h.guard.SetPolicy(revised(t, 3, consent.Material)); err != nil {
		t.Fatal(err)
	}
	res, text := h.do(http.MethodGet, "/", nil)
	if !strings.Contains(text, `value="accept"`) {
		t.Error("a material revision does not ask again")
	}
	if strings.Contains(strings.Join(res.Header["X-Seen"], " "), "demo_ad") {
		t.Error("what was granted under the former policy is still used")
	}
	if _, text := h.do(http.MethodGet, "/consent/notice?lang=en", nil); !strings.Contains(text, "The address has changed.") {
		t.Error("the notice is that of the former policy")
	}
}

// TestTheLastGoodPolicyStands whatever is put in its place, and so does the visitor's choice.
func TestTheLastGoodPolicyStands(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("accept")
	before := h.guard.Rules()
	older := policy(t)
	older.Revision.Number = 0
	silent := policy(t) // another recipient, and nobody is asked
	silent.Services[len(silent.Services)-1].Recipient = "Somebody Else"
	for name, p := range map[string]consent.Policy{"empty": {}, "no revision": older, "not asked about": silent} {
		err := h.guard.SetPolicy(p)
		var faults consent.Faults
		if !errors.As(err, &faults) {
			t.Errorf("%s: the error names no faults: %v", name, err)
		}
		if h.guard.Rules() != before {
			t.Errorf("%s: the policy changed", name)
		}
	}
	h.do(http.MethodGet, "/", nil)
	if !h.jar()["demo_ad"] {
		t.Error("the choice does not stand")
	}
}

func TestS4_10_EveryPolicyIsKeptAndShown(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	first := h.guard.Rules().Hash()
	if err := h.guard.SetPolicy(revised(t, 2, consent.Material)); err != nil {
		t.Fatal(err)
	}
	archive := consent.Archive{Documents: h.store}
	eventually(t, "both policies are kept", func() bool {
		kept, err := archive.Editions(t.Context())
		return err == nil && len(kept) == 2
	})
	_, text := h.do(http.MethodGet, "/consent/notice?lang=en", nil)
	if !strings.Contains(text, "edition="+first) {
		t.Errorf("the notice does not link to the former revision: %s", text[strings.LastIndex(text, "<main")+1:])
	}
	_, text = h.do(http.MethodGet, "/consent/notice?lang=en&edition="+first, nil)
	if !strings.Contains(text, "November") || strings.Contains(text, "The address has changed.</p>") {
		t.Error("the former revision is not shown")
	}
}

// closed is a store whose documents are out of reach while shut is set.
type closed struct {
	guard.Store
	consent.Documents
	shut *atomic.Bool
}

func (c closed) Get(ctx context.Context, key string) ([]byte, error) {
	if c.shut.Load() {
		return nil, os.ErrDeadlineExceeded
	}
	return c.Documents.Get(ctx, key)
}

func (c closed) Swap(ctx context.Context, key string, old, new []byte) (bool, error) {
	if c.shut.Load() {
		return false, os.ErrDeadlineExceeded
	}
	return c.Documents.Swap(ctx, key, old, new)
}

func TestPoliciesAreKeptOnceTheStoreIsBack(t *testing.T) {
	t.Parallel()
	var shut atomic.Bool
	shut.Store(true)
	h := build(t, func(c *guard.Config) {
		documents, _ := c.Store.(consent.Documents)
		c.Store = closed{c.Store, documents, &shut}
	})
	archive := consent.Archive{Documents: h.store}
	for n := 2; n < 5; n++ {
		if err := h.guard.SetPolicy(revised(t, n, consent.Material)); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.guard.Refresh(t.Context()); err == nil {
		t.Error("rules that cannot be read bring no error")
	}
	if kept, _ := archive.Editions(t.Context()); len(kept) > 0 || h.guard.State().Unkept != 4 {
		t.Fatalf("%d kept, %d wait: the store is not away", len(kept), h.guard.State().Unkept)
	}
	if res, _ := h.do(http.MethodGet, "/", nil); res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
	shut.Store(false)
	if err := h.guard.SetPolicy(revised(t, 5, consent.Material)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all five policies are kept", func() bool {
		kept, err := archive.Editions(t.Context())
		return err == nil && len(kept) == 5
	})
}

func TestRulesOfTheDashboardTakeEffectAtOnce(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.choose("accept")
	h.do(http.MethodGet, "/", nil)
	if h.jar()["demo_forgotten"] {
		t.Fatal("the cookie passes before it is declared")
	}
	write := func(old, document []byte) {
		t.Helper()
		if ok, err := h.store.Swap(t.Context(), consent.OverlayKey, old, document); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := h.guard.Refresh(t.Context()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	rule := consent.OverlayCookie{CookieRule: consent.CookieRule{Name: "demo_forgotten", Purpose: consent.Marketing}}
	overlay, err := consent.Overlay{}.With(rule)
	if err != nil {
		t.Fatal(err)
	}
	document, err := overlay.Document()
	if err != nil {
		t.Fatal(err)
	}
	write(nil, document)
	h.do(http.MethodGet, "/", nil)
	if !h.jar()["demo_forgotten"] || !h.jar()["demo_ad"] {
		t.Error("the rule is not in force, or the choice does not stand")
	}
	if err := h.guard.SetPolicy(revised(t, 2, consent.Minor)); err != nil { // the file changes: the rule stays
		t.Fatal(err)
	}
	if _, ok := h.guard.Rules().Policy().Overlaid(overlay); len(ok) != 1 {
		t.Error("the rule is lost with the file's next revision")
	}
	write(document, nil)
	h.choose("withdraw")
	h.choose("accept")
	h.do(http.MethodGet, "/", nil)
	if _, left := h.guard.Rules().Policy().Overlaid(overlay); len(left) != 0 {
		t.Error("the rule is in force after it was taken back")
	}
}

// TestRulesOfAnotherInstanceAreTakenOver within a minute: both share the store, and look into it.
func TestRulesOfAnotherInstanceAreTakenOver(t *testing.T) {
	t.Parallel()
	one := build(t, nil)
	two := build(t, func(c *guard.Config) { c.Store = one.store })
	overlay, err := consent.Overlay{}.With(consent.OverlayCookie{CookieRule: consent.CookieRule{Name: "demo_forgotten", Purpose: consent.Marketing}})
	if err != nil {
		t.Fatal(err)
	}
	document, err := overlay.Document()
	if err != nil {
		t.Fatal(err)
	}
	if ok, err := one.store.Swap(t.Context(), consent.OverlayKey, nil, document); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if err := one.guard.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if one.guard.Rules().Hash() == two.guard.Rules().Hash() {
		t.Fatal("the second instance did not need to look")
	}
	two.guard.Look(t.Context())
	if one.guard.Rules().Hash() != two.guard.Rules().Hash() || guard.RefreshEvery > time.Minute {
		t.Error("the second instance does not take the rule over in time")
	}
}
