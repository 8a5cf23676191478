package yamldoc_test

import (
	"errors"
	"testing"

	"github.com/kelisim/kelisim/internal/yamldoc"
)

type whole struct {
	Name  string        `yaml:"name"`
	Extra yamldoc.Other `yaml:"extra"`
}

type extra struct {
	Items []struct {
		N int `yaml:"n"`
	} `yaml:"items"`
}

const divided = "name: x\nextra:\n  items:\n    - n: 1\n    - n: two\n      m: 3\n"

// TestASectionIsReadByItsOwner: the document leaves it alone, and its owner is told of nothing else.
func TestASectionIsReadByItsOwner(t *testing.T) {
	t.Parallel()
	var w whole
	if _, err := yamldoc.Decode([]byte(divided), &w); err != nil || w.Name != "x" {
		t.Errorf("%+v, %v", w, err)
	}
	var p extra
	lines, found, err := yamldoc.Section([]byte(divided), "extra", &p)
	var faults yamldoc.Faults
	if !found || !errors.As(err, &faults) || len(faults) != 2 || faults[0].Line != 5 || faults[0].Field != "extra.items[1].n" || faults[1].Field != "extra.items[1].m" {
		t.Errorf("%v, %v", found, err)
	}
	if len(p.Items) != 2 || p.Items[0].N != 1 || lines.Line("extra.items[0].n") != 4 || lines.Line("extra") != 2 {
		t.Errorf("%+v, line %d", p, lines.Line("extra.items[0].n"))
	}
}

// TestWhereThereIsNoSection: not even in what is no document.
func TestWhereThereIsNoSection(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "name: x\n", "- extra\n", "extra: [", "\xff", "name: {extra: {items: []}}"} {
		var p extra
		if _, found, err := yamldoc.Section([]byte(text), "extra", &p); found || err != nil || len(p.Items) > 0 {
			t.Errorf("%q: %v, %v", text, found, err)
		}
	}
	if _, _, err := yamldoc.Section([]byte(divided), "extra", part{}); err == nil {
		t.Error("no pointer is taken")
	}
}
