package consent_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// Against what a real browser stored: nothing that it keeps is a deletion to us, and nothing that it
// keeps beyond the session is a session cookie. Where it keeps less than we think, no harm is done.
func TestParseSetCookieAgainstChromium(t *testing.T) {
	data, err := os.ReadFile("testdata/chromium.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for row := range strings.Lines(string(data)) {
		stored, quoted, _ := strings.Cut(strings.TrimSpace(row), " ")
		if stored == "#" {
			continue
		}
		line, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %v", row, err)
		}
		lines++
		ck := consent.ParseSetCookie(line, noon)
		if ck.Name == "" && stored != "D" {
			t.Errorf("%q: Chromium stores it, we take it for malformed", line)
		}
		if ck.Deletes && stored != "D" {
			t.Errorf("%q: Chromium stores it (%s), we take it for a deletion", line, stored)
		}
		if !ck.Persistent && stored == "L" {
			t.Errorf("%q: Chromium keeps it, we take it for a session cookie", line)
		}
	}
	if lines < 80 {
		t.Errorf("only %d lines", lines)
	}
}
