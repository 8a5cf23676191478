package visit_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kelisim/kelisim/visit"
)

var scrubTable = []struct{ raw, want string }{
	// What people write stays.
	{"/", "/"},
	{"", "/"},
	{"/about", "/about"},
	{"/about/", "/about/"},
	{"/blog/tags/puppet", "/blog/tags/puppet"},
	{"/2024/05", "/2024/05"},
	{"/2024/05/17/my-trip", "/2024/05/17/my-trip"},
	{"/blog/2024-05-17-my-trip", "/blog/2024-05-17-my-trip"},
	{"/archive/20240517", "/archive/20240517"},
	{"/report-2023-2024.pdf", "/report-2023-2024.pdf"},
	{"/top-10-films", "/top-10-films"},
	{"/windows-11", "/windows-11"},
	{"/docs/v1.2.3/api", "/docs/v1.2.3/api"},
	{"/logstash-1.4.0.tar.gz", "/logstash-1.4.0.tar.gz"},
	{"/jquery-3.7.1.min.js", "/jquery-3.7.1.min.js"},
	{"/page/12", "/page/12"},
	{"/page/1234", "/page/1234"},
	{"/404.html", "/404.html"},
	{"/каталог/духи-для-дома", "/каталог/духи-для-дома"},
	{"/%D0%BA%D0%B0%D1%82%D0%B0%D0%BB%D0%BE%D0%B3", "/каталог"},
	{"/kk/жаңалықтар/қазақстан-2024", "/kk/жаңалықтар/қазақстан-2024"},
	{"/ұлттық-құрылтай", "/ұлттық-құрылтай"},
	{"/presentations/logstash-monitorama-2013/images/kibana-search.png", "/presentations/logstash-monitorama-2013/images/kibana-search.png"},
	{"/projects/xdotool/xdotool.xhtml", "/projects/xdotool/xdotool.xhtml"},
	{"/mp3/utf8/h264/x86_64", "/mp3/utf8/h264/x86_64"},
	{"/covid-19", "/covid-19"},
	{"/icons-1920x1080.png", "/icons-1920x1080.png"},
	{"/xdotool-2.20110530.html", "/xdotool-2.20110530.html"},
	{"/xdotool-2.20101014.3063.tar.gz", "/xdotool-2.20101014.3063.tar.gz"},
	{"/doc/TransportMasterNodeOperationAction.html", "/doc/TransportMasterNodeOperationAction.html"},
	{"/my file.pdf", "/my-file.pdf"},
	{"/internationalization-and-localization", "/internationalization-and-localization"},

	// Identifiers do not.
	{"/user/42", "/user/:id"},
	{"/Users/7/edit", "/Users/:id/edit"},
	{"/order/1001", "/order/:id"},
	{"/news/123456", "/news/:id"},
	{"/news/123456.html", "/news/:id.html"},
	{"/news/budget-123456", "/news/budget-:id"},
	{"/iin/870412300123", "/iin/:id"},
	{"/pay/870412300123", "/pay/:id"},
	{"/company-180440012345", "/company-:id"},
	{"/KZ86125KZT5004100100", "/:token"},
	{"/doc/N12345678", "/doc/:id"},
	{"/watch/dQw4w9WgXcQ", "/watch/:id"},
	{"/a1b2c3d4e5", "/:hash"},
	{"/x/550e8400-e29b-41d4-a716-446655440000", "/x/:uuid"},
	{"/x/order-550E8400-E29B-41D4-A716-446655440000.pdf", "/x/order-:uuid.pdf"},
	{"/d41d8cd98f00b204e9800998ecf8427e", "/:hash"},
	{"/app.4f3c2a1b.js", "/app.:hash.js"},
	{"/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N", "/reset/:token.:token.:token"},
	{"/t/QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "/t/:token=:value"},
	{"/s/AbCdEfGhIjKlMnOpQrStUvWxYz", "/s/:token"},
	{"/" + strings.Repeat("z", 41), "/:token"},

	// People.
	{"/u/ivan.petrov@mail.ru", "/u/:email"},
	{"/u/ivan.petrov%40mail.ru", "/u/:email"},
	{"/u/ivan.petrov%2540mail.ru", "/u/:email"},
	{"/u/ivan.petrov%25252540mail.ru/x", "/u/:email/x"},
	{"/u/ivan＠mail.ru", "/u/:email"},
	{"/@aigerim/posts", "/:user/posts"},
	{"/tel/+77011234567", "/tel/:phone"},
	{"/tel/87011234567", "/tel/:phone"},
	{"/tel/8-701-123-45-67", "/tel/:phone"},
	{"/tel/8 (701) 123 45 67", "/tel/:phone"},
	{"/tel/%2B7%20701%20123%2045%2067", "/tel/:phone"},
	{"/tel/7-7-0-1-1-2-3-4-5-6-7", "/tel/:phone"},
	{"/tel/٨٧٠١١٢٣٤٥٦٧", "/tel/:phone"},
	{"/tel/８７０１１２３４５６７", "/tel/:phone"},
	{"/tel/87\u200b011234567", "/tel/:phone"},
	{"/ip/203.0.113.7", "/ip/:ip"},
	{"/ip/203-0-113-7", "/ip/:ip"},
	{"/ip/2001:db8::7", "/ip/:ip"},
	{"/ip/3405803783", "/ip/:id"},

	// Tricks.
	{"/app;jsessionid=1A2B3C4D", "/app"},
	{"/app;a=1;b=2/next;c=3", "/app/next"},
	{"/app%3Bjsessionid=1A2B3C4D", "/app"},
	{"/app%3Ftoken=abc/secret", "/app"},
	{"/a%2Fuser%2F42", "/a/user/:id"},
	{"/token=abcdef", "/token=:value"},
	{"//a///b", "/a/b"},
	{"/a/../../etc/passwd", "/a/etc/passwd"},
	{"/%2e%2e/%252e%252e/etc", "/etc"},
	{`/a\b`, "/a/b"},
	{"/<script>alert(1)</script>", "/_script_alert(1)_/script_"},
	{"/a\x00b\r\nc\x7f", "/abc"},
	{"/a\u202eb", "/ab"},
	{"/\xff\xfe", "/__"},
	{"/100%", "/:id_"},
	{"/user/:id", "/user/:id"},
	{"about", "/about"},
}

func TestScrubberPath(t *testing.T) {
	s := visit.NewScrubber(64)
	for _, c := range scrubTable {
		if got := s.Path(c.raw); got != c.want {
			t.Errorf("Path(%q) = %q, want %q", c.raw, got, c.want)
		}
		if again := s.Path(c.want); again != c.want {
			t.Errorf("Path(%q) = %q: scrubbing twice must change nothing", c.want, again)
		}
	}
}

func TestScrubberBounds(t *testing.T) {
	s := visit.NewScrubber(8)
	long := "/" + strings.Repeat("slug/", 200)
	if got := s.Path(long); len(got) > 256 || !strings.HasSuffix(strings.TrimSuffix(got, "/"), "slug") {
		t.Errorf("a long path became %d bytes: %q", len(got), got)
	}
	// An address cut in half must not stay as a half.
	half := "/" + strings.Repeat("s/", 250) + "ivan.petrov@mail.ru"
	if got := s.Path(half); strings.Contains(got, "ivan") {
		t.Errorf("half an address stayed: %q", got)
	}
	if got := s.Path("/" + strings.Repeat("қ", 400)); !utf8.ValidString(got) || len(got) > 256 {
		t.Errorf("cut within a character: %q", got)
	}
}

func TestScrubberSharesStrings(t *testing.T) {
	s := visit.NewScrubber(64)
	for _, path := range []string{"/blog/tags/puppet", "/2024/05/my-trip", "/каталог/духи"} {
		for range 3 {
			s.Path(path)
		}
		if n := testing.AllocsPerRun(100, func() { s.Path(path) }); n != 0 {
			t.Errorf("Path(%q) allocates %v times", path, n)
		}
	}
}

func TestSection(t *testing.T) {
	for _, c := range []struct{ path, want string }{
		{"/", "/"}, {"/blog", "/blog"}, {"/blog/2024", "/blog"}, {"/blog/", "/blog"}, {"", ""},
	} {
		if got := visit.Section(c.path); got != c.want {
			t.Errorf("Section(%q) = %q, want %q", c.path, got, c.want)
		}
	}
}

func FuzzScrubber(f *testing.F) {
	for _, c := range scrubTable {
		f.Add(c.raw)
	}
	s := visit.NewScrubber(1024)
	f.Fuzz(func(t *testing.T, raw string) {
		got := s.Path(raw)
		if len(got) > 256 || !utf8.ValidString(got) || !strings.HasPrefix(got, "/") {
			t.Fatalf("Path(%q) = %q", raw, got)
		}
		if strings.ContainsAny(got, "<>&\"'`;%?#@\\") || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("Path(%q) = %q lets markup through", raw, got)
		}
		if again := s.Path(got); again != got {
			t.Fatalf("Path(%q) = %q, then %q", raw, got, again)
		}
	})
}
