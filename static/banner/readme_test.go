package banner_test

import (
	"fmt"
	"os"
	"regexp"
	"testing"
)

var told = regexp.MustCompile(`A page that asks loads ([\d.]+) KB of script and style for it \(brotli\), ([\d.]+) KB once`)

// TestReadmeTellsTheSize: the figures that people choose by are those of what is served.
func TestReadmeTellsTheSize(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	figures := told.FindSubmatch(readme)
	if figures == nil {
		t.Fatalf("README.md no longer says %q", told)
	}
	for i, files := range [][]string{{"core.js", "core.css", "banner.js", "banner.css"}, {"core.js", "core.css"}} {
		total := 0
		for _, file := range files {
			total += len(asset(t, file).Brotli)
		}
		is := fmt.Sprintf("%.1f", float64(total)/1000)
		if i == 1 {
			is = fmt.Sprintf("%.0f", float64(total)/1000)
		}
		if said := string(figures[i+1]); said != is {
			t.Errorf("README.md says %s KB, it is %d bytes: write %s", said, total, is)
		}
	}
}
