package visit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

// isbotWords are the words by which isbot tells programs, as far as they are plain words.
func isbotWords(t *testing.T) (list []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "isbot.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	if len(list) < 100 {
		t.Fatalf("%d words: too few to tell anything", len(list))
	}
	return list
}

// TestBotsOfIsbot measures recall against another vocabulary: programs that say their name alone, and such as add it to
// the user agent of a browser.
func TestBotsOfIsbot(t *testing.T) {
	a := visit.NewAgents(0)
	for _, row := range []struct {
		how  string
		ua   func(word string) string
		want float64 // percent
	}{
		{"alone", func(w string) string { return w + "/1.0" }, 97},
		{"compatible", func(w string) string { return "Mozilla/5.0 (compatible; " + w + "/1.0)" }, 97},
		{"beside a browser, with an address", func(w string) string { return desktop + " (compatible; " + w + "/1.0; +http://example.org/bot)" }, 97},
		// Apps add their names to those of the browsers in them: what is no known bot's must stay a person's.
		{"beside a browser", func(w string) string { return desktop + " " + w + "/1.0" }, 25},
	} {
		words, found, missed := isbotWords(t), 0, []string(nil)
		for _, word := range words {
			if got := a.Parse(row.ua(word), nil); got.Bot != "" {
				found++
			} else {
				missed = append(missed, word)
			}
		}
		recall := 100 * float64(found) / float64(len(words))
		t.Logf("%s: %d of %d (%.1f %%)", row.how, found, len(words), recall)
		if recall < row.want {
			t.Errorf("%s: recall %.1f %%, want %v %%; missed: %v", row.how, recall, row.want, missed)
		}
	}
}
