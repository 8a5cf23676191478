package dashboard_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/kelisim/kelisim/static/dashboard"
)

// TestBudgets holds what a page loads, after brotli, in bytes.
func TestBudgets(t *testing.T) {
	budgets := map[string]int{"dashboard.css": 8_192, "dashboard.js": 1_200, "chart.js": 23_000}
	for name, budget := range budgets {
		content, err := fs.ReadFile(dashboard.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		w := brotli.NewWriterLevel(&b, brotli.BestCompression)
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if b.Len() > budget {
			t.Errorf("%s is %d bytes, its budget is %d", name, b.Len(), budget)
		}
		t.Logf("%s: %d bytes", name, b.Len())
	}
}

func TestWorld(t *testing.T) {
	var world struct {
		Width, Height int
		Shapes        []struct{ Code, Path string }
		Dots          []struct{ Code string }
	}
	var names map[string]struct{ Regions map[string]string }
	if err := json.Unmarshal(dashboard.World(), &world); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(dashboard.Names(), &names); err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, s := range world.Shapes {
		codes[s.Code] = true
	}
	for _, d := range world.Dots {
		codes[d.Code] = true
	}
	for _, code := range []string{"KZ", "RU", "US", "SG", "MT", "XK", "KG"} {
		if !codes[code] {
			t.Errorf("%s is not on the map", code)
		}
	}
	for code := range codes {
		if names["kk"].Regions[code] == "" {
			t.Errorf("%s has no name", code)
		}
	}
	if len(codes) < 220 {
		t.Errorf("only %d countries", len(codes))
	}
}
