package cookielist_test

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/cookielist"
)

func TestSuggest(t *testing.T) {
	for _, row := range []struct {
		name, listed string
		purpose      consent.Purpose
		platform     string
	}{
		{"_ga", "_ga", consent.Statistics, "Google Analytics"},
		{"_ga_4F2KX", "_ga_*", consent.Statistics, "Google Analytics"},
		{"_gat", "_gat*", consent.Statistics, "Google Analytics"},
		{"_fbp", "_fbp", consent.Marketing, "Facebook"},
		{"_ym_uid", "_ym_uid", consent.Statistics, "Yandex.Metrica"},
		{"PHPSESSID", "PHPSESSID", consent.Necessary, "PHP.net"},
		{"__cf_bm", "__cf_bm", consent.Necessary, "Cloudflare"},
		{"_hjSession_12345", "_hjSession_*", consent.Preferences, "Hotjar"},
		{"phpsessid", "", "", ""}, // names are case-sensitive
		{"kelisim_made_up", "", "", ""},
		{"", "", "", ""},
		{strings.Repeat("x", 5000), "", "", ""},
	} {
		s, ok := cookielist.Suggest(row.name)
		if ok != (row.listed != "") || s.Name != row.listed || s.Purpose != row.purpose || s.Platform != row.platform {
			t.Errorf("%.40q: %+v, want %s %s %s", row.name, s, row.listed, row.purpose, row.platform)
		}
		if ok && (s.Description == "" || len(s.Description) > 240 || !utf8.ValidString(s.Description) || s.Category == "") {
			t.Errorf("%q: description %q, category %q", row.name, s.Description, s.Category)
		}
	}
}

// TestSize holds the embedded list to 150 KB, and to being there.
func TestSize(t *testing.T) {
	info, err := os.Stat("cookies.tsv.gz")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d names, %d bytes", cookielist.Len(), info.Size())
	if info.Size() > 150<<10 || cookielist.Len() < 2000 {
		t.Errorf("%d names in %d bytes", cookielist.Len(), info.Size())
	}
}

func FuzzSuggest(f *testing.F) {
	for _, name := range []string{"_ga", "_ga_1", "*", "_hjSession_", "", "\xff\xfe"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, ok := cookielist.Suggest(name)
		if listed := strings.TrimSuffix(s.Name, "*"); ok && !strings.HasPrefix(name, listed) {
			t.Errorf("%q is taken for %q", name, s.Name)
		}
	})
}
