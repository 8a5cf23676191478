package visit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

func page(path string) visit.Aim  { return visit.Aim{Page: path} }
func event(name string) visit.Aim { return visit.Aim{Event: name} }

// reached writes out what a step reached: "*goal" the first time in its visit, "funnel/2" for a step.
func reached(st *visit.Step) (list []string) {
	st.Reached.Goals(func(name string, first bool) {
		if first {
			name = "*" + name
		}
		list = append(list, name)
	})
	st.Reached.Steps(func(funnel string, step int) { list = append(list, fmt.Sprintf("%s/%d", funnel, step)) })
	if st.Reached.Nothing() != (list == nil) {
		list = append(list, "says otherwise")
	}
	return list
}

func plan(t *testing.T) *visit.Plan {
	t.Helper()
	p, err := visit.NewPlan([]visit.Goal{
		{"order", page("/order/*/done")}, {"read", page("/blog/**")}, {"played", event("play")}, {"home", page("/")},
	}, []visit.Funnel{
		{"shop", []visit.Aim{page("/shop/*"), page("/cart"), event("pay"), page("/order/*/done")}},
		{"twice", []visit.Aim{page("/cart"), page("/cart")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestVisitsReachGoalsAndStepsOfFunnels(t *testing.T) {
	tr := visit.NewTracker(0, 0, plan(t))
	now := time.Date(2024, 5, 17, 23, 40, 0, 0, almaty)
	for i, c := range []struct {
		at   string // page, or event with a leading "!"
		wait time.Duration
		want string
	}{
		{"/cart", 0, "twice/1"},
		{"/order/7/done", 0, "*order"}, // no step was done before it
		{"/shop/a", 0, "shop/1"},
		{"/shop/b", 0, ""},
		{"/shop/a/b", 0, ""},
		{"!pay", 0, ""}, // too early
		{"/blog", 0, ""},
		{"/blog/a/b", 0, "*read"},
		{"/blog/a", 0, "read"},
		{"/cart", 29 * time.Minute, "shop/2 twice/2"}, // after midnight
		{"/cart", 0, ""},
		{"!play", 0, "*played"},
		{"!play", 0, "played"},
		{"!pay", 0, "shop/3"},
		{"/order/8/done", 0, "order shop/4"},
		{"/shop/a", 0, ""}, // once a visit
		{"/shop/a", 31 * time.Minute, "shop/1"},
		{"!play", 31 * time.Minute, ""}, // no visit is open
	} {
		now = now.Add(c.wait)
		var st visit.Step
		if name, ok := strings.CutPrefix(c.at, "!"); ok {
			pv := visit.Pageview{}
			pv.Day, pv.Hour = visit.DayOf(now, almaty)
			tr.Event(keyFor(1, pv.Day), now, name, &pv)
			st = pv.Step
		} else {
			st = see(tr, 1, now, c.at).Step
		}
		if got := strings.Join(reached(&st), " "); got != c.want {
			t.Errorf("%d: %s reaches %q, want %q", i, c.at, got, c.want)
		}
	}
}

func TestPlanReportsEveryFault(t *testing.T) {
	_, err := visit.NewPlan([]visit.Goal{
		{"", page("/a")}, {"a", visit.Aim{}}, {"a", visit.Aim{Page: "/a", Event: "b"}}, {"b", page("a")}, {"c", page("/[")}, {"a/b", page("/")},
	}, []visit.Funnel{{"f", []visit.Aim{page("/")}}, {"g", make([]visit.Aim, 16)}})
	if err == nil {
		t.Fatal("no fault found")
	}
	for _, want := range []string{`named ""`, "goal a: name a page or an event", `two of the goals are named "a"`, "begin with a slash", "no pattern", `"a/b"`, `"f" has 1 steps`, `"g" has 16`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in:\n%v", want, err)
		}
	}
	if _, err := visit.NewPlan(slices.Repeat([]visit.Goal{{"x", page("/")}}, 65), nil); err == nil {
		t.Error("65 goals")
	}
	if p := (*visit.Plan)(nil); p.Goals() != nil || p.Funnels() != nil {
		t.Error("a nil plan has goals")
	}
}

func TestAnEventOfNobodyReachesNothing(t *testing.T) {
	tr := visit.NewTracker(0, 0, plan(t))
	pv := visit.Pageview{Day: 100, Step: visit.Step{Views: 9}}
	if tr.Event(keyFor(1, 100), time.Unix(0, 0), "play", &pv) || pv.Step != (visit.Step{}) {
		t.Errorf("an event without a visit: %+v", pv.Step)
	}
}
