package centre

import (
	"net/http"
	"sync"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// edition is what follows from one policy alone, made once and shared by all requests.
type edition struct {
	rules   *consent.Rulebook
	policy  consent.Policy
	matcher *banner.Matcher
	panels  map[string]func() []byte // made when a page first asks
	mode    banner.Asset
}

func newEdition(rules *consent.Rulebook, c Config) *edition {
	policy := rules.Policy()
	e := &edition{
		rules:   rules,
		policy:  policy,
		matcher: banner.NewMatcher(policy.Languages),
		panels:  map[string]func() []byte{},
	}
	for _, lang := range policy.Languages {
		e.panels[lang] = sync.OnceValue(func() []byte {
			v := View(rules, lang, c.Mount)
			v.Form = c.Form
			return banner.Panel(v)
		})
	}
	v := View(rules, e.matcher.Match("", ""), c.Mount)
	e.mode = plain(banner.ModeScript(v, c.Mode), "text/javascript; charset=utf-8")
	return e
}

// language is the one that the visitor chose by a link or a form, else what the browser prefers.
func (e *edition) language(r *http.Request) string {
	asked := r.URL.Query().Get("lang")
	if asked == "" && r.PostForm != nil {
		asked = r.PostForm.Get("language")
	}
	return e.matcher.Match(asked, r.Header.Get("Accept-Language"))
}

func (h *handler) panel(w http.ResponseWriter, r *http.Request) {
	e := h.current()
	lang := e.language(r)
	var panel []byte
	if mount := h.mount(r); mount != h.Mount {
		v := View(e.rules, lang, mount)
		v.Form = h.Form
		panel = banner.Panel(v)
	} else {
		panel = e.panels[lang]()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, max-age=300")
	w.Header().Add("Vary", "Accept-Language, Origin")
	_, _ = w.Write(panel)
}
