package visit_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ua-parser/uap-go/uaparser"

	"github.com/kelisim/kelisim/visit"
)

// different are the names in which we leave ua-parser on purpose: ours by what it says, with the reason.
var different = []struct{ theirs, ours, why string }{
	{"Apple Mail", "WebKit", "a WebKit without Safari is any program, mail seldom"},
	{"Chrome Mobile", "Edge Mobile", "Edge says its brand on Android too"},
	{"Chrome Mobile", "Vivaldi", "Vivaldi says its brand on Android too"},
	{"Mobile Safari", "Brave", "Brave says its brand without a version"},
	{"Chrome Mobile", "Oculus Browser", "newer Oculus Browsers have versions that ua-parser does not read"},
}

func stated(theirs, ours string) bool {
	for _, d := range different {
		if d.theirs == theirs && d.ours == ours {
			return true
		}
	}
	return false
}

// testdata returns the path of a file of the shared test data, "" when it is not there.
func testdata(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("KELISIM_TESTDATA")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
				break
			}
			if filepath.Dir(dir) == dir {
				t.Fatal("no go.mod above the package")
			}
			dir = filepath.Dir(dir)
		}
		root = filepath.Join(dir, "..", "shared", "data")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

func lines(t testing.TB, path string, f func(string)) {
	t.Helper()
	if path == "" {
		return
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		f(scanner.Text())
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
}

type corpusRow struct{ browser, system, device, ua string }

func corpus(t testing.TB) (rows []corpusRow) {
	lines(t, "testdata/agents.txt", func(line string) {
		if p := strings.SplitN(line, "|", 4); len(p) == 4 && !strings.HasPrefix(line, "#") {
			rows = append(rows, corpusRow{p[0], p[1], p[2], p[3]})
		}
	})
	return rows
}

type browserRow struct {
	ua     string
	header http.Header
}

func browserHeaders(t testing.TB) (rows []browserRow) {
	lines(t, testdata(t, "ua/browser-headers.jsonl"), func(line string) {
		var row struct{ Headers [][2]string }
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		h := http.Header{}
		for _, pair := range row.Headers {
			h.Add(pair[0], pair[1])
		}
		rows = append(rows, browserRow{h.Get("User-Agent"), h})
	})
	return rows
}

func TestAgentsCorpus(t *testing.T) {
	a := visit.NewAgents(0)
	for _, row := range corpus(t) {
		got := a.Parse(row.ua, nil)
		if got.BrowserVersion != row.browser || got.OSVersion != row.system || got.Device != row.device || got.Bot != "" {
			t.Errorf("%s\n got %s|%s|%s (bot %q)\nwant %s|%s|%s", row.ua, got.BrowserVersion, got.OSVersion, got.Device, got.Bot, row.browser, row.system, row.device)
		}
	}
}

// TestAgentsAgreeWithUAParser holds the parser to ua-parser's regular expressions over every distinct
// user agent of people: at least 95 % of browsers and 97 % of systems.
func TestAgentsAgreeWithUAParser(t *testing.T) {
	oracle, err := uaparser.New()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range corpus(t) {
		seen[row.ua] = true
	}
	for _, row := range browserHeaders(t) {
		seen[row.ua] = true
	}
	quoted := regexp.MustCompile(`"([^"]*)"$`)
	lines(t, testdata(t, "apache_logs"), func(line string) {
		if m := quoted.FindStringSubmatch(line); m != nil {
			seen[m[1]] = true
		}
	})
	a := visit.NewAgents(0)
	people, browsers, versions, systems, exact := 0, 0, 0, 0, 0
	for ua := range seen {
		theirs, ours := oracle.Parse(ua), a.Parse(ua, nil)
		if ours.Bot != "" || theirs.Device.Family == "Spider" {
			continue
		}
		people++
		family, system := unknown(theirs.UserAgent.Family), unknown(theirs.Os.Family)
		if family == ours.Browser {
			exact++
		}
		if family == ours.Browser || stated(family, ours.Browser) {
			browsers++
		} else {
			t.Logf("browser %q, ua-parser %q: %s", ours.Browser, family, ua)
		}
		if v := theirs.UserAgent.Major; v == "" || v == "0" || strings.HasSuffix(ours.BrowserVersion, " "+v) {
			versions++
		}
		if system == ours.OS {
			systems++
		} else {
			t.Logf("system %q, ua-parser %q: %s", ours.OS, system, ua)
		}
	}
	share := func(n int) float64 { return 100 * float64(n) / float64(people) }
	t.Logf("%d user agents of people: browser %.1f %% (%.1f %% without the stated differences), major version %.1f %%, system %.1f %%",
		people, share(browsers), share(exact), share(versions), share(systems))
	if share(exact) < 95 || share(browsers) < 95 || share(versions) < 95 || share(systems) < 97 {
		t.Error("below 95 % of browsers or 97 % of systems")
	}
}

func unknown(name string) string {
	if name == "Other" {
		return ""
	}
	return name
}

// TestBotsPrecision: nobody with a browser may be called a bot.
func TestBotsPrecision(t *testing.T) {
	a := visit.NewAgents(0)
	rows := browserHeaders(t)
	for _, row := range corpus(t) {
		rows = append(rows, browserRow{row.ua, nil})
	}
	for _, row := range rows {
		if got := a.Parse(row.ua, row.header); got.Bot != "" {
			t.Errorf("called %s (%s): %s", got.Bot, got.BotClass, row.ua)
		}
	}
	t.Logf("0 of %d browsers may be bots", len(rows))
}

var botRows = []struct{ ua, name, class string }{
	{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "search"},
	{"Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.129 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot", "search"},
	{"Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot", "search"},
	{"Mozilla/5.0 (compatible; Linux x86_64; Mail.RU_Bot/2.0; +http://go.mail.ru/help/robots)", "Mail.RU_Bot", "search"},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "GPTBot", "ai"},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; ChatGPT-User/1.0; +https://openai.com/bot", "ChatGPT-User", "ai"},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "ClaudeBot", "ai"},
	{"Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; PerplexityBot/1.0; +https://perplexity.ai/perplexitybot)", "PerplexityBot", "ai"},
	{"facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Facebook", "preview"},
	{"TelegramBot (like TwitterBot)", "TelegramBot", "preview"},
	{"WhatsApp/2.23.20.0", "WhatsApp", "preview"},
	{"Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "UptimeRobot", "monitor"},
	{"Feedly/1.0 (+http://www.feedly.com/fetcher.html; like FeedFetcher-Google)", "Feedly", "feed"},
	{"curl/8.5.0", "curl", "tool"}, {"Wget/1.21.3", "Wget", "tool"}, {"python-requests/2.31.0", "Python Requests", "tool"},
	{"Go-http-client/2.0", "Go", "tool"}, {"okhttp/4.12.0", "okhttp", "tool"}, {"Java/17.0.1", "Java", "tool"},
	{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36", "HeadlessChrome", "tool"},
	{"Mozilla/5.0 zgrab/0.x", "zgrab", "scanner"}, {"sqlmap/1.7.2#stable (https://sqlmap.org)", "sqlmap", "scanner"},
	{"Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "AhrefsBot", "other"},
	{"Mozilla/5.0 (compatible; MadeUpNameBot/1.0)", "Other", "other"},
	{"MadeUpProgram/1.0", "Other", "tool"}, {"", "Other", "tool"}, {"-", "Other", "tool"}, {"Mozilla/5.0", "Other", "other"},
	{"<script>alert('bot')</script>", "Other", "other"},
}

func TestBots(t *testing.T) {
	a := visit.NewAgents(0)
	for _, c := range botRows {
		got := a.Parse(c.ua, nil)
		if got.Bot != c.name || got.BotClass != c.class || got.Browser != "" || got.Device != "other" {
			t.Errorf("%s: %+v, want %s (%s)", c.ua, got, c.name, c.class)
		}
	}
}

// TestBotsRecall measures how many of the known bots are found, and that no name is their own text.
func TestBotsRecall(t *testing.T) {
	var uas []string
	if path := testdata(t, "ua/crawler-user-agents.json"); path != "" {
		var list []struct{ Instances []string }
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &list)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range list {
			uas = append(uas, row.Instances...)
		}
	}
	for _, c := range botRows {
		uas = append(uas, c.ua)
	}
	a := visit.NewAgents(0)
	found, named, classes := 0, 0, map[string]int{}
	for _, ua := range uas {
		got := a.Parse(ua, nil)
		if got.Bot == "" {
			continue
		}
		found++
		classes[got.BotClass]++
		if got.Bot != visit.OtherBot {
			named++
		}
	}
	recall := 100 * float64(found) / float64(len(uas))
	t.Logf("%d of %d bots found (%.1f %%), %d by name; %v", found, len(uas), recall, named, classes)
	if recall < 97 {
		t.Errorf("recall %.1f %%, want 97 %%", recall)
	}
}

func TestClientHints(t *testing.T) {
	const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"
	const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"
	const android = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile Safari/537.36"
	const linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"
	const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
	brave := `"Chromium";v="146", "Not-A.Brand";v="24", "Brave";v="146"`
	chrome := `"Chromium";v="146", "Not-A.Brand";v="24", "Google Chrome";v="146"`
	for _, c := range []struct {
		ua, brands, platform, version, mobile string
		browser, system, device               string
	}{
		{windows, brave, `"Windows"`, "", "?0", "Brave 146", "Windows 10", "desktop"},
		{windows, chrome, `"Windows"`, `"15.0.0"`, "?0", "Chrome 146", "Windows 11", "desktop"},
		{windows, chrome, `"Windows"`, `"10.0.0"`, "?0", "Chrome 146", "Windows 10", "desktop"},
		{mac, chrome, `"macOS"`, `"14.5.0"`, "?0", "Chrome 146", "Mac OS X 14", "desktop"},
		{android, chrome, `"Android"`, `"15.0.0"`, "?1", "Chrome Mobile 146", "Android 15", "mobile"},
		{linux, chrome, `"Android"`, `"15.0.0"`, "?0", "Chrome 146", "Android 15", "tablet"},
		{linux, chrome, `"Chrome OS"`, "", "?0", "Chrome 146", "Chrome OS", "desktop"},
		{windows, `"Opera";v="120", "Chromium";v="146"`, `"Windows"`, "", "?0", "Opera 120", "Windows 10", "desktop"},
		{android, `"Chromium";v="146", "Microsoft Edge";v="146"`, `"Android"`, "", "?1", "Edge Mobile 146", "Android 10", "mobile"},
		{firefox, chrome, `"Windows"`, `"15.0.0"`, "?0", "Firefox 150", "Windows 10", "desktop"},
		{windows, `"Brave`, `"Windows`, `"`, "?", "Chrome 146", "Windows 10", "desktop"},
		{windows, `"<script>";v="1"`, `"<script>"`, `"99999999999999999999"`, "?1", "Chrome 146", "Windows 10", "mobile"},
	} {
		h := headers("Sec-CH-UA", c.brands, "Sec-CH-UA-Platform", c.platform, "Sec-CH-UA-Mobile", c.mobile)
		if c.version != "" {
			h.Set("Sec-CH-UA-Platform-Version", c.version)
		}
		a := visit.NewAgents(0)
		for range 3 { // from the cache too
			if got := a.Parse(c.ua, h); got.BrowserVersion != c.browser || got.OSVersion != c.system || got.Device != c.device {
				t.Errorf("%s with %s %s %s: %+v, want %s|%s|%s", c.ua, c.brands, c.platform, c.version, got, c.browser, c.system, c.device)
			}
		}
	}
}

func TestAgentsAllocateNothing(t *testing.T) {
	a := visit.NewAgents(64)
	ua := corpus(t)[0].ua
	for range 3 {
		a.Parse(ua, nil)
	}
	if n := testing.AllocsPerRun(100, func() { a.Parse(ua, nil) }); n != 0 {
		t.Errorf("a hit allocates %v times", n)
	}
	misses := make([]string, 2000)
	for i := range misses {
		misses[i] = ua + strings.Repeat("x", i%400) + string(rune('a'+i%26)) + strings.Repeat("y", i/400)
	}
	i := 0
	if n := testing.AllocsPerRun(1000, func() { a.Parse(misses[i], nil); i++ }); n != 0 {
		t.Errorf("a miss allocates %v times", n)
	}
}

func FuzzAgents(f *testing.F) {
	for _, row := range corpus(f) {
		f.Add(row.ua, "")
	}
	for _, c := range botRows {
		f.Add(c.ua, `"Brave";v="1"`)
	}
	a := visit.NewAgents(64)
	devices := map[string]bool{"desktop": true, "mobile": true, "tablet": true, "tv": true, "console": true, "other": true}
	f.Fuzz(func(t *testing.T, ua, brands string) {
		got := a.Parse(ua, headers("Sec-CH-UA", brands, "Sec-CH-UA-Platform", `"Windows"`, "Sec-CH-UA-Platform-Version", brands))
		if !devices[got.Device] || len(got.BrowserVersion) > 40 || len(got.OSVersion) > 40 || !strings.HasPrefix(got.BrowserVersion, got.Browser) || !strings.HasPrefix(got.OSVersion, got.OS) {
			t.Fatalf("%q: %+v", ua, got)
		}
		if (got.Bot == "") != (got.BotClass == "") || got.Bot != "" && got.Browser+got.OS != "" {
			t.Fatalf("%q: %+v", ua, got)
		}
		if again := a.Parse(ua+"", headers("Sec-CH-UA", brands, "Sec-CH-UA-Platform", `"Windows"`, "Sec-CH-UA-Platform-Version", brands)); again != got {
			t.Fatalf("%q: %+v, then %+v", ua, got, again)
		}
	})
}
