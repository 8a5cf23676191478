package rulefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/risk/rulefile"
)

// TestTheExampleOfTheDocumentationIsSound: what people copy has no fault.
func TestTheExampleOfTheDocumentationIsSound(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "risk.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, ok := strings.Cut(string(text), "```yaml\nrisk:\n")
	example = "risk:\n" + example
	example, _, end := strings.Cut(example, "```")
	rules, found, findings := rulefile.LintSection([]byte(example))
	if !found || !ok || !end || len(findings) > 0 || len(rules.Rules) != 3 || len(rules.Limits) != 1 {
		t.Errorf("%+v, %v", rules, findings)
	}
}
