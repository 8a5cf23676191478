// Package planfile reads the goals and funnels of a site from a YAML file:
//
//	goals:
//	  - name: order
//	    page: /order/*/done
//	  - name: played
//	    event: play
//	funnels:
//	  - name: shop
//	    steps:
//	      - page: /shop/**
//	      - page: /cart
//	      - page: /order/*/done
//
// It is apart from package visit, so that a site that writes its goals in Go needs no YAML. A file comes
// from the site's owner; it is bounded all the same, and every fault is reported at once.
package planfile

import (
	"fmt"
	"io"
	"os"

	"github.com/kelisim/kelisim/internal/yamldoc"
	"github.com/kelisim/kelisim/visit"
)

type file struct {
	Goals   []goal   `yaml:"goals"`
	Funnels []funnel `yaml:"funnels"`
}

type goal struct {
	Name  string `yaml:"name"`
	Page  string `yaml:"page"`
	Event string `yaml:"event"`
}

type funnel struct {
	Name  string `yaml:"name"`
	Steps []step `yaml:"steps"`
}

type step struct {
	Page  string `yaml:"page"`
	Event string `yaml:"event"`
}

// Load reads the plan in the file at path.
func Load(path string) (*visit.Plan, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("planfile: read the goals: %w", err)
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	data, err := io.ReadAll(io.LimitReader(f, yamldoc.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("planfile: read the goals: %w", err)
	}
	plan, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return plan, nil
}

// Parse reads a plan.
func Parse(data []byte) (*visit.Plan, error) {
	var doc file
	if _, err := yamldoc.Decode(data, &doc); err != nil {
		return nil, err
	}
	var goals []visit.Goal
	for _, g := range doc.Goals {
		goals = append(goals, visit.Goal{Name: g.Name, Aim: visit.Aim{Page: g.Page, Event: g.Event}})
	}
	var funnels []visit.Funnel
	for _, f := range doc.Funnels {
		own := visit.Funnel{Name: f.Name}
		for _, s := range f.Steps {
			own.Steps = append(own.Steps, visit.Aim{Page: s.Page, Event: s.Event})
		}
		funnels = append(funnels, own)
	}
	return visit.NewPlan(goals, funnels)
}
