package gate_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

var update = flag.Bool("update", false, "rewrite the golden files in testdata")

// mount is the gate as a guard mounts it.
func mount(next http.Handler, plan gate.Plan) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		p := plan
		inner := gate.Hide(r, &p)
		w := new(gate.Writer)
		w.Reset(rw, inner, p)
		returned := false
		defer func() {
			if !returned {
				w.Abandon()
			}
			gate.Settle(r, inner)
		}()
		next.ServeHTTP(w, inner)
		returned = true
		_ = w.Finish()
	})
}

func plan(rules *consent.Rulebook, c consent.Choice) gate.Plan {
	return gate.Plan{Rules: rules, Choice: c, Now: gatetest.Now, Markup: gate.NewMarkup([]byte(gatetest.Markup))}
}

// TestMatrix holds every way of answering, for every visitor, to the rules, and all bytes of all headers
// to golden files.
func TestMatrix(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	for _, c := range gatetest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			var golden strings.Builder
			for _, v := range gatetest.Visitors(rules) {
				wire := serve(t, c, mount(c.Handler(t), plan(rules, v.Choice)))
				gatetest.Check(t, c, v, wire)
				golden.WriteString("=== " + v.Name + "\n" + steady(wire) + "\n")
			}
			compare(t, filepath.Join("testdata", "matrix", c.Name+".txt"), golden.String())
		})
	}
}

func serve(t *testing.T, c gatetest.Case, h http.Handler) []byte {
	t.Helper()
	if c.Outer != nil {
		h = c.Outer(h)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	return gatetest.Exchange(t, server.Listener.Addr().String(), c)
}

var volatile = regexp.MustCompile(`Date: [^\r]*\r\n`)

// steady makes the wire of two runs equal, and readable.
func steady(wire []byte) string {
	s := volatile.ReplaceAllString(string(wire), "")
	head, body, _ := strings.Cut(s, "\r\n\r\n")
	if strings.Contains(head, "Content-Encoding: gzip") {
		body = "(gzip)"
	}
	s = strings.ReplaceAll(head+"\n\n"+body, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' || r == '\uFFFD' {
			return '.'
		}
		return r
	}, s)
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update and read the difference)\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
