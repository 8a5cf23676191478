package guard_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

// acts returns every row about acts of consent that the instance holds: the floors of these tests are 1.
func (h *house) acts() map[string]int64 {
	rows := map[string]int64{}
	for dim := range stats.Dimensions() {
		if dim == stats.DimConsent || dim.Spec().Act {
			h.guard.Live().LiveRows(dim, 0, 1<<30, func(r stats.Row) { rows[dim.String()+"="+r.Value] += r.Counts[stats.Events] })
		}
	}
	return rows
}

// TestS2_2_8_ARefusalIsOneEventWithoutAttributes looks at what each way to refuse adds to what was shown.
func TestS2_2_8_ARefusalIsOneEventWithoutAttributes(t *testing.T) {
	t.Parallel()
	for _, form := range []url.Values{
		{"action": {"reject"}, "elapsed": {"5"}, "variant": {"b"}, "language": {"kk"}},
		{"action": {"reject"}, "method": {"centre"}},
		{"action": {"choose"}, "elapsed": {"5"}, "variant": {"b"}},
		{"action": {"withdraw"}},
	} {
		t.Run(form.Encode(), func(t *testing.T) {
			h := build(t, nil)
			h.header.Set("Accept-Language", "kk")
			h.do("GET", "/", nil)
			before := h.acts()
			if len(before) != 4 || before["consentlanguage=kk/shown"] != 1 || before["consentdevice=desktop/shown"] != 1 {
				t.Fatalf("asking added %v, want it by country, language and device", before)
			}
			h.do(http.MethodPost, "/consent/choice", form)
			h.do("GET", "/", nil)
			after := h.acts()
			maps.DeleteFunc(after, func(name string, n int64) bool { return before[name] == n })
			method := form.Get("method")
			if method == "" {
				method = "banner"
			}
			if len(after) != 1 || after["consent="+method+"/rejected"] != 1 {
				t.Errorf("the refusal added %v", after)
			}
			if sum := h.totals(); sum[stats.Events] != 2 || sum[stats.Refused] != 1 {
				t.Errorf("totals %v, want a question, an answer and a view that is refused", sum)
			}
		})
	}
}

// TestAnswersAreToldByWhatVisitorsWhoGrantShow follows a visitor from the first answer to the withdrawal.
func TestAnswersAreToldByWhatVisitorsWhoGrantShow(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.header.Set("Accept-Language", "ru-RU,ru;q=0.9")
	steps := []struct {
		name string
		form url.Values
		want string
	}{
		{"refuses statistics, grants marketing", url.Values{"action": {"choose"}, "purpose": {"marketing"}, "elapsed": {"15"}},
			"consent=banner/customised consentpurpose=marketing/granted"},
		{"then accepts", url.Values{"action": {"accept"}, "elapsed": {"15"}}, "consent=banner/changed"},
		{"takes one back", url.Values{"action": {"withdraw"}, "purpose": {"marketing"}, "method": {"centre"}},
			"consent=centre/withdrawn consentpurpose=marketing/withdrawn"},
		{"rejects the rest", url.Values{"action": {"reject"}}, "consent=banner/withdrawn"},
	}
	for _, step := range steps {
		before := h.acts()
		h.do(http.MethodPost, "/consent/choice", step.form)
		if got := added(before, h.acts()); !strings.HasPrefix(got, step.want) || strings.Contains(got, "country") {
			t.Errorf("%s: added %q, want %q and nothing of the visitor", step.name, got, step.want)
		}
	}
	h.client.Jar = nil
	before := h.acts()
	h.do(http.MethodPost, "/consent/choice", url.Values{"action": {"accept"}, "elapsed": {"15"}, "variant": {"b"}})
	want := "consent=banner/accepted consentcountry=/accepted consentdevice=desktop/accepted consentlanguage=ru/accepted consenttime=15/accepted consentvariant=b/accepted"
	if got := added(before, h.acts()); got != want {
		t.Errorf("another visitor accepts: added %q, want %q", got, want)
	}
	before = h.acts()
	h.do(http.MethodPost, "/consent/choice", url.Values{"action": {"choose"}, "purpose": {"statistics"}, "elapsed": {"<script>"}})
	want = "consent=banner/customised consentcountry=/customised consentdevice=desktop/customised consentlanguage=ru/customised consentpurpose=statistics/granted"
	if got := added(before, h.acts()); got != want {
		t.Errorf("a third one chooses statistics: added %q, want %q", got, want)
	}
}

func added(before, after map[string]int64) string {
	maps.DeleteFunc(after, func(name string, n int64) bool { return before[name] == n })
	return strings.Join(slices.Sorted(maps.Keys(after)), " ")
}

// TestAVisitorIsAskedOnceADay also on the second visit, when nothing was answered on the first.
func TestAVisitorIsAskedOnceADay(t *testing.T) {
	t.Parallel()
	var passed atomic.Int64 // the janitor reads the clock, too
	h := build(t, func(c *guard.Config) {
		c.Now = func() time.Time {
			return time.Date(2026, 3, 10, 8, 0, 0, 0, time.UTC).Add(time.Duration(passed.Load()))
		}
	})
	h.client.Jar = nil
	for range 3 {
		h.do("GET", "/", nil)
		passed.Add(int64(2 * time.Hour))
	}
	if got := h.acts()["consent=banner/shown"]; got != 1 {
		t.Errorf("asked %d times, want once", got)
	}
	passed.Add(int64(24 * time.Hour))
	h.do("GET", "/", nil)
	if got := h.acts()["consent=banner/shown"]; got != 2 {
		t.Errorf("asked %d times on two days, want twice", got)
	}
}

// TestCookiesDeclaredInTheDashboardAreInForce after the next start, and only under a purpose that is granted.
func TestCookiesDeclaredInTheDashboardAreInForce(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) {
		overlay := consent.Overlay{Cookies: []consent.OverlayCookie{{CookieRule: consent.CookieRule{Name: "demo_forgotten", Purpose: consent.Marketing}}}}
		document, err := overlay.Document()
		if err != nil {
			t.Fatal(err)
		}
		if ok, err := c.Store.(*boltstore.Store).Swap(t.Context(), consent.OverlayKey, nil, document); !ok || err != nil {
			t.Fatal(ok, err)
		}
	})
	h.choose("choose", "statistics")
	h.do("GET", "/", nil)
	if h.jar()["demo_forgotten"] {
		t.Error("a cookie of marketing is set although statistics alone are granted")
	}
	h.choose("accept")
	h.do("GET", "/", nil)
	if !h.jar()["demo_forgotten"] {
		t.Error("a cookie declared in the dashboard is denied although its purpose is granted")
	}
	if state := h.guard.State(); len(state.Undeclared) != 0 {
		t.Errorf("still undeclared: %v", state.Undeclared)
	}
}

// TestABrokenOverlayLeavesThePolicyFile in force.
func TestABrokenOverlayLeavesThePolicyFile(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *guard.Config) {
		if ok, err := c.Store.(*boltstore.Store).Swap(t.Context(), consent.OverlayKey, nil, []byte("{{")); !ok || err != nil {
			t.Fatal(ok, err)
		}
	})
	if res, _ := h.do("GET", "/", nil); res.StatusCode != http.StatusOK {
		t.Errorf("status %d", res.StatusCode)
	}
}
