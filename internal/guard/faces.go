package guard

import (
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/centre"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/static/banner"
)

// face is what pages in one language are given, by what their visitor must be shown.
type face struct {
	question, objection, implied, minor, decided dress

	shared *gate.Markup // for everybody, on pages that a shared cache may keep
}

// dress is a markup, for the gate and for templates.
type dress struct {
	markup *gate.Markup
	html   template.HTML
}

// of is the dress for a notice; one that the policy cannot call for is the question.
func (f *face) of(kind consent.NoticeKind) *dress {
	d := &f.question
	switch kind {
	case consent.NoticeNone:
		d = &f.decided
	case consent.NoticeObjection:
		d = &f.objection
	case consent.NoticeImplied:
		d = &f.implied
	case consent.NoticeMinor:
		d = &f.minor
	}
	if d.markup == nil {
		d = &f.question
	}
	return d
}

// faces are made once for each language of the policy, when a page first needs it: whoever writes a policy in all languages
// does not wait for them at each start. It is safe for concurrent use.
type faces struct {
	matcher  *banner.Matcher
	by       map[string]func() *face
	family   string    // another one whenever any face would be another
	places   sync.Map  // *gate.Markup → its place in face.all
	asked    languages // by Accept-Language
	declared languages // by what pages say of themselves
}

func newFaces(rules *consent.Rulebook, prefix string, form Form, reload bool, shared string) *faces {
	offered := rules.Policy().Languages
	sum := sha256.Sum256([]byte(strings.Join([]string{rules.Hash(), prefix, string(form), strconv.FormatBool(reload), shared, banner.Fingerprint()}, "\x00")))
	f := &faces{matcher: banner.NewMatcher(offered), by: map[string]func() *face{}, family: hex.EncodeToString(sum[:])}
	f.asked.known, f.declared.known = map[string]string{}, map[string]string{}
	for _, lang := range offered {
		f.by[lang] = sync.OnceValue(func() *face {
			view := centre.View(rules, lang, prefix)
			view.Form, view.Reload = form, reload
			return f.join(newFace(rules, view, shared))
		})
	}
	f.by[f.matcher.Offered()[0]]() // a fault of the markup shows at the start
	return f
}

// newFace makes the dresses that the policy may call for. shared goes behind the markup that is the same for everybody.
func newFace(rules *consent.Rulebook, view banner.View, shared string) *face {
	policy := rules.Policy()
	make := func(kind consent.NoticeKind, needed bool) (d dress) {
		if needed {
			html := banner.Render(centre.Dress(view, consent.Notice{Kind: kind, Text: policy.Revision.Text}))
			d.markup, d.html = gate.NewMarkup(html), template.HTML(html) //nolint:gosec // our own escaped markup
		}
		return d
	}
	f := &face{
		question:  make(consent.NoticeQuestion, true),
		objection: make(consent.NoticeObjection, uses(policy, consent.ModelOptOut)),
		implied:   make(consent.NoticeImplied, uses(policy, consent.ModelImplied)),
		minor:     make(consent.NoticeMinor, policy.Revision.Change == consent.Minor),
		decided:   make(consent.NoticeNone, true),
	}
	view.Shared = true
	f.shared = gate.NewMarkup(append(banner.Render(view), shared...))
	return f
}

// uses says whether the policy's model is m, or that of a region.
func uses(policy consent.Policy, m consent.Model) bool {
	for _, of := range policy.Models {
		if of == m {
			return true
		}
	}
	return policy.Model == m
}

// of is the face in the language that the address names ("/ru/…" or "?lang=ru"), which is then settled, else in that which
// the visitor's browser prefers: a page may still say of itself that it is in another.
func (f *faces) of(r *http.Request) (chosen *face, settled bool) {
	if first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); len(first) <= maxTag {
		if named, ok := f.by[first]; ok {
			return named(), true
		}
	}
	if strings.Contains(r.URL.RawQuery, "lang=") {
		if asked, ok := f.by[r.URL.Query().Get("lang")]; ok {
			return asked(), true
		}
	}
	header := r.Header.Get("Accept-Language")
	lang, known := f.asked.find(header)
	if !known {
		lang = f.asked.keep(header, f.matcher.Match("", header))
	}
	return f.by[lang](), false
}

// maxTag is the length of the longest language tag that an address is searched for.
const maxTag = 11

// maxLanguages bounds the memory for Accept-Language headers.
const maxLanguages = 1024

// languages remembers which language was found for a header: matching costs microseconds.
type languages struct {
	mu    sync.RWMutex
	known map[string]string
}

func (l *languages) find(wish string) (lang string, known bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	lang, known = l.known[wish]
	return lang, known
}

// keep remembers lang for wish, unless that is very long, and returns it.
func (l *languages) keep(wish, lang string) string {
	if len(wish) > 256 {
		return lang
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.known) >= maxLanguages {
		clear(l.known)
	}
	l.known[wish] = lang
	return lang
}

// Banner is the markup for the page that w carries to r's visitor, for templates that print it
// themselves right after the body tag. The page is then private, and gets no other banner. It is in the language that the
// address names, else in that which the visitor's browser prefers.
func (g *Guard) Banner(w http.ResponseWriter, r *http.Request) template.HTML {
	return g.BannerIn(w, r, "")
}

// BannerIn is Banner in the language of the page, such as "kk" or "pt-BR"; where the policy does not have it, or for "", as
// Banner chooses.
func (g *Guard) BannerIn(w http.ResponseWriter, r *http.Request, lang string) template.HTML {
	var tail []byte
	if gated := gateOf(w); gated != nil {
		gated.SkipMarkup()
		gated.MarkPrivate()
		tail = gated.Tail()
	}
	p := g.now()
	face := p.faces.speaks([]byte(lang))
	if face == nil {
		face, _ = p.faces.of(r)
	}
	return face.of(p.rules.Notice(g.choiceUnder(p, r)).Kind).html + template.HTML(tail) //nolint:gosec // our own tag
}
