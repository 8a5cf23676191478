package guard

import (
	"html/template"
	"net/http"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/visit"
)

// The site's own people are no visitors: nothing of their requests is counted while they are signed in to the dashboard
// on the same host, come from one of Config.Own, or asked for it on the page under ExcludePath. The cookie that says so
// says nothing else; whoever forges it leaves nobody but himself out.

// ExcludePath is the page, below the prefix, where people have their own visits left out, or counted again.
const ExcludePath = "/exclude-me"

// excludeTerm is how long the wish holds.
const excludeTerm = 365 * 24 * time.Hour

// excluded reports whether r comes from the site's own people.
func (g *Guard) excluded(r *http.Request) bool {
	for _, line := range r.Header["Cookie"] {
		if strings.Contains(line, consent.ExcludeCookie+"=") {
			if cookie, err := r.Cookie(consent.ExcludeCookie); err == nil && cookie.Value != "" {
				return true
			}
		}
	}
	if len(g.config.Own) == 0 {
		return false
	}
	addr := g.config.Trust.Addr(r).Unmap().WithZone("")
	for _, network := range g.config.Own {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// withExclusion answers the page, and leaves everything else under the prefix to next.
func (g *Guard) withExclusion(next http.Handler) http.Handler {
	path := g.config.Prefix + ExcludePath
	change := http.NewCrossOriginProtection().Handler(http.HandlerFunc(g.setExclusion))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != path:
			next.ServeHTTP(w, r)
		case r.Method == http.MethodPost:
			r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
			change.ServeHTTP(w, r)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			g.showExclusion(w, r)
		default:
			w.Header().Set("Allow", "GET, HEAD, POST")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		}
	})
}

func (g *Guard) setExclusion(w http.ResponseWriter, r *http.Request) {
	cookie := &http.Cookie{
		Name: consent.ExcludeCookie, Value: "me", Path: "/", MaxAge: int(excludeTerm / time.Second), HttpOnly: true,
		Secure: g.secure(r), SameSite: http.SameSiteLaxMode,
	}
	if r.PostFormValue("count") != "" {
		cookie.Value, cookie.MaxAge = "", -1
	}
	http.SetCookie(w, cookie)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, g.config.Prefix+ExcludePath, http.StatusSeeOther)
}

func (g *Guard) showExclusion(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	words := excludeWords[g.excludeLanguage(r)]
	words.Out = g.excluded(r)
	_ = excludePage.Execute(w, words)
}

// excludeLanguage is the first language of the visitor in which there are words.
func (g *Guard) excludeLanguage(r *http.Request) string {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if _, ok := excludeWords[primary]; ok {
			return primary
		}
	}
	return "en"
}

// exclusionWords are the page in one language.
type exclusionWords struct {
	Lang, Title, Text, Counted, NotCounted, Leave, Count string
	Out                                                  bool
}

// excludeWords is never written to. These words are for the site's own people; visitors' words are in static/banner.
var excludeWords = map[string]exclusionWords{
	"kk": {
		Lang: "kk", Title: "Өз сапарларыңыз", Leave: "Мені санамау", Count: "Мені қайта санау",
		Text:    "Сайттың өз адамдары статистиканы бұрмаламауы үшін. Тілегіңіз осы браузердегі бір cookie файлында бір жыл сақталады; онда сіз туралы ештеңе жоқ.",
		Counted: "Қазір бұл браузердің сапарлары саналады.", NotCounted: "Қазір бұл браузердің сапарлары саналмайды.",
	},
	"ru": {
		Lang: "ru", Title: "Ваши собственные посещения", Leave: "Не считать меня", Count: "Снова считать меня",
		Text:    "Чтобы те, кто работает над сайтом, не искажали его статистику. Ваше желание год хранится в одном файле cookie этого браузера; о вас в нём ничего нет.",
		Counted: "Сейчас посещения из этого браузера считаются.", NotCounted: "Сейчас посещения из этого браузера не считаются.",
	},
	"en": {
		Lang: "en", Title: "Your own visits", Leave: "Do not count me", Count: "Count me again",
		Text:    "So that those who work on the site do not distort its statistics. Your wish is kept for a year in one cookie of this browser, which holds nothing about you.",
		Counted: "Visits from this browser are counted now.", NotCounted: "Visits from this browser are not counted now.",
	},
}

var excludePage = template.Must(template.New("exclude").Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>{{.Title}}</title>
<main><h1>{{.Title}}</h1><p>{{.Text}}</p><p role="status"><strong>{{if .Out}}{{.NotCounted}}{{else}}{{.Counted}}{{end}}</strong></p>
<form method="post"><button name="{{if .Out}}count{{else}}leave{{end}}" value="1">{{if .Out}}{{.Count}}{{else}}{{.Leave}}{{end}}</button></form></main></html>
`))

// leaveOut notes that a request is not counted.
func (g *Guard) leaveOut(hit visit.Hit, status int, contentType string) {
	if visit.IsView(hit, visit.Response{Status: status, ContentType: contentType}) {
		g.ownViews.Add(1)
	}
}
