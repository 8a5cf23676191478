package gate_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

const banner = `<div id="b">?</div>`

var bannerMarkup = gate.NewMarkup([]byte(banner))

// write sends doc through a gate in the given pieces, with a flush after each where flush says so.
func write(tb testing.TB, rules *consent.Rulebook, pieces [][]byte, flush bool) string {
	tb.Helper()
	rec := httptest.NewRecorder()
	w := new(gate.Writer)
	w.Reset(rec, request(browser), gate.Plan{Rules: rules, Now: gatetest.Now, Markup: bannerMarkup})
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	for _, p := range pieces {
		if n, err := w.Write(p); n != len(p) || err != nil {
			tb.Fatalf("Write = %d, %v; want %d", n, err, len(p))
		}
		if flush {
			w.Flush()
		}
	}
	if err := w.Finish(); err != nil {
		tb.Fatal(err)
	}
	return rec.Body.String()
}

// TestInjectionPoint says where "|" the markup goes; documents without one take none.
func TestInjectionPoint(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, doc := range []string{
		"<!doctype html><html><head></head><body>|<p>x",
		"<BODY>|x",
		"<body\nclass=a>|x",
		"<body class=\"a>b\" id='c>d'>|x",
		"<body data-x=a\"b>|c\">x",
		"<body a\"b>|c\">x",
		"<body/>|x",
		"<body =\">|\">x",
		"<body a = '>' b>|x",
		"<body>|<body>",
		"\xEF\xBB\xBF<!DOCTYPE html>\r\n<html><body>|x",
		"<?xml version=\"1.0\"?><!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"a\"><html><body>|x",
		// what looks like a body
		"<!doctype html><!-- <body> --><body>|x",
		"<!doctype html><!--><body>|-->",
		"<!doctype html><!---><body>|-->",
		"<!doctype html><!-- --!><body>|-->",
		"<!doctype html><!-- -- > <body> --><body>|",
		"<!doctype html><!-- --- <body> ---><body>|",
		"<!doctype html><!a <body>|--><body>", // a bogus comment ends at the first >, and then comes text
		"<!doctype html><title><body></title><body>|",
		"<!doctype html><title></titl><body></title ><body>|",
		"<!doctype html><style><body></style><body>|",
		"<!doctype html><script>'<body>'</script><body>|",
		"<!doctype html><script><!-- <body> </script><body>|",
		"<!doctype html><script><!-- <script> <body> </script> <body> </script><body>|",
		"<!doctype html><script><!-- <script> <body> --> </script><body>|",
		"<!doctype html><script><!--<script></script><body>--></script><body>|",
		"<!doctype html><script><!--></script><body>|",
		"<!doctype html><script/><body></script><body>|",
		"<!doctype html><SCRIPT></Script><body>|",
		"<!doctype html><head><noscript><body></noscript></head><body>|",
		"<!doctype html><template><body><p></template><body>|",
		"<!doctype html><template><template><body></template></template><body>|",
		"<!doctype html><template><script></template><body></script></template><body>|",
		"<!doctype html><meta content='<body>'><body>|",
		"<!doctype html><link href=a/b><body>|",
		// a body without a tag
		"<!doctype html><title>x</title>|<p>x",
		"<!doctype html>\n|text",
		"<!doctype html>|<h1>x</h1>",
		"<html><head></head>\n|<div>x",
		"<html><head></head><!-- c -->|<main>x",
		"<html><head></head>|<noscript><img></noscript>",
		"<html>|</body>",
		"<!doctype html>|<bodyguard>x",
		"<!doctype html>|< p>",
		"<!doctype html>|<textarea><body></textarea>",
		"<!doctype html><title>x</title>\n|",
		"<!doctype html></p>|<p>",
		// no document
		"<p>x</p>", "text", "", " \n", "<li>1<li>2", "<title>x</title><p>", "<!-- <body> -->", "<script><body></script>",
		"<!doctype html><frameset><frame></frameset>", "<svg><body>", "</div><p>", "<!doctype html><!-- unclosed <body>",
		"<!doctype html><script>unclosed <body>", "<html><head", "<",
	} {
		input := strings.Replace(doc, "|", "", 1)
		want := strings.Replace(doc, "|", banner, 1)
		if got := write(t, rules, [][]byte{[]byte(input)}, false); got != want {
			t.Errorf("in one piece:\n got %q\nwant %q", got, want)
		}
		for _, flush := range []bool{false, true} {
			if got := write(t, rules, bytes.SplitAfter([]byte(input), nil), flush); got != want {
				t.Errorf("byte by byte, flush %v:\n got %q\nwant %q", flush, got, want)
			}
		}
	}
}

// TestInjectionPointInParser asks a parser of the trade whether the markup opens the body.
func TestInjectionPointInParser(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, doc := range seeds {
		out := write(t, rules, [][]byte{[]byte(doc)}, false)
		if !strings.Contains(out, banner) {
			continue
		}
		root, err := html.Parse(strings.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if got := firstOfBody(root); got != "b" {
			t.Errorf("%q: the body begins with %q", out, got)
		}
	}
}

// firstOfBody returns the id of the first element in the body.
func firstOfBody(n *html.Node) string {
	if n.Type == html.ElementNode && n.Data == "body" {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode && strings.TrimSpace(c.Data) == "" || c.Type == html.CommentNode {
				continue
			}
			for _, a := range c.Attr {
				if a.Key == "id" {
					return a.Val
				}
			}
			return c.Data
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if id := firstOfBody(c); id != "" {
			return id
		}
	}
	return ""
}

func TestNeverTwice(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	once := write(t, rules, [][]byte{[]byte(gatetest.Page)}, false)
	for _, flush := range []bool{false, true} {
		if got := write(t, rules, bytes.SplitAfter([]byte(once), nil), flush); got != once {
			t.Errorf("flush %v: injected again: %q", flush, got)
		}
	}
}

func TestWithin64KiB(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, c := range []struct {
		pad  int
		want bool
	}{{60 << 10, true}, {64<<10 - 6, true}, {64<<10 - 5, false}, {70 << 10, false}} {
		doc := "<!doctype html><!--" + strings.Repeat("x", c.pad-22) + "--><body>" + strings.Repeat("y", 100<<10)
		got := write(t, rules, chunks([]byte(doc), 4096), false)
		if strings.Contains(got, banner) != c.want || strings.Replace(got, banner, "", 1) != doc {
			t.Errorf("body tag at %d: injected %v, want %v", c.pad, !c.want, c.want)
		}
	}
}

func chunks(p []byte, n int) (all [][]byte) {
	for len(p) > n {
		all, p = append(all, p[:n]), p[n:]
	}
	return append(all, p)
}

// TestEligible lists what takes markup and what is left alone, header and all.
func TestEligible(t *testing.T) {
	t.Parallel()
	const html = "text/html; charset=utf-8"
	for _, c := range []struct {
		name     string
		method   string
		request  map[string]string
		status   int
		response map[string]string
		want     bool
	}{
		{"page", "GET", nil, 200, map[string]string{"Content-Type": html}, true},
		{"form answer", "POST", nil, 200, map[string]string{"Content-Type": html}, true},
		{"put", "PUT", nil, 200, map[string]string{"Content-Type": html}, false},
		{"no charset", "GET", nil, 200, map[string]string{"Content-Type": "text/html"}, true},
		{"upper case", "GET", nil, 200, map[string]string{"Content-Type": "TEXT/HTML;Charset=\"UTF-8\""}, true},
		{"cyrillic", "GET", nil, 200, map[string]string{"Content-Type": "text/html; charset=windows-1251"}, true},
		{"utf-16", "GET", nil, 200, map[string]string{"Content-Type": "text/html; charset=utf-16"}, false},
		{"shift", "GET", nil, 200, map[string]string{"Content-Type": "text/html; charset=iso-2022-jp"}, false},
		{"xhtml", "GET", nil, 200, map[string]string{"Content-Type": "application/xhtml+xml"}, false},
		{"html in name", "GET", nil, 200, map[string]string{"Content-Type": "text/html-sandboxed"}, false},
		{"error", "GET", nil, 404, map[string]string{"Content-Type": html}, false},
		{"partial", "GET", nil, 206, map[string]string{"Content-Type": html}, false},
		{"range on 200", "GET", nil, 200, map[string]string{"Content-Type": html, "Content-Range": "bytes 0-1/2"}, false},
		{"gzip", "GET", nil, 200, map[string]string{"Content-Type": html, "Content-Encoding": "gzip"}, false},
		{"identity", "GET", nil, 200, map[string]string{"Content-Type": html, "Content-Encoding": "identity"}, true},
		{"download", "GET", nil, 200, map[string]string{"Content-Type": html, "Content-Disposition": "attachment; filename=a.html"}, false},
		{"inline", "GET", nil, 200, map[string]string{"Content-Type": html, "Content-Disposition": "inline"}, true},
		{"navigation", "GET", map[string]string{"Sec-Fetch-Dest": "document"}, 200, map[string]string{"Content-Type": html}, true},
		{"fetch", "GET", map[string]string{"Sec-Fetch-Dest": "empty"}, 200, map[string]string{"Content-Type": html}, false},
		{"frame", "GET", map[string]string{"Sec-Fetch-Dest": "iframe"}, 200, map[string]string{"Content-Type": html}, false},
		{"htmx", "GET", map[string]string{"HX-Request": "true"}, 200, map[string]string{"Content-Type": html}, false},
		{"turbo", "GET", map[string]string{"Turbo-Frame": "f"}, 200, map[string]string{"Content-Type": html}, false},
		{"xhr", "GET", map[string]string{"X-Requested-With": "XMLHttpRequest"}, 200, map[string]string{"Content-Type": html}, false},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		for key, value := range c.request {
			r.Header.Set(key, value)
		}
		h := mount(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for key, value := range c.response {
				w.Header().Set(key, value)
			}
			w.Header().Set("ETag", `"e"`)
			w.Header().Set("Content-Length", strconv.Itoa(len(gatetest.Page)))
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, gatetest.Page)
		}), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup})
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if got := strings.Contains(rec.Body.String(), banner); got != c.want {
			t.Errorf("%s: injected %v, want %v", c.name, got, c.want)
		}
		if n := rec.Header().Get("Content-Length"); n != strconv.Itoa(rec.Body.Len()) {
			t.Errorf("%s: Content-Length %s for %d bytes", c.name, n, rec.Body.Len())
		}
		if got := rec.Header().Get("ETag"); !c.want && got != `"e"` || c.want && !strings.HasPrefix(got, `W/"e~k`) {
			t.Errorf("%s: ETag %s", c.name, got)
		}
	}
}

// TestOtherEncodings holds the markup to ASCII where the page is not known to be UTF-8.
func TestOtherEncodings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ contentType, want string }{
		{"text/html; charset=utf-8", "<b>Сәлем</b>"},
		{"text/html; charset=windows-1251", "<b>&#1057;&#1241;&#1083;&#1077;&#1084;</b>"},
		{"text/html", "<b>&#1057;&#1241;&#1083;&#1077;&#1084;</b>"},
	} {
		rec := httptest.NewRecorder()
		w := new(gate.Writer)
		w.Reset(rec, request(nil), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: gate.NewMarkup([]byte("<b>Сәлем</b>"))})
		w.Header().Set("Content-Type", c.contentType)
		_, _ = io.WriteString(w, "<body>")
		if err := w.Finish(); err != nil || rec.Body.String() != "<body>"+c.want {
			t.Errorf("%s: %q, %v", c.contentType, rec.Body, err)
		}
	}
}

// TestLargePageStreams writes 5 MB and looks at what is held back.
func TestLargePageStreams(t *testing.T) {
	t.Parallel()
	s := &sink{h: http.Header{"Content-Type": {"text/html; charset=utf-8"}}}
	w := new(gate.Writer)
	w.Reset(s, request(browser), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup})
	const size = 5 << 20
	piece := bytes.Repeat([]byte("<p>x</p>"), 512)
	written := 0
	for _, start := range []string{"<!doctype html>", "<title>", strings.Repeat("t", 40<<10), "</title>", "<body>"} {
		_, _ = io.WriteString(w, start)
		written += len(start)
	}
	for ; written < size; written += len(piece) {
		_, _ = w.Write(piece)
		if held := written + len(piece) + len(banner) - s.n; held != 0 {
			t.Fatalf("%d bytes held behind the body tag", held)
		}
	}
	if err := w.Finish(); err != nil || s.n != written+len(banner) {
		t.Fatalf("%d bytes of %d, %v", s.n, written+len(banner), err)
	}
}
