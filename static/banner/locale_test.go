package banner_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/kelisim/kelisim/static/banner"
)

// counted are the keys that take plural forms; "other" is the one that every language has.
var counted = regexp.MustCompile(`^(.+)\.(zero|one|two|few|many|other)$`)

var placeholder = regexp.MustCompile(`\{\w+\}`)

func TestEveryLanguageSaysEverything(t *testing.T) {
	english := texts(t, "en")
	for _, lang := range banner.Languages() {
		own := texts(t, lang)
		for key, text := range english {
			if counted.MatchString(key) && !strings.HasSuffix(key, ".other") {
				continue
			}
			if strings.TrimSpace(own[key]) == "" {
				t.Errorf("%s: no words for %q (%q)", lang, key, text)
			}
			if want, got := holes(text), holes(own[key]); !slices.Equal(want, got) {
				t.Errorf("%s: %q takes %v, in English %v", lang, key, got, want)
			}
		}
		for key := range own {
			if key == "dir" || english[counted.ReplaceAllString(key, "$1.other")] != "" && counted.MatchString(key) {
				continue
			}
			if _, known := english[key]; !known {
				t.Errorf("%s: %q is a key that nothing reads", lang, key)
			}
		}
	}
}

func TestPluralFormsTakeTheNumber(t *testing.T) {
	for _, lang := range banner.Languages() {
		for key, text := range texts(t, lang) {
			parts := counted.FindStringSubmatch(key)
			if parts == nil || len(holes(text)) == 0 && takesOneNumber(lang, parts[2]) { // "two months" in a word
				continue
			}
			if !slices.Equal(holes(text), []string{"{n}"}) {
				t.Errorf("%s: %q must have {n}: %q", lang, key, text)
			}
		}
	}
}

func TestWordsAreTidy(t *testing.T) {
	for _, lang := range banner.Languages() {
		for key, text := range texts(t, lang) {
			if text != strings.TrimSpace(text) || strings.Contains(text, "  ") || strings.ContainsAny(text, "<>&\n\t\u00ad\u200b") {
				t.Errorf("%s: %q holds stray space or markup: %q", lang, key, text)
			}
		}
	}
}

// TestWordsKeepToOneAlphabet catches letters of another alphabet that look alike: a Latin one inside a Cyrillic word.
func TestWordsKeepToOneAlphabet(t *testing.T) {
	for _, lang := range banner.Languages() {
		for key, text := range texts(t, lang) {
			for _, word := range strings.FieldsFunc(placeholder.ReplaceAllString(text, " "), func(r rune) bool { return !unicode.IsLetter(r) }) {
				latin, cyrillic := strings.ContainsFunc(word, isIn(unicode.Latin)), strings.ContainsFunc(word, isIn(unicode.Cyrillic))
				if latin && cyrillic {
					t.Errorf("%s: %q mixes alphabets in %q", lang, key, word)
				}
			}
		}
	}
}

func isIn(table *unicode.RangeTable) func(rune) bool {
	return func(r rune) bool { return unicode.Is(table, r) }
}

func TestCountsFollowTheLanguage(t *testing.T) {
	for _, row := range []struct {
		lang, key string
		n         int
		want      string
	}{
		{"ru", "months", 1, "1 месяц"}, {"ru", "months", 3, "3 месяца"}, {"ru", "months", 6, "6 месяцев"}, {"ru", "months", 21, "21 месяц"}, {"ru", "months", 12, "12 месяцев"},
		{"ru", "years", 2, "2 года"}, {"ru", "years", 5, "5 лет"}, {"ru", "third", 11, "11 сторонних сервисов"},
		{"kk", "months", 1, "1 ай"}, {"kk", "months", 6, "6 ай"}, {"kk", "third", 5, "5 бөгде сервис"},
		{"ar", "months", 2, "شهران"}, {"ar", "months", 6, "6 أشهر"}, {"ar", "months", 12, "12 شهرًا"}, {"he", "years", 2, "שנתיים"}, {"ja", "months", 6, "6 か月"},
		{"pl", "months", 2, "2 miesiące"}, {"pl", "months", 12, "12 miesięcy"}, {"sl", "months", 2, "2 meseca"}, {"lv", "months", 10, "10 mēnešu"}, {"ga", "days", 7, "7 lá"},
		{"en", "days", 1, "1 day"}, {"en", "days", 0, "0 days"}, {"xx", "days", 2, "2 days"},
	} {
		if got := banner.For(row.lang).Count(row.key, row.n); got != row.want {
			t.Errorf("%s %s %d: got %q, want %q", row.lang, row.key, row.n, got, row.want)
		}
	}
	if got := banner.For("ru").Period(banner.Period{}); got != "до закрытия браузера" {
		t.Errorf("the browser session is called %q", got)
	}
}

func TestLanguagesAndFallback(t *testing.T) {
	if got := banner.Languages(); !slices.Equal(got[:3], []string{"kk", "ru", "en"}) {
		t.Errorf("languages begin with %v", got)
	}
	for asked, want := range map[string]string{
		"kk": "kk", "kk-KZ": "kk", "ru-Latn-RU": "ru", "tlh": "en", "": "en", "is": "is", "no": "nb", "nn-NO": "nb",
		"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-CN": "zh-Hans", "zh": "zh-Hans", "iw": "he", "in": "id", "ar-EG": "ar", "sr-RS": "sr", "sr-Latn-RS": "sr-Latn", "sr-Cyrl": "sr", "bs": "hr", "pt-BR": "pt", "eu": "en", "fo": "en", "C": "en", "x-y": "en",
	} {
		if got := banner.For(asked).Tag; got != want {
			t.Errorf("For(%q) speaks %s, want %s", asked, got, want)
		}
	}
	if got := banner.For("en").Text("no.such.key"); got != "no.such.key" {
		t.Errorf("an unknown key gives %q", got)
	}
}

func TestMatch(t *testing.T) {
	world := banner.NewMatcher([]string{"en", "zh-Hans", "zh-Hant", "nb", "sr", "sr-Latn", "he", "id", "pt", "ar", "fa"})
	kazakh, foreign := banner.NewMatcher([]string{"kk", "ru", "en"}), banner.NewMatcher([]string{"de", "en"})
	for _, row := range []struct {
		m             *banner.Matcher
		asked, accept string
		want          string
	}{
		{kazakh, "", "", "kk"},
		{kazakh, "ru", "kk,en", "ru"},
		{kazakh, "", "ru-RU,ru;q=0.9,en;q=0.5", "ru"},
		{kazakh, "", "en-GB", "en"},
		{kazakh, "", "de,fr;q=0.8", "kk"},
		{kazakh, "de", "ru", "ru"},
		{kazakh, "<script>", "ru", "ru"},
		{kazakh, "", strings.Repeat("ru,", 200), "kk"},
		{kazakh, "", ";;;q=,", "kk"},
		{foreign, "", "ru", "de"},
		{banner.NewMatcher(nil), "", "ru", "en"},
		{world, "", "zh-TW,zh;q=0.9", "zh-Hant"}, {world, "", "zh-Hant-HK", "zh-Hant"}, {world, "", "zh-CN", "zh-Hans"}, {world, "zh", "", "zh-Hans"}, {world, "", "zh-SG", "zh-Hans"},
		{world, "", "no", "nb"}, {world, "", "nb-NO", "nb"}, {world, "", "nn-NO", "nb"},
		{world, "", "sr-RS", "sr"}, {world, "", "sr-Cyrl-RS", "sr"}, {world, "", "sr-Latn", "sr-Latn"}, {world, "", "sh", "sr-Latn"},
		{world, "", "iw", "he"}, {world, "", "in", "id"}, {world, "", "pt-BR", "pt"}, {world, "", "pt-PT", "pt"}, {world, "", "ar-EG", "ar"}, {world, "", "fa-AF", "fa"},
	} {
		if got := row.m.Match(row.asked, row.accept); got != row.want {
			t.Errorf("asked %q, Accept-Language %q: got %s, want %s", row.asked, row.accept, got, row.want)
		}
	}
}

func texts(t *testing.T, lang string) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("locales", lang+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	if err := json.Unmarshal(content, &all); err != nil {
		t.Fatalf("%s: %v", lang, err)
	}
	return all
}

func holes(text string) []string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}
