package server

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := []struct{ in, want string }{
		{"/blog/қазақша", "/blog/қазақша"},
		{"a\u202eb", "a\ufffdb"},
		{"a\x00\x1b[31mb", "a\ufffd\ufffd[31mb"},
		{"a\nb\tc", "a\ufffdb\ufffdc"},
		{"a\xffb", "a\ufffdb"},
		{strings.Repeat("ж", 200), strings.Repeat("ж", 128) + "…"},
	}
	for _, test := range tests {
		if got := clean(test.in, valueMax); got != test.want {
			t.Errorf("clean(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "/", "a\u202eb", "\xff\xfe", strings.Repeat("ж", 200), "=1+1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s, valueMax)
		if !utf8.ValidString(got) || clean(got, 4*valueMax) != got || utf8.RuneCountInString(got) > valueMax+1 {
			t.Errorf("clean(%q) = %q", s, got)
		}
		if cell := formula(got); cell != "" && strings.ContainsRune("=+-@", rune(cell[0])) {
			t.Errorf("formula(%q) = %q", got, cell)
		}
	})
}

func TestNumbersByLanguage(t *testing.T) {
	tests := []struct{ lang, got, want string }{}
	for _, lang := range known {
		l := loadLocale(lang)
		want := map[string][5]string{
			"en": {"1,234,567", "−5", "12.3k", "42%", "2m 05s"},
			"ru": {"1\u00a0234\u00a0567", "−5", "12,3\u00a0тыс.", "42\u00a0%", "2\u00a0мин 05\u00a0с"},
			"kk": {"1\u00a0234\u00a0567", "−5", "12,3\u00a0мың", "42%", "2\u00a0мин 05\u00a0с"},
		}[lang]
		for i, got := range []string{l.Number(1234567), l.Number(-5), l.Short(12345), l.Percent(.42), l.Duration(125)} {
			tests = append(tests, struct{ lang, got, want string }{lang, got, want[i]})
		}
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%s: %q, want %q", test.lang, test.got, test.want)
		}
	}
}
