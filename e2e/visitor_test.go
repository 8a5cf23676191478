package e2e_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

// visitor is a person with a browser of their own: a tab in a fresh cookie jar.
type visitor struct {
	t       *testing.T
	site    string
	ctx     context.Context
	wire    *wire
	allowed []string // complaints that the test provokes
}

// options say what kind of visitor comes.
type options struct {
	language string // Accept-Language. Default: English
	plain    bool   // scripts are switched off
	gpc      bool   // the browser sends Global Privacy Control
	dnt      bool   // the browser sends Do Not Track
}

// visit opens a fresh browser for a visitor. When the test ends, its console must be empty.
func visit(t *testing.T, site string, o options) *visitor {
	t.Helper()
	v := newTab(t, site, shared.browser, chromedp.WithNewBrowserContext())
	v.prepare(o)
	return v
}

// tab opens another tab of the same browser.
func (v *visitor) tab(o options) *visitor {
	v.t.Helper()
	other := newTab(v.t, v.site, v.ctx)
	other.prepare(o)
	return other
}

func newTab(t *testing.T, site string, parent context.Context, o ...chromedp.ContextOption) *visitor {
	t.Helper()
	v := &visitor{t: t, site: site, wire: &wire{asked: map[network.RequestID]string{}}}
	ctx, cancel := chromedp.NewContext(parent, append(o, chromedp.WithListener(v.wire.listen))...)
	v.ctx = ctx
	t.Cleanup(cancel)
	t.Cleanup(v.wantQuiet)
	v.do(chromedp.Steps())
	v.wire.watch(string(chromedp.FromContext(ctx).Target.TargetID))
	return v
}

func (v *visitor) prepare(o options) {
	v.t.Helper()
	if o.language == "" {
		o.language = "en"
	}
	headers := network.Headers{"Accept-Language": o.language}
	if o.gpc {
		headers["Sec-GPC"] = "1"
		call(v, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `Object.defineProperty(Navigator.prototype, "globalPrivacyControl", {value: true, configurable: true})`,
		})
	}
	if o.dnt {
		headers["DNT"] = "1"
		v.beforeEveryPage(`Object.defineProperty(Navigator.prototype, "doNotTrack", {value: "1", configurable: true})`)
	}
	call(v, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers})
	call(v, audits.Enable, cdp.Empty{})
	if o.plain {
		call(v, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
}

// wantQuiet wants no error in the console and no violation of a content security policy.
func (v *visitor) wantQuiet() {
	for _, fault := range v.wire.complaints() {
		if !slices.ContainsFunc(v.allowed, func(text string) bool { return strings.Contains(fault, text) }) {
			v.t.Errorf("the browser complains: %s", fault)
		}
	}
}

// limited bounds one step, not the tab.
func (v *visitor) limited() (context.Context, context.CancelFunc) {
	return context.WithTimeout(v.ctx, patience)
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	if chromedp.FromContext(v.ctx).Target == nil { // the first run makes the tab, which must outlive its limit
		if err := chromedp.Do(v.ctx, steps...); err != nil {
			v.t.Fatal(err)
		}
		return
	}
	ctx, cancel := v.limited()
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.t.Fatalf("%v\n%s", err, v.whereabouts())
	}
}

// whereabouts is what a failure prints: the address, and what is written there.
func (v *visitor) whereabouts() string {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body?.innerText.slice(0, 2000)`))
	return fmt.Sprintf("%s %v", text, err)
}

// open goes to a path of the site, as typed into the address bar, and waits until it is loaded. A page on its way elsewhere,
// such as one that loads itself anew after a withdrawal, arrives first: else either navigation may end the other.
func (v *visitor) open(path string) {
	v.t.Helper()
	v.arrived()
	v.do(chromedp.Navigate(v.site + path))
}

// arrived waits until no navigation is under way that the page itself began.
func (v *visitor) arrived() {
	v.t.Helper()
	poll(v.t, "the page that is asked for is there", func() (bool, any) {
		return v.wire.still(), "the tab is under way"
	})
}

// travel goes back (-1) or forward (1) in the tab's history, and does not wait: a page that comes back whole is not loaded again,
// and one that is loaded again may be there before anybody listens.
func (v *visitor) travel(steps int) {
	v.t.Helper()
	ask[bool](v, fmt.Sprintf(`Boolean(setTimeout(() => history.go(%d)))`, steps))
}

// click clicks with the mouse.
func (v *visitor) click(selector string) {
	v.t.Helper()
	v.wire.choosing(true)
	v.do(chromedp.Click(chromedp.CSS(selector)))
}

// clickText clicks the element among those selected that says so.
func (v *visitor) clickText(selector, text string) {
	v.t.Helper()
	ask[bool](v, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.toggleAttribute("data-meant", e.innerText.includes(%q))).includes(true)`, selector, text))
	v.click(selector + "[data-meant]")
}

// press presses a key where the focus is.
func (v *visitor) press(keys string, o ...chromedp.KeyOption) {
	v.t.Helper()
	v.wire.choosing(true)
	v.do(chromedp.KeyEvent(keys, o...))
}

// submit clicks and waits until another document is loaded at path.
func (v *visitor) submit(selector, path string) {
	v.t.Helper()
	before := ask[float64](v, `performance.timeOrigin`)
	v.click(selector)
	poll(v.t, "a new page at "+path, func() (bool, any) {
		now, err := try[struct {
			Born  float64 `json:"born"`
			Path  string  `json:"path"`
			State string  `json:"state"`
		}](v, `({born: performance.timeOrigin, path: location.pathname, state: document.readyState})`)
		return err == nil && now.Born != before && now.Path == path && now.State == "complete", []any{now, err}
	})
}

// await waits until an expression is true.
func (v *visitor) await(expression string) {
	v.t.Helper()
	poll(v.t, expression, func() (bool, any) {
		ok, err := try[bool](v, `Boolean(`+expression+`)`)
		return err == nil && ok, lately(func() string { return fmt.Sprint(err, "\n", v.whereabouts()) })
	})
}

// shown waits until an element can be seen, hidden until it cannot.
func (v *visitor) shown(selector string) {
	v.t.Helper()
	v.await(fmt.Sprintf(`document.querySelector(%q)?.checkVisibility({visibilityProperty: true, opacityProperty: true})`, selector))
}

func (v *visitor) hidden(selector string) {
	v.t.Helper()
	v.await(fmt.Sprintf(`!document.querySelector(%q)?.checkVisibility({visibilityProperty: true, opacityProperty: true})`, selector))
}

// text returns what an element says.
func (v *visitor) text(selector string) string {
	v.t.Helper()
	return ask[string](v, fmt.Sprintf(`document.querySelector(%q)?.innerText ?? ""`, selector))
}

// ask evaluates an expression.
func ask[T any](v *visitor, expression string) T {
	v.t.Helper()
	value, err := try[T](v, expression)
	if err != nil {
		v.t.Fatalf("%s: %v\n%s", expression, err, v.whereabouts())
	}
	return value
}

// try evaluates an expression in a page that may be left meanwhile, which is an error.
func try[T any](v *visitor, expression string) (T, error) {
	ctx, cancel := v.limited()
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// becomes waits until an expression has a value: what is laid out, or follows from what the browser is told of its screen, is
// so some frames later.
func becomes[T comparable](v *visitor, what, expression string, want T) {
	v.t.Helper()
	poll(v.t, fmt.Sprintf("%s: want %v", what, want), func() (bool, any) {
		got, err := try[T](v, expression)
		return err == nil && got == want, []any{got, err}
	})
}

// jar returns the cookies that the browser holds, HttpOnly ones too.
func (v *visitor) jar() map[string]*network.Cookie {
	v.t.Helper()
	ctx, cancel := v.limited()
	defer cancel()
	answer, err := chromedp.CallBrowser(ctx, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: chromedp.FromContext(v.ctx).BrowserContextID})
	if err != nil {
		v.t.Fatal(err)
	}
	all := map[string]*network.Cookie{}
	for _, c := range answer.Cookies {
		all[c.Name] = c
	}
	return all
}

func names(jar map[string]*network.Cookie) []string {
	var all []string
	for name := range jar {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}

// wantJar waits until the jar holds exactly these cookies.
func (v *visitor) wantJar(want ...string) {
	v.t.Helper()
	slices.Sort(want)
	poll(v.t, "the jar holds exactly "+strings.Join(want, ", "), func() (bool, any) {
		got := names(v.jar())
		return slices.Equal(got, want), got
	})
}

// wantWire wants no cookie on the wire, in either direction, but these.
func (v *visitor) wantWire(allowed ...string) {
	v.t.Helper()
	for _, name := range v.wire.cookies() {
		if !slices.Contains(allowed, name) {
			v.t.Errorf("cookie %q was on the wire; only %q may be", name, allowed)
		}
	}
}

// call runs a command of the browser's protocol.
func call[P, R any](v *visitor, command cdp.Command[P, R], params P) R {
	v.t.Helper()
	ctx, cancel := v.limited()
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		v.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}
