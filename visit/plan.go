package visit

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// Bounds of a [Plan]. What a visit remembers of it is 16 bytes.
const (
	MaxGoals   = 64
	MaxFunnels = 8
	MaxSteps   = 15
	maxName    = 64
)

// Aim is a page or an event: exactly one of the two is set.
type Aim struct {
	// Page is a path as it is counted, scrubbed; "*" stands for anything within a segment (as in
	// [path.Match]), and "/**" at the end for all that lies below.
	Page string
	// Event is the name of a custom event.
	Event string
}

// Goal is something a site wants visitors to do. It is reached whenever its aim is met.
type Goal struct {
	Name string
	Aim
}

// Funnel is a way through a site: a visit is at its first step when it has met the first aim, at the next
// one when it has met the next aim after that, and so on, whatever else it does between.
type Funnel struct {
	Name  string
	Steps []Aim
}

// Plan is the goals and funnels of a site. They are known before they count: what happened before
// they were defined cannot be told afterwards, since nothing of a visit outlives it. A Plan is not
// changed any more; a nil one has none.
type Plan struct {
	goals   []Goal
	funnels []Funnel
	exact   map[Aim]targets
	globs   []glob
}

// targets is what an aim is for.
type targets struct {
	goals uint64
	steps [MaxFunnels]uint16 // by funnel, a bit for each step
}

type glob struct {
	pattern string
	targets targets
}

// NewPlan makes a Plan or reports every fault at once.
func NewPlan(goals []Goal, funnels []Funnel) (*Plan, error) {
	p := &Plan{goals: goals, funnels: funnels, exact: make(map[Aim]targets)}
	var errs []error
	if len(goals) > MaxGoals || len(funnels) > MaxFunnels {
		return nil, fmt.Errorf("visit: %d goals and %d funnels: at most %d and %d", len(goals), len(funnels), MaxGoals, MaxFunnels)
	}
	names := map[string]bool{}
	for i, g := range goals {
		errs = append(errs, checkName("goal", g.Name, names), g.check("goal "+g.Name))
		p.aim(g.Aim, func(t *targets) { t.goals |= 1 << i })
	}
	clear(names)
	for i, f := range funnels {
		errs = append(errs, checkName("funnel", f.Name, names))
		if len(f.Steps) < 2 || len(f.Steps) > MaxSteps {
			errs = append(errs, fmt.Errorf("visit: funnel %q has %d steps: 2 to %d are possible", f.Name, len(f.Steps), MaxSteps))
			continue
		}
		for step, aim := range f.Steps {
			errs = append(errs, aim.check(fmt.Sprintf("step %d of funnel %s", step+1, f.Name)))
			p.aim(aim, func(t *targets) { t.steps[i] |= 1 << step })
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return p, nil
}

func checkName(kind, name string, names map[string]bool) error {
	switch {
	case name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd || r == '/' }):
		return fmt.Errorf("visit: a %s is named %q: give it 1 to %d bytes without slashes and control characters", kind, name, maxName)
	case names[name]:
		return fmt.Errorf("visit: two of the %ss are named %q", kind, name)
	}
	names[name] = true
	return nil
}

func (a Aim) check(where string) error {
	if (a.Page == "") == (a.Event == "") {
		return fmt.Errorf("visit: %s: name a page or an event, and not both", where)
	}
	if a.Page != "" && a.Page[0] != '/' {
		return fmt.Errorf("visit: %s: page %q does not begin with a slash", where, a.Page)
	}
	if _, err := path.Match(a.Page, ""); err != nil {
		return fmt.Errorf("visit: %s: page %q is no pattern: %w", where, a.Page, err)
	}
	return nil
}

// aim notes what meeting a means.
func (p *Plan) aim(a Aim, note func(*targets)) {
	if !strings.ContainsAny(a.Page, `*?[\`) {
		t := p.exact[a]
		note(&t)
		p.exact[a] = t
		return
	}
	g := glob{pattern: a.Page}
	note(&g.targets)
	p.globs = append(p.globs, g)
}

// Goals returns the goals in their order.
func (p *Plan) Goals() []Goal {
	if p == nil {
		return nil
	}
	return p.goals
}

// Funnels returns the funnels in their order.
func (p *Plan) Funnels() []Funnel {
	if p == nil {
		return nil
	}
	return p.funnels
}

// meets returns what a page or an event is for.
func (p *Plan) meets(a Aim) (t targets, some bool) {
	t, some = p.exact[a]
	if a.Page == "" {
		return t, some
	}
	for i := range p.globs {
		if g := &p.globs[i]; g.matches(a.Page) {
			some = true
			t.goals |= g.targets.goals
			for f := range t.steps {
				t.steps[f] |= g.targets.steps[f]
			}
		}
	}
	return t, some
}

func (g *glob) matches(page string) bool {
	if below, ok := strings.CutSuffix(g.pattern, "/**"); ok {
		if !strings.ContainsAny(below, `*?[\`) {
			return len(page) > len(below) && page[len(below)] == '/' && page[:len(below)] == below
		}
		for i := 1; i < len(page); i++ {
			if ok, _ := path.Match(below, page[:i]); ok && page[i] == '/' {
				return true
			}
		}
		return false
	}
	ok, _ := path.Match(g.pattern, page)
	return ok
}

// progress is what a visit has reached.
type progress struct {
	goals uint64
	steps [MaxFunnels]uint8 // steps done, by funnel
}

// Reached is what one page view or event of a visit reached. The zero Reached is nothing.
type Reached struct {
	plan  *Plan
	goals uint64
	first uint64 // of goals: not reached before in the visit
	steps [MaxFunnels]uint8
}

// advance takes what a is for into account and returns what was reached by it.
func (v *progress) advance(p *Plan, a Aim) (r Reached) {
	if p == nil {
		return r
	}
	t, some := p.meets(a)
	if !some {
		return r
	}
	r.goals, r.first = t.goals, t.goals&^v.goals
	v.goals |= t.goals
	for f := range p.funnels {
		if next := v.steps[f]; int(next) < len(p.funnels[f].Steps) && t.steps[f]>>next&1 == 1 {
			v.steps[f]++
			r.steps[f] = v.steps[f]
		}
	}
	if r != (Reached{}) {
		r.plan = p
	}
	return r
}

// Nothing reports that nothing was reached.
func (r *Reached) Nothing() bool { return r.plan == nil }

// Goals calls f for each goal that was reached; first says that it was not before in its visit.
func (r *Reached) Goals(f func(name string, first bool)) {
	if r.plan == nil {
		return
	}
	for i := range r.plan.goals {
		if r.goals>>i&1 == 1 {
			f(r.plan.goals[i].Name, r.first>>i&1 == 1)
		}
	}
}

// Steps calls f for each funnel of which a step was reached: 1 is the first. A visit reaches each once.
func (r *Reached) Steps(f func(funnel string, step int)) {
	if r.plan == nil {
		return
	}
	for i := range r.plan.funnels {
		if r.steps[i] > 0 {
			f(r.plan.funnels[i].Name, int(r.steps[i]))
		}
	}
}
