package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// wire is what one tab sent, received and complained about.
type wire struct {
	mu       sync.Mutex
	requests []string // "GET http://…"
	sent     []string // names of cookies that requests carried
	set      []string // names of cookies that answers set
	faults   []string // errors of the console, violations of the content security policy
	chosen   bool     // a choice may have been made in a document, whose policy in the browser is that of before
	frame    string   // the tab's own, not one in its page
	going    going    // whether its document is being left

	asked  map[network.RequestID]string // addresses of requests that are under way
	loaded []string                     // and of those that were answered in full
}

// going is how far a document is with a navigation that it asked for itself: by a link, a form or a script.
type going int

const (
	stays   going = iota
	leaves        // another is asked for
	arrives       // it is here, and being loaded
)

func (w *wire) listen(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *page.EventFrameRequestedNavigation:
		if string(e.FrameID) == w.frame && e.Disposition == page.ClientNavigationDispositionCurrentTab {
			w.going = leaves
		}
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" && w.going == leaves {
			w.going = arrives
		}
	case *page.EventNavigatedWithinDocument:
		if string(e.FrameID) == w.frame {
			w.going = stays
		}
	case *page.EventFrameStoppedLoading:
		if string(e.FrameID) == w.frame && w.going == arrives {
			w.going = stays
		}
	case *network.EventRequestWillBeSent:
		w.requests = append(w.requests, e.Request.Method+" "+e.Request.URL)
		w.asked[e.RequestID] = e.Request.URL
	case *network.EventLoadingFinished:
		w.loaded = append(w.loaded, w.asked[e.RequestID])
		delete(w.asked, e.RequestID)
	case *network.EventRequestWillBeSentExtraInfo:
		w.sent = append(w.sent, sentCookies(e.Headers)...)
	case *network.EventResponseReceivedExtraInfo:
		w.set = append(w.set, setCookies(e.Headers)...)
	case *runtime.EventExceptionThrown:
		w.faults = append(w.faults, "exception: "+e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.faults = append(w.faults, fmt.Sprintf("console.%s: %s", e.Type, e.Args[0].Value))
		}
	case *log.EventEntryAdded:
		told := w.chosen && strings.Contains(e.Entry.Text, "report-only")
		if e.Entry.Level == log.EntryLevelError && !told {
			w.faults = append(w.faults, fmt.Sprintf("%s %s: %s (%s)", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL))
		}
	case *audits.EventIssueAdded:
		if d := e.Issue.Details.ContentSecurityPolicyIssueDetails; d != nil && !(w.chosen && d.IsReportOnly) {
			w.faults = append(w.faults, fmt.Sprintf("content security policy: %s %s", d.ViolatedDirective, d.BlockedURL))
		}
	}
}

func header(h network.Headers, name string) string {
	for key, value := range h {
		if text, ok := value.(string); ok && strings.EqualFold(key, name) {
			return text
		}
	}
	return ""
}

func sentCookies(h network.Headers) (names []string) {
	cookies, _ := http.ParseCookie(header(h, "Cookie")) // none, where the header is empty
	for _, c := range cookies {
		names = append(names, c.Name)
	}
	return names
}

// setCookies are the cookies set, not those deleted. Chromium joins the lines of a header by newlines.
func setCookies(h network.Headers) (names []string) {
	for line := range strings.SplitSeq(header(h, "Set-Cookie"), "\n") {
		if c, err := http.ParseSetCookie(line); err == nil && c.MaxAge >= 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// cookies are the names of all cookies seen in either direction since the last forget, sorted.
func (w *wire) cookies() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := slices.Concat(w.sent, w.set)
	slices.Sort(names)
	return slices.Compact(names)
}

// requested are the requests to an origin since the last forget.
func (w *wire) requested(origin string) (all []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, request := range w.requests {
		if strings.Contains(request, " "+origin+"/") {
			all = append(all, request)
		}
	}
	return all
}

// answered counts the requests to an address that were answered in full.
func (w *wire) answered(address string) (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, at := range w.loaded {
		if at == address {
			n++
		}
	}
	return n
}

// watch says which frame is the tab's own.
func (w *wire) watch(frame string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frame = frame
}

// still says whether no navigation is under way that a page began.
func (w *wire) still() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.going == stays
}

// choosing says that a choice may be made in a document from now on. The policy of a living document cannot be widened, so
// that what is allowed now is still reported there, though not blocked.
func (w *wire) choosing(made bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.chosen = made
}

// forget begins anew.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.requests, w.sent, w.set = nil, nil, nil
}

func (w *wire) complaints() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.faults)
}
