package banner_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/kelisim/kelisim/static/banner"
)

// The budgets of DESIGN section 12, in bytes after brotli.
const (
	askedBudget   = 6144 // script and style of a page that asks
	decidedBudget = 1024 // of a page whose visitor has decided
	markupBudget  = 4096

	beaconBudget     = 600
	beaconFullBudget = 1024
	deviceBudget     = 400
)

func TestScriptsAndStylesKeepTheirBudget(t *testing.T) {
	for _, row := range []struct {
		name   string
		files  []string
		budget int
	}{
		{"asked", []string{"core.js", "core.css", "banner.js", "banner.css"}, askedBudget},
		{"static page, asked", []string{"static.js", "core.js", "core.css", "banner.js", "banner.css"}, askedBudget},
		{"everything at once", []string{"static.js", "mode.js", "told.js", "core.js", "core.css", "banner.js", "banner.css"}, askedBudget},
		{"decided", []string{"core.js", "core.css"}, decidedBudget},
		{"beacon", []string{"beacon.js"}, beaconBudget},
		{"beacon with everything", []string{"beaconfull.js"}, beaconFullBudget},
		{"device", []string{"device.js"}, deviceBudget},
	} {
		total := 0
		for _, file := range row.files {
			total += len(asset(t, file).Brotli)
		}
		t.Logf("%s: %d of %d bytes", row.name, total, row.budget)
		if total > row.budget {
			t.Errorf("%s: %v take %d bytes brotli, more than %d", row.name, row.files, total, row.budget)
		}
	}
}

func TestMarkupKeepsItsBudget(t *testing.T) {
	for _, lang := range banner.Languages() {
		size := compressed(t, banner.Render(view(lang)))
		t.Logf("%s: %d of %d bytes", lang, size, markupBudget)
		if size > markupBudget {
			t.Errorf("%s: the markup takes %d bytes brotli, more than %d", lang, size, markupBudget)
		}
	}
}

// TestScriptsKeepTheStrictestPolicy: nothing that a Content-Security-Policy without unsafe-inline and unsafe-eval forbids,
// and no string parsed as HTML.
func TestScriptsKeepTheStrictestPolicy(t *testing.T) {
	for _, file := range []string{"core.js", "banner.js", "centre.js", "mode.js", "static.js", "told.js", "changed.js", "beacon.js", "beaconfull.js", "device.js"} {
		script := string(asset(t, file).Content)
		for _, word := range []string{"eval(", "new Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "setTimeout(\"", "DOMParser"} {
			if strings.Contains(script, word) {
				t.Errorf("%s uses %s", file, word)
			}
		}
	}
	for _, file := range []string{"core.css", "banner.css", "centre.css"} {
		for _, word := range []string{"url(", "@import", "expression("} {
			if strings.Contains(string(asset(t, file).Content), word) {
				t.Errorf("%s loads something by %s", file, word)
			}
		}
	}
}

func TestAssetsAreNamedByTheirContent(t *testing.T) {
	for _, row := range []struct{ file, kind string }{
		{"core.js", "text/javascript; charset=utf-8"},
		{"banner.css", "text/css; charset=utf-8"},
	} {
		a := asset(t, row.file)
		if a.Type != row.kind || len(a.ETag) != 10 || !strings.Contains(a.Name, strings.Trim(a.ETag, `"`)) || len(a.Content) == 0 {
			t.Errorf("%s: name %q, type %q, ETag %s, %d bytes", row.file, a.Name, a.Type, a.ETag, len(a.Content))
		}
	}
	for _, name := range []string{"", "core.js", "core.AAAAAAAA.js", "../locales/kk.json"} {
		if _, ok := banner.Lookup(name); ok {
			t.Errorf("there is an asset %q", name)
		}
	}
}

func asset(t *testing.T, file string) banner.Asset {
	t.Helper()
	a, ok := banner.Lookup(strings.TrimPrefix(banner.Path("/m", file), "/m/"))
	if !ok {
		t.Fatalf("there is no %s", file)
	}
	return a
}

func compressed(t *testing.T, content []byte) int {
	t.Helper()
	var out bytes.Buffer
	w := brotli.NewWriterLevel(&out, brotli.BestCompression)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

// TestBeaconKeepsNothing: what pages tell needs no cookie and no storage of the browser.
func TestBeaconKeepsNothing(t *testing.T) {
	for _, file := range []string{"beacon.js", "beaconfull.js", "device.js"} {
		for _, word := range []string{"cookie", "localStorage", "sessionStorage", "indexedDB", "caches"} {
			if strings.Contains(string(asset(t, file).Content), word) {
				t.Errorf("%s uses %s", file, word)
			}
		}
	}
}
