package gate

import (
	"net/http"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// Plan says what to do with one exchange. It is a plain value; the Rulebook and the Markup in it are
// shared between exchanges and never written to.
type Plan struct {
	// Rules decides about cookies. Required.
	Rules *consent.Rulebook
	// Choice is what the visitor decided, opt-outs applied. The zero value is "nothing decided".
	Choice consent.Choice
	// Now tells cookies that expire from cookies that delete. Required.
	Now time.Time
	// Secure says that the site is served over TLS: deletions then carry Secure.
	Secure bool

	// Markup is put into HTML pages; nil for none. Pages with it are private, and not stored at all
	// while the visitor has not decided.
	Markup *Markup
	// Shared is put instead of Markup into pages that the site itself marks cacheable, for every
	// visitor, decided or not; nil leaves them without. Such pages stay cacheable.
	Shared *Markup
	// SharedVary names the request headers on which the language of Shared was chosen, such as "Accept-Language"; it
	// is merged into Vary, unless Tongues finds that the page itself settles the language. "" for none.
	SharedVary string

	// Tongues finds Markup and Shared in the language that a page declares on its <html> tag, in its first 64 KiB; nil leaves
	// them as they are, for pages whose language is known from the address.
	Tongues Tongues
	// Tail gives what is put behind Markup into this one page, behind Shared never: pages with it belong to one
	// visitor. It must be well-formed ASCII by itself. Nil for nothing.
	Tail Tail

	// Private says that the response carries this visitor's state whatever the handler does. See also
	// [Writer.MarkPrivate].
	Private bool

	// Whole says that the header of a page depends on the choice (an enforced Content-Security-Policy): documents are
	// asked for without validators, for a 304 would revive a page with the header of an older choice.
	Whole bool

	// House says that the handler is the house's own and may set its cookies, see consent.StateCookie. Those of other
	// handlers are dropped, but for deletions and what [Writer.Vouch] was called with.
	House bool

	// Observer is told what happens; nil for nobody.
	Observer Observer

	// Expire is filled in by Hide: declared cookies that the browser still holds and whose purpose
	// the visitor refuses. They are deleted with the response.
	Expire []consent.Expiry

	vouched string // a line of the house that Observer.Commit has added

	matched match // the validators that Hide mapped back
	values  values
}

// values makes header values of one line without an allocation for each: they share an array, which
// belongs to one exchange.
type values struct{ free []string }

func (v *values) one(s string) []string {
	if len(v.free) == 0 {
		v.free = make([]string, 4)
	}
	line := v.free[:1:1]
	v.free = v.free[1:]
	line[0] = s
	return line
}

// Tail makes a piece of markup that is new for each page. It is called once, after the Observer's Commit, when the
// page is certain to take it.
type Tail interface{ Tail() []byte }

// Observer is told about one exchange, on the goroutine that serves it.
type Observer interface {
	// Commit is called once, before the headers are filtered and the status line is written, with
	// what the handler set. It may change h, and reports whether it wrote this visitor's state into it.
	// It is not called for 1xx responses nor for hijacked connections.
	Commit(status int, h http.Header) (private bool)
	// Unclassified is called for cookies that no rule declares, at most 32 times for the request and as
	// often for the response. The name is at most 64 bytes long and is not to be kept without cloning.
	Unclassified(name string, d consent.Decision)
}

// limits on what one exchange may cost
const (
	maxObserved     = 32      // unclassified names told to the Observer, each way
	maxObservedName = 64      // bytes of such a name
	maxPairs        = 1024    // request cookies looked at; browsers send at most 180, further ones are hidden
	maxExpired      = 48      // expiring Set-Cookie lines added to a response
	maxExpiredBytes = 4 << 10 // bytes of them; proxies commonly refuse headers above 8 KiB
	maxSetCookie    = 8 << 10 // bytes of a Set-Cookie line; browsers refuse more than 4,096 in name and value
	scanLimit       = 64 << 10
)

func (p *Plan) observe(seen *int, name string, d consent.Decision) {
	if p.Observer == nil || *seen >= maxObserved || len(name) > maxObservedName {
		return
	}
	*seen++
	p.Observer.Unclassified(name, d)
}
