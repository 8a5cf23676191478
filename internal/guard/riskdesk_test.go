package guard_test

import (
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/risk"
)

// TestAnAdminBlocks: whoever is blocked by the pseudonym of an event is refused from the next request on, in shadow mode too, and served
// again once unblocked. The event is among the hours, with what it was.
func TestAnAdminBlocks(t *testing.T) {
	t.Parallel()
	shelf := risk.NewMemoryShelf(nil)
	j := judge(t, guard.RiskShadow, func(c *guard.Config) { c.Risk.Shelf = shelf })
	if res, _ := j.do("GET", attack, nil); res.StatusCode != 200 {
		t.Fatalf("shadow: %d", res.StatusCode)
	}
	desk := j.guard.RiskDesk()
	hours, err := desk.Hours(t.Context(), j.now().Add(-time.Hour), j.now())
	if err != nil || len(hours) != 1 || len(hours[0].Incidents) != 1 {
		t.Fatalf("hours %+v, %v", hours, err)
	}
	i := hours[0].Incidents[0]
	if i.Mode != risk.ModeShadow || i.Action != risk.ActionChallenge || i.Path != "/search" || i.Network == (risk.Pseudonym{}) || i.Network == i.Who {
		t.Errorf("incident %+v", i)
	}
	if err := desk.Block(t.Context(), i.Who, i.Time, time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	if res, _ := j.do("GET", "/", nil); res.StatusCode != 403 {
		t.Errorf("blocked: %d", res.StatusCode)
	}
	if res, _ := j.do("GET", "/consent/", nil); res.StatusCode != 200 {
		t.Errorf("the privacy centre is open to everybody: %d", res.StatusCode)
	}
	if err := desk.Unblock(t.Context(), i.Who, "dana"); err != nil {
		t.Fatal(err)
	}
	if res, _ := j.do("GET", "/", nil); res.StatusCode != 200 {
		t.Errorf("unblocked: %d", res.StatusCode)
	}
	j.do("GET", attack, nil)
	if err := j.guard.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := shelf.List(t.Context(), "hour/", func(string, []byte) { n++ }); err != nil || n != 1 {
		t.Errorf("%d hours on the shelf after the end, %v", n, err)
	}
	if off := judge(t, guard.RiskOff, nil); off.guard.RiskDesk() != nil {
		t.Error("a desk where nothing is judged")
	}
}
