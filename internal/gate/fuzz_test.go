package gate_test

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// seeds are documents with something in each of them that a scanner may stumble over.
var seeds = []string{
	gatetest.Page, "<!doctype html><title>a</title><p>b", "<html><head><script><!--<script></script>--></script></head><body a='>'>x",
	"<!doctype html><!-- --!><style><body></style><template><body></template><link rel=x href=y>\n<body>", "<p>fragment", "<frameset>",
	"<!doctype html></head>\n<!-- x -->text", "<body" + strings.Repeat(" a=b", 50) + ">", "<!doctype html>" + banner, "<body>" + banner,
}

// pieces cuts p in ways that the seed chooses.
func pieces(p []byte, seed uint64) (all [][]byte) {
	for len(p) > 0 {
		seed = seed*6364136223846793005 + 1442695040888963407
		n := min(len(p), 1+int(seed>>60))
		all, p = append(all, p[:n]), p[n:]
	}
	return all
}

func FuzzInjection(f *testing.F) {
	for i, s := range seeds {
		f.Add([]byte(s), uint64(i))
	}
	rules := gatetest.Rules(f)
	f.Fuzz(func(t *testing.T, doc []byte, seed uint64) {
		whole := write(t, rules, [][]byte{doc}, false)
		if cut, ok := remove(whole, doc); !ok {
			t.Fatalf("%q became %q, without the markup %q", doc, whole, cut)
		}
		for _, flush := range []bool{false, true} {
			if got := write(t, rules, pieces(doc, seed), flush); got != whole {
				t.Fatalf("in pieces (flush %v) %q, whole %q", flush, got, whole)
			}
		}
	})
}

// remove takes one markup out, wherever that gives doc.
func remove(out string, doc []byte) (string, bool) {
	if out == string(doc) {
		return out, true
	}
	for at := 0; ; {
		i := strings.Index(out[at:], banner)
		if i < 0 {
			return out, false
		}
		if cut := out[:at+i] + out[at+i+len(banner):]; cut == string(doc) {
			return cut, true
		}
		at += i + 1
	}
}

func FuzzSetCookie(f *testing.F) {
	for _, s := range []string{
		"_ga=1; Path=/", "sid=1", "_ga=; Max-Age=0", "fr=1; Max-Age=0; Max-Age=5", "=_ga", "_ga", " _ga = 1", "_ga=1\x00", "a=b\r\nSet-Cookie: _ga=1",
		"_ga=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "_ga=x; expires=Fri, 01-Jan-2099 00:00:00 GMT", "__Host-consent_proof=1; Secure",
	} {
		f.Add(s)
	}
	rules := gatetest.Rules(f)
	visitors := gatetest.Visitors(rules)
	f.Fuzz(func(t *testing.T, line string) {
		for _, v := range visitors[1:] {
			rec := httptest.NewRecorder()
			w := new(gate.Writer)
			w.Reset(rec, request(nil), gate.Plan{Rules: rules, Choice: v.Choice, Now: gatetest.Now})
			w.Header()["Set-Cookie"] = []string{"sid=first", line, "sid=last"}
			w.WriteHeader(200)
			got := rec.Result().Header["Set-Cookie"]
			kept := []string{"sid=first", line, "sid=last"}
			if !slices.Equal(got, kept) && !slices.Equal(got, []string{"sid=first", "sid=last"}) {
				t.Fatalf("%s: %q became %q", v.Name, kept, got)
			}
			if c, err := http.ParseSetCookie(line); err == nil && len(got) == 3 && forbidden(c) {
				t.Fatalf("%s: %q passed", v.Name, line)
			}
		}
	})
}

// forbidden judges what Go's parser understands; dates it leaves to browsers.
func forbidden(c *http.Cookie) bool {
	dated := c.RawExpires != "" || slices.ContainsFunc(c.Unparsed, func(attribute string) bool {
		return strings.HasPrefix(strings.ToLower(attribute), "expires") // browsers read dates with signs that Go does not take
	})
	deletes := c.MaxAge < 0 || c.MaxAge == 0 && dated
	return !deletes && (c.Name == gatetest.Analytics || c.Name == gatetest.Advert)
}

func FuzzHide(f *testing.F) {
	for _, s := range []string{gatetest.RequestCookies, "_ga=1;sid=2", ";;_ga", " _ga =1; sid", strings.Repeat("_ga=1; sid=2; ", 90), "sid=\"a; _ga=1\""} {
		f.Add(s, "sid=second; _ga=2")
	}
	rules := gatetest.Rules(f)
	visitors := gatetest.Visitors(rules)
	f.Fuzz(func(t *testing.T, first, second string) {
		for _, v := range visitors {
			r := request(nil)
			r.Header["Cookie"] = []string{first, second}
			before := names(r)
			once := hide(rules, v.Choice, r)
			if r.Header["Cookie"][0] != first || r.Header["Cookie"][1] != second {
				t.Fatal("the original was changed")
			}
			var want []string
			for _, name := range before {
				if rules.DecideRequest(v.Choice, name).Allow {
					want = append(want, name)
				}
			}
			if got := names(once); strings.Count(first+second, ";") < 1000 && !slices.Equal(got, want) {
				t.Fatalf("%s: handlers see %q of %q, want %q", v.Name, got, before, want)
			}
			if twice := hide(rules, v.Choice, once); !slices.Equal(twice.Header["Cookie"], once.Header["Cookie"]) {
				t.Fatalf("%s: hidden again: %q, then %q", v.Name, once.Header["Cookie"], twice.Header["Cookie"])
			}
		}
	})
}

func hide(rules *consent.Rulebook, c consent.Choice, r *http.Request) *http.Request {
	return gate.Hide(r, &gate.Plan{Rules: rules, Choice: c, Now: gatetest.Now})
}

func names(r *http.Request) (all []string) {
	for _, c := range r.Cookies() {
		all = append(all, c.Name)
	}
	return all
}

// wire is a connection that remembers what was written to it.
type wire struct {
	net.Conn
	out bytes.Buffer
}

func (c *wire) Write(p []byte) (int, error) { return c.out.Write(p) }

// hijackable is a server's writer that gives its connection away.
type hijackable struct {
	sink
	conn *wire
}

func (h *hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(strings.NewReader("")), bufio.NewWriter(h.conn)), nil
}

// byHand writes a response to a hijacked connection in pieces.
func byHand(tb testing.TB, rules *consent.Rulebook, c consent.Choice, all [][]byte) string {
	tb.Helper()
	inner := &hijackable{sink: sink{h: http.Header{}}, conn: &wire{}}
	w := new(gate.Writer)
	w.Reset(inner, request(nil), gate.Plan{Rules: rules, Choice: c, Now: gatetest.Now})
	conn, _, err := w.Hijack()
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range all {
		if n, err := conn.Write(p); n != len(p) || err != nil {
			tb.Fatalf("Write = %d, %v", n, err)
		}
	}
	return inner.conn.out.String()
}

func FuzzHijack(f *testing.F) {
	for i, s := range []string{
		"HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: _ga=1\r\nSet-Cookie: sid=1\r\n\r\nSet-Cookie: _ga=data\r\n",
		"HTTP/1.1 103 Early Hints\r\nSet-Cookie: sid=1\r\n\r\nHTTP/1.1 200 OK\nset-cookie:_ga=1\n\nbody",
		"HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: _ga=1\r\n\r\n", "HTTP/1.1 200 OK\r\nSet-Cookie: _ga=;Max-Age=0\r\n ;Max-Age=9\r\n\r\n", "RAW\r\nSet-Cookie: _ga=1",
		"\r\nHTTP/1.1 200 OK\r\n Set-Cookie : _ga=1\r\n\r\n", "HTTP/1.1 200 OK\r\nSet-Cookie: " + strings.Repeat("x", 20<<10) + "\r\nA: b\r\n\r\n",
	} {
		f.Add([]byte(s), uint64(i))
	}
	rules := gatetest.Rules(f)
	denied := gatetest.Visitors(rules)[1].Choice
	f.Fuzz(func(t *testing.T, doc []byte, seed uint64) {
		end := []byte(".\r\n\r\n\n\n") // so that nothing is left waiting for its line to end
		doc = append(slices.Clip(doc), end...)
		whole := byHand(t, rules, denied, [][]byte{doc})
		if got := byHand(t, rules, denied, pieces(doc, seed)); got != whole {
			t.Fatalf("in pieces %q, whole %q", got, whole)
		}
		if again := byHand(t, rules, denied, [][]byte{[]byte(whole)}); again != whole {
			t.Fatalf("filtered again %q, once %q", again, whole)
		}
		res, err := http.ReadResponse(bufio.NewReader(strings.NewReader(whole)), nil)
		if err != nil {
			return
		}
		defer res.Body.Close()
		for _, c := range res.Cookies() {
			if forbidden(c) || res.StatusCode < 200 && res.StatusCode != 101 {
				t.Fatalf("%q passed in %q", c, whole)
			}
		}
	})
}
