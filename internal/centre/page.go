package centre

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

//go:embed pages
var pages embed.FS

// frame is what every page shows around its own matter.
type frame struct {
	Lang, Dir, Title, Site, Mount, Notice string
	Self                                  string // path to which the language switch leads
	Languages                             []tongue
	Policy                                consent.Policy
	locale                                *banner.Locale
}

// tongue is one entry of the language switch.
type tongue struct {
	Tag, Name string
	Current   bool
}

func (h *handler) frame(e *edition, lang, title, self string) frame {
	locale := banner.For(lang)
	f := frame{
		Lang: lang, Dir: locale.Direction(), locale: locale, Title: title, Site: e.policy.Site.Name, Mount: h.Mount,
		Notice: noticeURL(e.policy, h.Mount, lang), Self: h.Mount + self, Policy: e.policy,
	}
	for _, tag := range e.policy.Languages {
		f.Languages = append(f.Languages, tongue{Tag: tag, Name: banner.For(tag).Text("language"), Current: tag == lang})
	}
	return f
}

// noticeURL is the site's own notice where it has one, else the one made from the policy.
func noticeURL(policy consent.Policy, mount, lang string) string {
	if policy.Site.Notice != "" {
		return policy.Site.Notice
	}
	return mount + "/notice?lang=" + lang
}

// T is the text for key with its pairs filled in.
func (f frame) T(key string, pairs ...string) string { return f.locale.Text(key, pairs...) }

// Asset is the address of a built file.
func (f frame) Asset(file string) string { return banner.Path(f.Mount, file) }

// Link is where a contact leads, "" for nowhere.
func (f frame) Link(contact string) string { return link(contact) }

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(pages, "pages/*.html"))
})

// write renders the whole page before the first byte goes out, so that none is cut in the middle.
func (h *handler) write(w http.ResponseWriter, status int, name, lang string, data any) {
	var out bytes.Buffer
	if err := templates().ExecuteTemplate(&out, name, data); err != nil {
		h.Logger.Error("centre: a page could not be made", "page", name, "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", lang)
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w)
}

// refuse answers what was not carried out.
func (h *handler) refuse(w http.ResponseWriter, r *http.Request, status int, key string) {
	h.fail(w, r, status, key, nil)
}

// fail tells the visitor in their language what went wrong, never why it did.
func (h *handler) fail(w http.ResponseWriter, r *http.Request, status int, key string, s *state) {
	e := h.current()
	lang := e.language(r)
	locale := banner.For(lang)
	if asksJSON(r) {
		w.Header().Set("Cache-Control", "no-store")
		h.json(w, status, reply{Message: locale.Text(key), State: s})
		return
	}
	h.write(w, status, "message", lang, struct {
		frame
		Message string
	}{h.frame(e, lang, locale.Text("centre.error"), "/"), locale.Text(key)})
}

// date names the day of an instant in the words of a language.
func date(locale *banner.Locale, t time.Time) string {
	return locale.Text("date", "day", strconv.Itoa(t.Day()), "year", strconv.Itoa(t.Year()),
		"month", locale.Text("month."+strconv.Itoa(int(t.Month()))))
}

// link makes a contact clickable: an e-mail address, a telephone number or a URL; "" for any other.
func link(contact string) string {
	switch {
	case strings.HasPrefix(contact, "https://"), strings.HasPrefix(contact, "http://"):
		return contact
	case strings.HasPrefix(contact, "+") && strings.Trim(contact, "+0123456789 ()-") == "":
		return "tel:" + strings.NewReplacer(" ", "", "(", "", ")", "", "-", "").Replace(contact)
	case strings.Count(contact, "@") == 1 && !strings.ContainsAny(contact, " /?:&"):
		return "mailto:" + contact
	}
	return ""
}
