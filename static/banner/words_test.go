package banner_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"github.com/kelisim/kelisim/static/banner"
)

var formNames = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// formsOf are the forms that whole numbers take in a language (CLDR), and "other", which is there for all others.
func formsOf(lang string) []string {
	forms := []string{"other"}
	for n := range 1000 {
		if form := formNames[plural.Cardinal.MatchPlural(language.MustParse(lang), n, 0, 0, 0, 0)]; !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// takesOneNumber says whether a form is that of a single number, which may then stand in the word.
func takesOneNumber(lang, form string) bool {
	numbers := 0
	for n := range 1000 {
		if formNames[plural.Cardinal.MatchPlural(language.MustParse(lang), n, 0, 0, 0, 0)] == form {
			numbers++
		}
	}
	return numbers == 1
}

func TestEveryCountHasTheFormsOfItsLanguage(t *testing.T) {
	for _, lang := range banner.Languages() {
		all, forms := texts(t, lang), formsOf(lang)
		for key := range all {
			parts := counted.FindStringSubmatch(key)
			if parts == nil {
				continue
			}
			if !slices.Contains(forms, parts[2]) {
				t.Errorf("%s: %q is a form that no number takes there: it has %v", lang, key, forms)
			}
			for _, form := range forms {
				if all[parts[1]+"."+form] == "" {
					t.Errorf("%s: %q lacks the form %q", lang, parts[1], form)
				}
			}
		}
	}
}

func TestThereAreAtLeastFortyTwoLanguages(t *testing.T) {
	all := banner.Languages()
	if len(all) < 42 {
		t.Errorf("%d languages", len(all))
	}
	names := map[string]string{}
	for _, lang := range all {
		name := banner.For(lang).Text("language")
		if other := names[name]; other != "" {
			t.Errorf("%s and %s are both called %q", lang, other, name)
		}
		names[name] = lang
		if tag, err := language.Parse(lang); err != nil || tag.String() != lang {
			t.Errorf("%q is not written as BCP 47 has it: %v, %v", lang, tag, err)
		}
	}
}

func TestRightToLeftLanguages(t *testing.T) {
	for _, lang := range banner.Languages() {
		script, _ := language.MustParse(lang).Script()
		want := "ltr"
		if slices.Contains([]string{"Arab", "Hebr"}, script.String()) {
			want = "rtl"
		}
		if got := banner.For(lang).Direction(); got != want {
			t.Errorf("%s is written %s, not %s", lang, want, got)
		}
	}
}

func TestFilesAreUTF8InNormalForm(t *testing.T) {
	for _, lang := range banner.Languages() {
		content, err := os.ReadFile("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(content) || !norm.NFC.IsNormal(content) || strings.ContainsRune(string(content), utf8.RuneError) {
			t.Errorf("%s.json is not UTF-8 in NFC", lang)
		}
	}
}

// TestButtonsDoNotBurst bounds what stands on buttons, so that two fit beside each other on a telephone, and the two
// answers are of like weight.
func TestButtonsDoNotBurst(t *testing.T) {
	for _, lang := range banner.Languages() {
		all := texts(t, lang)
		for _, key := range []string{"accept", "reject", "save", "implied.ok", "implied.refuse", "hold.once", "notice.print", "reopen", "close"} {
			if n := utf8.RuneCountInString(all[key]); n > 28 {
				t.Errorf("%s: %q takes %d letters: %q", lang, key, n, all[key])
			}
			for word := range strings.FieldsSeq(all[key]) {
				if n := utf8.RuneCountInString(word); n > 22 {
					t.Errorf("%s: %q has a word of %d letters: %q", lang, key, n, word)
				}
			}
		}
		yes, no := utf8.RuneCountInString(all["accept"]), utf8.RuneCountInString(all["reject"])
		if max(yes, no) > 2*min(yes, no) {
			t.Errorf("%s: the answers differ in weight: %q, %q", lang, all["accept"], all["reject"])
		}
	}
}

// TestNothingIsLeftInEnglish finds sentences that were copied and not translated.
func TestNothingIsLeftInEnglish(t *testing.T) {
	english := texts(t, "en")
	for _, lang := range banner.Languages() {
		if lang == "en" {
			continue
		}
		for key, text := range texts(t, lang) {
			if text == english[key] && len(strings.Fields(placeholder.ReplaceAllString(text, ""))) > 2 {
				t.Errorf("%s: %q is English: %q", lang, key, text)
			}
		}
	}
}

func TestWhatALanguageLacksIsSaidInEnglish(t *testing.T) {
	if got := banner.For("sr-Latn").Text("centre.check.text"); got == "centre.check.text" || got == "" {
		t.Errorf("a text that the language may lack reads %q", got)
	}
}

func TestListsTakeTheCommaOfTheScript(t *testing.T) {
	for lang, want := range map[string]string{"kk": "a, b", "he": "a, b", "ar": "a، b", "ur": "a، b", "ja": "a、b", "zh-Hant": "a、b", "ko": "a, b"} {
		if got := banner.For(lang).List([]string{"a", "b"}); got != want {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
}

// BenchmarkLocale is what the words of one language cost a program that starts.
func BenchmarkLocale(b *testing.B) {
	content, err := os.ReadFile("locales/ar.json")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var all map[string]string
		if err := json.Unmarshal(content, &all); err != nil {
			b.Fatal(err)
		}
	}
}
