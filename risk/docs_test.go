package risk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// TestTheDocumentationListsTheSignals: docs/risk.md has each signal with the weight, the threshold and the time that hold, and no other.
func TestTheDocumentationListsTheSignals(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "docs", "risk.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "| `") && strings.Count(line, "|") == 6 {
			listed[strings.TrimSpace(line)] = true
		}
	}
	holds := map[time.Duration]string{0: "this request", time.Minute: "1 min", 10 * time.Minute: "10 min", 30 * time.Minute: "30 min", time.Hour: "1 h", 3 * time.Hour: "3 h", 24 * time.Hour: "24 h"}
	for _, s := range risk.Signals() {
		bucket := "–"
		if s.Limit > 0 {
			bucket = strings.TrimSuffix(s.Bucket(), "0s")
			if !strings.HasSuffix(bucket, "m") {
				bucket = s.Bucket()
			}
		}
		want := fmt.Sprintf("| `%s` | %d | %s | %s | %s |", s.Code, s.Weight, bucket, holds[s.TTL], s.Means)
		if !listed[want] {
			t.Errorf("docs/risk.md lacks %s", want)
		}
		delete(listed, want)
	}
	for line := range listed {
		t.Errorf("docs/risk.md lists %s", line)
	}
}

// TestTheTableIsAsLargeAsDocumented: the memory that docs/risk.md names.
func TestTheTableIsAsLargeAsDocumented(t *testing.T) {
	t.Parallel()
	e, err := risk.New(risk.Options{Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	if mb := e.Figures().Bytes / 1_000_000; mb != 20 {
		t.Errorf("%d MB: say so in docs/risk.md", mb)
	}
}
