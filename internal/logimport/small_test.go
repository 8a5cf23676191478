package logimport_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestSmallLog keeps testdata/small.log as the generator writes it: addresses of documentation only, people and bots,
// three days, bad lines, personal data in paths, queries and referrers.
func TestSmallLog(t *testing.T) {
	path := filepath.Join("testdata", "small.log")
	want := smallLog(rand.New(rand.NewPCG(1, 2)))
	if *update {
		if err := os.WriteFile(path, want, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the generator writes (%v): run go test -update", path, err)
	}
}

var (
	smallNets   = []string{"192.0.2.%d", "198.51.100.%d", "203.0.113.%d", "2001:db8::%x"}
	smallAgents = []string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36",
		"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
		"Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
		"UniversalFeedParser/4.2-pre-314-svn +http://feedparser.org/",
		"-",
	}
	smallTargets = []string{
		"/", "/", "/about", "/blog/2026/03/spring", "/blog/", "/blog/tags/go?page=2", "/user/1234567/orders", "/user/7654321/orders",
		"/reset/jane.roe@example.org", "/?utm_source=newsletter&utm_campaign=spring&utm_medium=email", "/search?q=my+secret+illness+words",
		"/img/logo.png", "/style.css", "/files/report-2026.pdf", "/js/app.js?v=0123456789abcdef0123456789abcdef", "/missing", "/wp-login.php",
	}
	smallReferrers = []string{
		"-", "-", "-", "https://www.google.com/", "https://www.example.net/links?user=jane.roe@example.org", "http://example.org/blog/",
		"https://t.co/abc", "https://news.ycombinator.com/item?id=1", "http://192.0.2.99/private", "android-app://com.example/",
	}
	smallStatus = []int{200, 200, 200, 200, 200, 304, 301, 404, 403, 500}
)

func smallLog(r *rand.Rand) []byte {
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	for i := range 600 {
		at = at.Add(time.Duration(r.IntN(700)) * time.Second)
		when := at.Add(-time.Duration(r.IntN(90)) * time.Second) // servers write a line when the answer ends
		status := smallStatus[r.IntN(len(smallStatus))]
		switch i {
		case 100:
			fmt.Fprintf(&out, "192.0.2.7 - - [%s] \"GET / HTTP/1.1\" 200 51\n\n", when.Format(stamp))
		case 200:
			fmt.Fprintf(&out, "192.0.2.7 - - [%s] \"GET /cut-off HTTP/1.1\" 200 512 \"-\" \"Mozilla/5.0 (X\n", when.Format(stamp))
		case 300:
			fmt.Fprintf(&out, "192.0.2.7 - - [%s] \"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"\n", when.Format(stamp))
		}
		agent := r.IntN(len(smallAgents))
		fmt.Fprintf(&out, "%s - - [%s] \"%s %s HTTP/1.1\" %d %d \"%s\" \"%s\"\n",
			fmt.Sprintf(pick(smallNets), 1+r.IntN(8)+8*agent), when.Format(stamp), method(r), pick(smallTargets), status, r.IntN(90_000), pick(smallReferrers), smallAgents[agent])
	}
	return out.Bytes()
}

func method(r *rand.Rand) string {
	if r.IntN(12) == 0 {
		return []string{"POST", "HEAD"}[r.IntN(2)]
	}
	return "GET"
}
