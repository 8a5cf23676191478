package stats_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDimensions holds the names, numbers and floors of dimensions and measures: stores keep them.
func TestDimensions(t *testing.T) {
	var b strings.Builder
	floors := map[stats.Floor]string{stats.FloorPerson: "person", stats.FloorOpen: "open", stats.FloorClosed: "closed"}
	for d := range stats.Dimensions() {
		spec := d.Spec()
		fmt.Fprintf(&b, "%2d %-15s %-7s k=%d cap=%-6d parent=%-8s", d, d, floors[spec.Floor], stats.Floors{}.Of(d), spec.Cap, parentName(spec.Parent))
		for m := stats.Measure(0); m < stats.NumMeasures; m++ {
			if spec.Measures.Has(m) {
				fmt.Fprintf(&b, " %v", m)
			}
		}
		b.WriteByte('\n')
		if parsed, err := stats.ParseDimension(d.String()); err != nil || parsed != d {
			t.Errorf("%v is parsed as %v, %v", d, parsed, err)
		}
	}
	for m := stats.Measure(0); m < stats.NumMeasures; m++ {
		fmt.Fprintf(&b, "%2d %v\n", m, m)
		if parsed, err := stats.ParseMeasure(m.String()); err != nil || parsed != m {
			t.Errorf("%v is parsed as %v, %v", m, parsed, err)
		}
	}
	golden(t, "dimensions.txt", b.String())
}

func parentName(d stats.Dimension) string {
	if d == 0 {
		return "-"
	}
	return d.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s changed; stores of earlier versions would be read wrong:\n%s", path, got)
	}
}

func TestNamesThatAreNone(t *testing.T) {
	for _, name := range []string{"", "Page", "visitor", "page "} {
		if _, err := stats.ParseDimension(name); !errors.Is(err, stats.ErrDimension) {
			t.Errorf("dimension %q: %v", name, err)
		}
		if _, err := stats.ParseMeasure(name); !errors.Is(err, stats.ErrMeasure) {
			t.Errorf("measure %q: %v", name, err)
		}
	}
}

func TestValidValue(t *testing.T) {
	for value, want := range map[string]bool{
		"": true, "/блог": true, "a b": true, strings.Repeat("x", 256): true,
		strings.Repeat("x", 257): false, "a\x00": false, "a\n": false, "\x7f": false, "\xff": false,
	} {
		if got := stats.ValidValue(value); got != want {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}

// TestS4_9_7_NoDimensionNamesAPerson holds that whatever describes a visitor has the floor of persons.
func TestS4_9_7_NoDimensionNamesAPerson(t *testing.T) {
	site := map[stats.Dimension]bool{
		stats.DimPage: true, stats.DimFile: true, stats.DimSection: true, stats.DimNotFound: true, stats.DimSource: true,
		stats.DimChannel: true, stats.DimStatus: true, stats.DimBot: true, stats.DimConsent: true,
		stats.DimLatency: true, stats.DimDepth: true, stats.DimDuration: true, stats.DimDownload: true, stats.DimUpload: true,
		stats.DimGoal: true, stats.DimFunnel: true, stats.DimReturn: true, stats.DimOutbound: true,
		stats.DimScroll: true, stats.DimEngaged: true, stats.DimLCP: true, stats.DimINP: true, stats.DimCLS: true,
	}
	for d := range stats.Dimensions() {
		if got := d.Spec().Floor == stats.FloorPerson; got == site[d] {
			t.Errorf("%v has the floor of persons: %v", d, got)
		}
	}
}
