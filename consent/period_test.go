package consent_test

import (
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

func TestPeriods(t *testing.T) {
	from := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		text, shown string
		after       time.Time
		approx      time.Duration
	}{
		{"30 minutes", "30 minutes", from.Add(30 * time.Minute), 30 * time.Minute},
		{"1 hour", "1 hour", from.Add(time.Hour), time.Hour},
		{"1 hours", "1 hour", from.Add(time.Hour), time.Hour},
		{"30 days", "30 days", from.AddDate(0, 0, 30), 720 * time.Hour},
		{" 6 months ", "6 months", from.AddDate(0, 6, 0), 4320 * time.Hour},
		{"3 years", "3 years", from.AddDate(3, 0, 0), 26280 * time.Hour},
		{"session", "session", from, 0},
		{"", "session", from, 0},
	} {
		p, err := consent.ParsePeriod(row.text)
		if err != nil || p.String() != row.shown || !p.After(from).Equal(row.after) || p.Approx() != row.approx {
			t.Errorf("%q: got %s, %v, %v, %v", row.text, p, p.After(from), p.Approx(), err)
		}
		if p.IsZero() != (row.shown == "session") {
			t.Errorf("%q: IsZero is %v", row.text, p.IsZero())
		}
		text, err := p.MarshalText()
		var back consent.Period
		if err != nil || back.UnmarshalText(text) != nil || back != p {
			t.Errorf("%q does not survive its text %q", row.text, text)
		}
	}
	for _, bad := range []string{"6", "months", "0 days", "-1 days", "1.5 years", "6  months", "six months", "10001 days", "1 fortnight", "1 s", "1 "} {
		if p, err := consent.ParsePeriod(bad); err == nil {
			t.Errorf("%q is taken for %s", bad, p)
		}
	}
}

func TestTextIn(t *testing.T) {
	for _, row := range []struct {
		text  consent.Text
		langs []string
		want  string
	}{
		{consent.Text{"kk": "k", "en": "e"}, []string{"kk"}, "k"},
		{consent.Text{"kk": "k", "en": "e"}, []string{"ru", "kk"}, "k"},
		{consent.Text{"kk": "k", "en": "e"}, []string{"ru"}, "e"},
		{consent.Text{"kk": "k", "ru": "r"}, []string{"de"}, "k"},
		{consent.Text{"kk": "", "ru": "r"}, []string{"kk"}, "r"},
		{nil, []string{"kk"}, ""},
	} {
		if got := row.text.In(row.langs...); got != row.want {
			t.Errorf("%v in %v: got %q, want %q", row.text, row.langs, got, row.want)
		}
	}
}
