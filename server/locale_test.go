package server_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/stats"
)

func readLocale(t *testing.T, lang string) map[string]string {
	t.Helper()
	var texts map[string]string
	if err := json.Unmarshal(must(os.ReadFile("locales/"+lang+".json")), &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

var placeholder = regexp.MustCompile(`\{\d\}`)

func TestLocalesAreComplete(t *testing.T) {
	english := readLocale(t, "en")
	for _, lang := range []string{"kk", "ru"} {
		texts := readLocale(t, lang)
		for key, text := range english {
			other, ok := texts[key]
			if !ok || strings.TrimSpace(strings.ReplaceAll(other, "\u00a0", "x")) == "" {
				t.Errorf("%s lacks %q", lang, key)
				continue
			}
			if strings.HasPrefix(key, "format.") {
				continue
			}
			want, got := placeholder.FindAllString(text, -1), placeholder.FindAllString(other, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %q has %v, English has %v", lang, key, got, want)
			}
		}
		for key := range texts {
			if _, ok := english[key]; !ok {
				t.Errorf("%s has %q, English has not", lang, key)
			}
		}
	}
}

// TestTextsAreThere looks for the key of every text that templates and code name.
func TestTextsAreThere(t *testing.T) {
	texts := readLocale(t, "en")
	literal := regexp.MustCompile(`(?:\{|\()(?:or )?t "([^"]+)"|\.T\("([^"+]+)"[,)]`)
	files := append(must(filepath.Glob("templates/*.html")), must(filepath.Glob("*.go"))...)
	used := 0
	for _, file := range files {
		for _, m := range literal.FindAllStringSubmatch(string(must(os.ReadFile(file))), -1) {
			used++
			if key := m[1] + m[2]; texts[key] == "" {
				t.Errorf("%s names %q, which no locale has", file, key)
			}
		}
	}
	if used < 100 {
		t.Errorf("only %d keys found: the pattern is out of date", used)
	}
	for _, name := range names() {
		for _, prefix := range []string{"list.", "empty."} {
			if texts[prefix+name] == "" {
				t.Errorf("no text %q", prefix+name)
			}
		}
		if texts["list."+name+".help"] == "" {
			t.Errorf("no text %q", "list."+name+".help")
		}
	}
	for dim := range stats.Dimensions() {
		if texts["dimension."+dim.String()] == "" {
			t.Errorf("no text for dimension %v", dim)
		}
	}
}
