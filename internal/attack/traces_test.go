package attack_test

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/kelisim/kelisim/internal/attack"
	"github.com/kelisim/kelisim/internal/spool"
	"github.com/kelisim/kelisim/stats"
)

// night is a site with a page view every few minutes: the worst hours for whoever comes alone.
func night(t *testing.T, to target, outbox stats.Outbox, watch func(stats.Batch)) (*attack.Site, []stats.Batch) {
	p := attack.NewPopulation(60, rand.New(rand.NewPCG(11, 1)))
	site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 11, Outbox: outbox})
	if err != nil {
		t.Fatal(err)
	}
	var batches []stats.Batch
	site.Watch = func(b stats.Batch) {
		batches = append(batches, b)
		if watch != nil {
			watch(b)
		}
	}
	for _, part := range []struct {
		views    int
		from, to float64
	}{{120, .1, .101}, {30, .101, .6}} { // an evening of two minutes, and then a night
		if err := site.Run(t.Context(), part.views, part.from, part.to); err != nil {
			t.Fatal(err)
		}
	}
	return site, batches
}

// TestAnAppendOnlyFileTellsWholeStepsInOrder holds that the commands of a day give the attacker what the batches brought,
// in order and no finer, and that no step of them is about one visitor; after the close they are gone.
func TestAnAppendOnlyFileTellsWholeStepsInOrder(t *testing.T) {
	t.Parallel()
	to := openRedis(t)
	site, batches := night(t, to, nil, nil)
	steps, strange := to.steps()
	report(t, "at rest, and nobody knows what it is", strange)
	if len(steps) != len(batches) {
		t.Fatalf("%d steps in the file, %d batches", len(steps), len(batches))
	}
	for i := range steps {
		if want := attack.StepOf(&batches[i]); !maps.Equal(steps[i].Rows, want.Rows) || steps[i].Seen != want.Seen {
			t.Fatalf("step %d: %d rows of %d page views, the batch had %d of %d", i, len(steps[i].Rows), steps[i].Seen, len(want.Rows), want.Seen)
		}
	}
	report(t, "together", attack.Joint(steps, fewest))
	if err := site.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if raw := to.raw(); still(raw, to.rows(), dump(t, to)) > 0 {
		t.Error("the append-only file of a closed day tells how the day went")
	}
}

// TestGivenUpPagesTellWholeSteps holds that every version of a page that a bbolt file still holds is the state after a
// whole batch, so that it gives the attacker no finer difference than two dumps do.
func TestGivenUpPagesTellWholeSteps(t *testing.T) {
	t.Parallel()
	to := openBolt(t)
	states, old := []map[attack.Cell]stats.Counts{{}}, 0
	night(t, to, nil, func(b stats.Batch) {
		if len(b.Rows) == 0 {
			return
		}
		state := maps.Clone(states[len(states)-1])
		for cell, c := range attack.StepOf(&b).Rows {
			sum := state[cell]
			sum.Add(&c)
			state[cell] = sum
		}
		states = append(states, state)
		pages := attack.ReadPages(to.raw(), os.Getpagesize())
		for _, version := range pages.Versions {
			cells, at := pages.Cells(version), len(states)-1
			for at >= 0 && !holds(states[at], cells) {
				at--
			}
			if at < 0 {
				t.Errorf("a page of %d values is the state after no batch", len(cells))
			} else if at < len(states)-1 && !holds(state, cells) {
				old++
			}
		}
	})
	if old == 0 {
		t.Error("no page tells of an older state: this test cannot fail")
	}
}

// holds reports whether counts are those of a state.
func holds(state, cells map[attack.Cell]stats.Counts) bool {
	for cell, c := range cells {
		if state[cell] != c {
			return false
		}
	}
	return true
}

// TestASpoolTellsWholeSteps holds the same of the segments of a spool.
func TestASpoolTellsWholeSteps(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := spool.Open(spool.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	site, batches := night(t, openBolt(t), s, nil)
	var steps []attack.Step
	var raw []byte
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".seg" {
			raw = append(raw, read(t, path)...)
			steps = append(steps, attack.Segment(read(t, path))...)
		}
		return err
	})
	if err != nil || len(steps) != len(batches) {
		t.Fatalf("%d steps in the spool, %d batches, %v", len(steps), len(batches), err)
	}
	report(t, "together", attack.Joint(steps, fewest))
	living, err := attack.Living(site.Secret, site.Seeds)
	if err != nil {
		t.Fatal(err)
	}
	nobody(t, site.Population, "in the spool", attack.Dictionary(site.Population, attack.NewIndex(raw), attack.Marks(living), true))
}

// TestTwoDumpsASecondApartTellNoVisitor plays a page view a second and takes a dump after each: whatever
// two of them differ by is totals, or rows of at least twenty page views.
func TestTwoDumpsASecondApartTellNoVisitor(t *testing.T) {
	t.Parallel()
	for name, open := range targets {
		t.Run(name, func(t *testing.T) {
			p, to := attack.NewPopulation(300, rand.New(rand.NewPCG(2, 2))), open(t)
			site, err := attack.NewSite(p, to.store, attack.Rules{Seed: 2})
			if err != nil {
				t.Fatal(err)
			}
			before, rows := dump(t, to), 0
			var steps []attack.Step
			site.Watch = func(stats.Batch) {
				after := dump(t, to)
				step := attack.Difference(before, after)
				steps, before = append(steps, step), after
				if len(step.Rows) > 0 {
					rows++
				}
			}
			const hour = 1. / 24
			if err := site.Run(t.Context(), 150, hour-150./86400, hour); err != nil {
				t.Fatal(err)
			}
			report(t, "together", attack.Joint(steps, fewest))
			if len(steps) < 150 || rows < 5 {
				t.Errorf("%d differences, %d of them with rows", len(steps), rows)
			}
		})
	}
}
