package visit_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

const desktop = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"

// TestReferrerSpamCountsApart: whoever asks for a page to be seen as a referrer is a bot, and no source.
func TestReferrerSpamCountsApart(t *testing.T) {
	a, err := visit.NewAnonymiser(visit.Options{Secret: []byte(strings.Repeat("s", 32)), Zone: time.UTC, Spam: []string{"www.Spam.example:80"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ referrer, agent, source, bot, class string }{
		{"http://semalt.com/project_crawl.php", desktop, "", "Referrer spam", "spam"},
		{"http://site3.free-share-buttons.com/", desktop, "", "Referrer spam", "spam"},
		{"https://spam.example/x", desktop, "", "Referrer spam", "spam"},
		{"https://spam.example/x", "curl/8.5.0", "", "curl", "tool"},
		{"https://nospam.example/", desktop, "nospam.example", "", ""},
		{"https://notsemalt.com/", desktop, "notsemalt.com", "", ""},
		{"", desktop, "", "", ""},
	} {
		r, err := http.NewRequest(http.MethodGet, "https://example.kz/a", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.RemoteAddr, r.Header = "192.0.2.1:4000", http.Header{"Referer": {row.referrer}, "User-Agent": {row.agent}}
		pv := a.Page(visit.Capture(r, visit.TrustDirect, time.Now()), visit.Response{Status: 200, ContentType: "text/html"})
		if pv.Source != row.source || pv.Bot != row.bot || pv.BotClass != row.class || pv.View() != (row.bot == "") {
			t.Errorf("%q: source %q, bot %q (%s)", row.referrer, pv.Source, pv.Bot, pv.BotClass)
		}
	}
}

func TestReferrerSpamIsBounded(t *testing.T) {
	options := visit.Options{Secret: []byte(strings.Repeat("s", 32)), Zone: time.UTC, Spam: make([]string, visit.MaxSpam+1)}
	if _, err := visit.NewAnonymiser(options); err == nil {
		t.Error("any number of hosts is taken")
	}
	options.Spam = []string{"not a host", "203.0.113.7"}
	if _, err := visit.NewAnonymiser(options); err == nil || !strings.Contains(err.Error(), "not a host") || !strings.Contains(err.Error(), "203.0.113.7") {
		t.Errorf("error %v", err)
	}
}
