package guard

import (
	"html/template"
	"net/http"
	"sync"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/static/banner"
)

// face is what pages in one language are given.
type face struct {
	ask     *gate.Markup // for a visitor who has not decided
	decided *gate.Markup // for one who has
	shared  *gate.Markup // for everybody, on pages that a shared cache may keep

	askHTML, decidedHTML template.HTML
}

// faces are made once for each language of the policy.
type faces struct {
	matcher *banner.Matcher
	by      map[string]*face
	asked   languages
}

func newFaces(rules *consent.Rulebook, prefix string, reload bool) (*faces, error) {
	offered := rules.Policy().Languages
	f := &faces{matcher: banner.NewMatcher(offered), by: map[string]*face{}, asked: languages{known: map[string]string{}}}
	for _, lang := range offered {
		view := centre.View(rules, lang, prefix)
		view.Reload = reload
		ask := banner.Render(view)
		view.Stage = banner.Decided
		decided := banner.Render(view)
		view.Stage, view.Shared = banner.Ask, true
		f.by[lang] = &face{
			ask: gate.NewMarkup(ask), decided: gate.NewMarkup(decided), shared: gate.NewMarkup(banner.Render(view)),
			askHTML: template.HTML(ask), decidedHTML: template.HTML(decided), //nolint:gosec // our own escaped markup
		}
	}
	return f, nil
}

// of is the face in the language that the visitor's browser prefers.
func (f *faces) of(r *http.Request) *face {
	return f.by[f.asked.match(f.matcher, r.Header.Get("Accept-Language"))]
}

// maxLanguages bounds the memory for Accept-Language headers.
const maxLanguages = 1024

// languages remembers which language was found for a header: matching costs microseconds.
type languages struct {
	mu    sync.RWMutex
	known map[string]string
}

func (l *languages) match(m *banner.Matcher, header string) string {
	l.mu.RLock()
	lang, ok := l.known[header]
	l.mu.RUnlock()
	if ok {
		return lang
	}
	lang = m.Match("", header)
	if len(header) > 256 {
		return lang
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= maxLanguages {
		clear(l.known)
	}
	l.known[header] = lang
	return lang
}

// Banner is the markup for the page that w carries to r's visitor, for templates that print it
// themselves right after the body tag. The page is then private, and gets no other banner.
func (g *Guard) Banner(w http.ResponseWriter, r *http.Request) template.HTML {
	if gated := gateOf(w); gated != nil {
		gated.SkipMarkup()
	}
	face, choice := g.faces.of(r), g.Choice(w, r)
	if choice.Decided() || choice.OptOut() != consent.NoOptOut {
		return face.decidedHTML
	}
	return face.askHTML
}
