package visit_test

import (
	"strings"
	"testing"

	"github.com/kelisim/kelisim/visit"
)

var referrerTable = []struct{ referrer, source, channel string }{
	{"", "", "direct"},
	{"https://example.kz/blog", "", "direct"},
	{"https://www.example.kz/blog", "", "direct"},
	{"https://EXAMPLE.kz:8443/blog", "", "direct"},
	{"https://blog.example.kz/", "blog.example.kz", "referral"},
	{"https://other.kz/a?b=c#d", "other.kz", "referral"},
	{"https://www.Other.KZ./a", "other.kz", "referral"},
	{"https://user:pass@other.kz:8080/a", "other.kz", "referral"},
	{"http://other.kz?secret=1", "other.kz", "referral"},
	{"https://evil.kz\\@other.kz/", "evil.kz", "referral"},

	{"https://www.google.com/", "google.com", "search"}, {"https://www.google.kz/", "google.kz", "search"}, {"https://www.google.co.uk/search?q=x", "google.co.uk", "search"},
	{"https://yandex.kz/search/?text=x", "yandex.kz", "search"}, {"https://yandex.ru/", "yandex.ru", "search"}, {"https://ya.ru/", "ya.ru", "search"},
	{"https://go.mail.ru/search?q=x", "go.mail.ru", "search"}, {"https://nova.rambler.ru/", "nova.rambler.ru", "search"}, {"https://www.bing.com/", "bing.com", "search"},
	{"https://duckduckgo.com/", "duckduckgo.com", "search"}, {"https://search.brave.com/", "search.brave.com", "search"}, {"https://kk.search.yahoo.com/", "kk.search.yahoo.com", "search"},
	{"android-app://com.google.android.googlequicksearchbox/", "com.google.android.googlequicksearchbox", "search"},
	{"https://l.facebook.com/l.php?u=x", "l.facebook.com", "social"}, {"https://l.instagram.com/", "l.instagram.com", "social"}, {"https://t.co/abc", "t.co", "social"},
	{"https://vk.com/", "vk.com", "social"}, {"https://away.vk.com/", "away.vk.com", "social"}, {"https://ok.ru/", "ok.ru", "social"}, {"https://my.mail.ru/", "my.mail.ru", "social"},
	{"https://t.me/", "t.me", "social"}, {"https://dzen.ru/", "dzen.ru", "social"}, {"https://www.tiktok.com/", "tiktok.com", "social"}, {"android-app://org.telegram.messenger/", "org.telegram.messenger", "social"},
	{"https://chatgpt.com/", "chatgpt.com", "ai"}, {"https://www.perplexity.ai/", "perplexity.ai", "ai"}, {"https://claude.ai/", "claude.ai", "ai"},
	{"https://gemini.google.com/", "gemini.google.com", "ai"}, {"https://copilot.microsoft.com/", "copilot.microsoft.com", "ai"}, {"https://alice.yandex.ru/", "alice.yandex.ru", "ai"},
	{"https://mail.google.com/", "mail.google.com", "mail"}, {"https://e.mail.ru/", "e.mail.ru", "mail"}, {"https://mail.yandex.kz/", "mail.yandex.kz", "mail"}, {"https://outlook.live.com/", "outlook.live.com", "mail"},
	{"https://notgoogle.com/", "notgoogle.com", "referral"}, {"https://google.evil.com/", "google.evil.com", "referral"},

	{"https://203.0.113.7/", "", "direct"}, {"https://[2001:db8::7]/", "", "direct"}, {"https://localhost/", "", "direct"}, {"javascript:alert(1)", "", "direct"},
	{"file:///home/user", "", "direct"}, {"data:text/html,x", "", "direct"}, {"https://<script>/", "", "direct"}, {"https://a..b/", "", "direct"}, {"https://", "", "direct"},
	{"https://" + strings.Repeat("a", 200) + ".kz/", "", "direct"}, {"garbage", "", "direct"}, {"https://иван@почта.рф/", "", "direct"}, {"https://xn--80a1acny.xn--p1ai/", "xn--80a1acny.xn--p1ai", "referral"},
}

func TestReferrer(t *testing.T) {
	for _, c := range referrerTable {
		source := visit.Referrer(c.referrer, "www.example.kz:443")
		if source != c.source {
			t.Errorf("Referrer(%q) = %q, want %q", c.referrer, source, c.source)
		}
		if channel := visit.Channel(source, visit.Tags{}); channel != c.channel {
			t.Errorf("Channel(%q) = %q, want %q", source, channel, c.channel)
		}
	}
}

var campaignTable = []struct {
	query   string
	want    visit.Tags
	channel string // from a search engine
}{
	{"", visit.Tags{}, "search"},
	{"q=ivan@mail.ru&page=2", visit.Tags{}, "search"},
	{"utm_source=newsletter&utm_medium=email&utm_campaign=Spring", visit.Tags{Source: "newsletter", Medium: "email", Campaign: "spring"}, "mail"},
	{"utm_medium=cpc", visit.Tags{Medium: "cpc"}, "paid"},
	{"gclid=EAIaIQobChMI", visit.Tags{Click: true}, "paid"},
	{"yclid=12345", visit.Tags{Click: true}, "paid"},
	{"fbclid=abc", visit.Tags{}, "search"},
	{"utm_medium=social", visit.Tags{Medium: "social"}, "social"},
	{"utm_campaign=%D0%BD%D0%B0%D1%83%D1%80%D1%8B%D0%B7", visit.Tags{Campaign: "наурыз"}, "campaign"},
	{"utm_campaign=spring+sale", visit.Tags{Campaign: "spring-sale"}, "campaign"},
	{"utm_campaign=ivan%40mail.ru", visit.Tags{Campaign: ":email"}, "campaign"},
	{"utm_campaign=870412300123", visit.Tags{Campaign: ":id"}, "campaign"},
	{"utm_campaign=%3Cscript%3E", visit.Tags{Campaign: "_script_"}, "campaign"},
	{"utm_campaign=a&utm_campaign=b", visit.Tags{Campaign: "a"}, "campaign"},
	{"ref=banner", visit.Tags{Campaign: "banner"}, "campaign"},
	{"promo=second&ref=first", visit.Tags{Campaign: "first"}, "campaign"},
	{"ref=x&utm_campaign=y", visit.Tags{Campaign: "y"}, "campaign"},
	{"utm_campaign=", visit.Tags{}, "search"},
	{"utm_campaign", visit.Tags{}, "search"},
	{"&&&=&utm_campaign=a", visit.Tags{Campaign: "a"}, "campaign"},
	{strings.Repeat("a=b&", 100) + "utm_campaign=late", visit.Tags{}, "search"},
}

func TestCampaign(t *testing.T) {
	for _, c := range campaignTable {
		got := visit.Campaign(c.query, "ref", "promo")
		if got != c.want {
			t.Errorf("Campaign(%q) = %+v, want %+v", c.query, got, c.want)
		}
		if channel := visit.Channel("google.kz", got); channel != c.channel {
			t.Errorf("Channel(%q) = %q, want %q", c.query, channel, c.channel)
		}
	}
}

func FuzzReferrer(f *testing.F) {
	for _, c := range referrerTable {
		f.Add(c.referrer, "example.kz")
	}
	f.Fuzz(func(t *testing.T, referrer, own string) {
		got := visit.Referrer(referrer, own)
		if len(got) > 128 || strings.ContainsFunc(got, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_", r)
		}) {
			t.Fatalf("Referrer(%q) = %q", referrer, got)
		}
		if got != "" && visit.Referrer("https://"+got+"/", own) != got {
			t.Fatalf("Referrer(%q) = %q does not stand for itself", referrer, got)
		}
		visit.Channel(got, visit.Tags{})
	})
}

func FuzzCampaign(f *testing.F) {
	for _, c := range campaignTable {
		f.Add(c.query, "ref")
	}
	f.Fuzz(func(t *testing.T, query, declared string) {
		got := visit.Campaign(query, declared)
		for _, tag := range []string{got.Source, got.Medium, got.Campaign} {
			if len(tag) > 64 || strings.ContainsAny(tag, "<>&\"'`;%?#@\n\x00") || tag != strings.ToValidUTF8(tag, "") {
				t.Fatalf("Campaign(%q) = %+v", query, got)
			}
		}
	})
}
