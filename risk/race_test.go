package risk_test

import (
	"net/netip"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// TestConcurrentUse: many goroutines judge the same few addresses while rules change and a day ends; what is counted is what was asked.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	m := &memory{}
	e := engine(t, func(o *risk.Options) {
		o.Shared, o.Nodes = m, 2
		o.Rules.Limits = []risk.Limit{{Name: "all", Limit: 1000, Window: time.Minute, Then: risk.ActionDeny}}
	})
	var running sync.WaitGroup
	const each = 400
	for worker := range 8 {
		running.Go(func() {
			for i := range each {
				from := netip.AddrFrom4([4]byte{192, 0, 2, byte(i % 3)})
				at := time.Duration(i) * 4 * time.Minute // beyond midnight
				do(e, step{from: from, after: at, target: "/" + strconv.Itoa(i), status: 200 + 204*(i%2), agent: "Robot/" + strconv.Itoa(worker)})
				e.Standing(from, noon.Add(at))
				e.Figures()
				if i%50 == 0 {
					who, _ := e.Who(from, noon.Add(at))
					e.Forget(who)
					if err := e.SetRules(risk.Rules{Off: []risk.Code{"agent_old"}}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	running.Wait()
	if n := e.Figures().Assessed; n != 8*each {
		t.Errorf("%d assessed", n)
	}
}
