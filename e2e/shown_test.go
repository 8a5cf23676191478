package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/stats"
)

// pageViews are those that the guard has counted, by path.
func (h *house) pageViews() map[string]int64 {
	all := map[string]int64{}
	h.guard.Live().LiveRows(stats.DimPage, 0, 1<<20, func(r stats.Row) {
		if n := r.Counts[stats.Views]; n > 0 {
			all[r.Value] += n
		}
	})
	return all
}

// wantViews waits until exactly these page views are counted.
func (h *house) wantViews(t *testing.T, when string, want map[string]int64) {
	t.Helper()
	poll(t, fmt.Sprintf("%s: the page views are %v", when, want), func() (bool, any) {
		got := h.pageViews()
		return fmt.Sprint(got) == fmt.Sprint(want), got
	})
}

// What a browser fetches before anybody looks is no page view until somebody does, and then it is one. While a program looks
// over its shoulder (the protocol of its developer tools) a browser prerenders nothing: this one is on its own, and its pages
// do what a visitor would when the test lets them.
func TestPagesFetchedAheadCountWhenShown(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"prerender", "prefetch"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			h := furnish(t, advertise(t), pages{}, nil)
			asked, may := make(chan string, 20), make(chan struct{}, 2)
			mux := http.NewServeMux()
			page := func(path, body string) {
				mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
					if purpose := r.Header.Get("Sec-Purpose"); purpose != "" {
						asked <- r.URL.Path + " for " + purpose
					}
					w.Header().Set("Content-Type", "text/html; charset=utf-8")
					_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Shop</title><body>`+body+`</body></html>`)
				})
			}
			wait := func(path string) string {
				return `<script>
					const go = () => fetch("/may").then(() => location.href = "` + path + `");
					if (document.prerendering) {
						addEventListener("load", () => fetch("/ready"));
						document.addEventListener("prerenderingchange", () => fetch("/activated").then(go));
					} else go();
				</script>`
			}
			page("/{$}", `<script type="speculationrules">{"`+how+`": [{"urls": ["/ahead", "/never"], "eagerness": "immediate"}]}</script>`+wait("/ahead"))
			page("/ahead", wait("/after"))
			page("/never", "")
			page("/after", "")
			mux.HandleFunc("GET /may", func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-may:
				case <-r.Context().Done():
				}
			})
			for _, what := range []string{"ready", "activated"} {
				mux.HandleFunc("GET /"+what, func(http.ResponseWriter, *http.Request) { asked <- what })
			}
			server := httptest.NewServer(h.guard.Handler(mux))
			t.Cleanup(server.Close)
			chromium, err := findBrowser()
			if err != nil {
				t.Fatal(err)
			}
			browser := exec.CommandContext(t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--user-data-dir="+profile(t), "--user-agent="+person,
				strings.Replace(server.URL, "127.0.0.1", "www.shop.localhost", 1))
			if err := browser.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = browser.Process.Kill(); _ = browser.Wait() })
			expect := func(what ...string) {
				t.Helper()
				var got []string
				for range what {
					got = append(got, next(t, asked))
				}
				if slices.Sort(got); !slices.Equal(got, what) {
					t.Errorf("the browser asks %q, want %q", got, what)
				}
			}
			if how == "prerender" {
				expect("/ahead for prefetch;prerender", "/never for prefetch;prerender", "ready")
			} else {
				expect("/ahead for prefetch", "/never for prefetch")
			}
			h.wantViews(t, "before anybody looks", map[string]int64{"/": 1})
			may <- struct{}{}
			if how == "prerender" {
				expect("activated")
			}
			h.wantViews(t, "shown", map[string]int64{"/": 1, "/ahead": 1})
			may <- struct{}{}
			h.wantViews(t, "left", map[string]int64{"/": 1, "/ahead": 1, "/after": 1})
			if told := h.guard.State().Beacon.Fates; told["open"]+told["faulty"]+told["bot"] != 0 {
				t.Errorf("something was told without proof: %v", told)
			}
		})
	}
}

// profile makes the folder of a browser of its own.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "kelisim-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := remove(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// next waits for what a browser asks.
func next(t *testing.T, asked <-chan string) string {
	t.Helper()
	select {
	case what := <-asked:
		return what
	case <-time.After(patience):
		t.Fatal("the browser asks nothing more")
		return ""
	}
}

// A page that back or forward brings out of the browser's memory asks the server for nothing, and is a page view all the same.
// One that is fetched again was counted by the server: either way it is one.
func TestPagesShownAgainCount(t *testing.T) {
	t.Parallel()
	h := furnish(t, advertise(t), pages{"/{$}": `<h1>One</h1><a id="go" href="/two">Two</a>`, "/two": `<h1>Two</h1>`}, nil)
	v := visit(t, h.site, options{})
	v.open("/")
	v.shown(panel)
	v.click(accept)
	v.hidden(panel)
	v.open("/") // with the choice, and without a question that no cache may keep
	want := map[string]int64{"/": 2}
	h.wantViews(t, "at first", want)
	ask[bool](v, `(window.mark = true)`)
	v.click("#go")
	v.await(`location.pathname === "/two" && document.readyState === "complete"`)
	want["/two"]++
	h.wantViews(t, "gone on", want)
	v.travel(-1)
	v.await(`location.pathname === "/" && document.readyState === "complete"`)
	want["/"]++
	h.wantViews(t, "back", want)
	if !ask[bool](v, `window.mark === true`) {
		t.Log("the browser did not keep the page")
	}
	v.await(`[...document.scripts].some(script => script.dataset.k)`) // whoever leaves before the page has its token tells without it
	v.open("/two")
	want["/two"]++
	h.wantViews(t, "on again", want)
	v.settled()
	if told := h.guard.State().Beacon.Fates; told["open"]+told["faulty"] != 0 {
		t.Errorf("something was told without proof: %v", told)
	}
}

// Each page that an application draws by itself is one page view, however it changes the address; an address that is only put
// right is none. Paths are scrubbed as those of any page.
func TestViewsOfApplicationsCountOnce(t *testing.T) {
	t.Parallel()
	h := furnish(t, advertise(t), pages{"/{$}": `<h1>Application</h1><script>
		navigation.addEventListener("navigate", (event) => {
			if (event.canIntercept && new URL(event.destination.url).pathname.startsWith("/intercepted")) event.intercept({ handler: async () => {} });
		});
	</script>`}, func(c *guard.Config) { c.Beacon.Routes = []string{"/**"} })
	v := visit(t, h.site, options{})
	v.open("/")
	v.shown(panel)
	want := map[string]int64{"/": 1}
	do := func(what, script, page string) {
		t.Helper()
		if page != "" {
			want[page]++
		}
		ask[bool](v, `Promise.resolve((() => {`+script+`})()).then(() => true)`)
		h.wantViews(t, what, want)
	}
	do("pushState", `history.pushState({}, "", "/catalogue")`, "/catalogue")
	do("a path with somebody's address", `history.pushState({}, "", "/users/someone@example.org/orders/4711")`, "/users/:email/orders/:id")
	do("the same path", `history.pushState({}, "", location.pathname + "?sort=price#top")`, "")
	do("replaceState", `history.replaceState({}, "", "/put-right")`, "")
	do("navigation.navigate", `return navigation.navigate("/intercepted/one").finished`, "/intercepted/one")
	do("back", `return navigation.back().finished`, "/put-right")
	do("forward", `return navigation.forward().finished`, "/intercepted/one")
	want["/quick/one"]++
	do("two at once", `history.pushState({}, "", "/quick/one"); history.pushState({}, "", "/quick/two")`, "/quick/two")
	if told := h.guard.State().Beacon.Fates; told["open"]+told["faulty"] != 0 {
		t.Errorf("something was told without proof: %v", told)
	}
}
