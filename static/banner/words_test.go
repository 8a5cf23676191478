package banner_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
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

// cognates are the words that a language shares with English, by key. "*" is for names that are the same everywhere.
var cognates = map[string]string{
	"centre.bin":          "*",
	"purpose.marketing":   "cs de es fr hr hu it nl pl pt ro sk sq sr-Latn tk uz",
	"purpose.preferences": "lv",
	"centre.cookies":      "cs da de el es fr mt nl pt sk sq",
	"centre.contact":      "fr nl ro",
	"centre.name":         "de",
	"notice.kind":         "da id mt",
	"notice.service":      "fr",
	"notice.no":           "ca es it",
	"minutes.one":         "fr",
	"minutes.other":       "fr",
	"month.4":             "de id mt",
	"month.8":             "de",
	"month.9":             "de id",
	"month.11":            "de id",
}

// TestNothingIsLeftInEnglish asks of every text what a visitor reads, whether the language has it or not: none may be that of
// English but for cognates, none may be an English sentence in another wording, and none may lack the language's script.
func TestNothingIsLeftInEnglish(t *testing.T) {
	english := texts(t, "en")
	for _, lang := range banner.Languages() {
		if lang == "en" {
			continue
		}
		locale, own := banner.For(lang), texts(t, lang)
		for key, text := range english {
			if counted.MatchString(key) && !strings.HasSuffix(key, ".other") {
				continue // a form that the language may not know
			}
			shared := strings.Fields(cognates[key])
			if locale.Text(key) == text && hasWords(text) && !slices.Contains(shared, lang) && !slices.Contains(shared, "*") {
				t.Errorf("%s: %q is English: %q", lang, key, text)
			}
		}
		for key, text := range own {
			if words := englishWords(text); words > 1 {
				t.Errorf("%s: %q has %d English words: %q", lang, key, words, text)
			}
			if !slices.Contains([]string{"dir", "centre.bin", "centre.cookies"}, key) && hasWords(text) && !inScript(lang, text) {
				t.Errorf("%s: %q is not in the script of the language: %q", lang, key, text)
			}
		}
	}
}

// hasWords says whether anything is left to translate beside what is filled in.
func hasWords(text string) bool {
	return strings.ContainsFunc(placeholder.ReplaceAllString(text, ""), unicode.IsLetter)
}

// englishWords counts words that English sentences can hardly do without, and no other language has.
func englishWords(text string) (n int) {
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if slices.Contains([]string{"the", "your", "you", "this", "that", "with", "from", "which"}, word) {
			n++
		}
	}
	return n
}

// inScript says whether a text has a letter of the script that its language is written in.
func inScript(lang, text string) bool {
	script, _ := language.MustParse(lang).Script()
	for _, table := range map[string][]string{"Jpan": {"Han", "Hiragana", "Katakana"}, "Kore": {"Hangul"}, "Hans": {"Han"}, "Hant": {"Han"}}[script.String()] {
		if strings.ContainsFunc(text, isIn(unicode.Scripts[table])) {
			return true
		}
	}
	name := map[string]string{"Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic", "Hebr": "Hebrew", "Grek": "Greek", "Armn": "Armenian", "Geor": "Georgian", "Deva": "Devanagari", "Thai": "Thai"}[script.String()]
	return name != "" && strings.ContainsFunc(text, isIn(unicode.Scripts[name]))
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
