package demosite

import (
	"bytes"
	"crypto/rand"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"
)

//go:embed templates locales assets
var files embed.FS

// articles are the pages below /articles/ and the files below /files/.
var articles = []string{"wild", "aport", "keeping"}

// Site is the demonstration site.
type Site struct {
	third   *ThirdParty
	place   func(echo.Context) string
	pages   map[string]*template.Template
	texts   map[string]map[string]string
	codes   []string
	matcher language.Matcher
}

// New makes the site. third is the other origin that its pages embed; place says where a visitor is,
// as far as the tables tell, "" for unknown.
func New(third *ThirdParty, place func(echo.Context) string) (*Site, error) {
	s := &Site{third: third, place: place, pages: map[string]*template.Template{}, texts: map[string]map[string]string{}, codes: []string{"kk", "ru", "en"}}
	var tags []language.Tag
	for _, code := range s.codes {
		raw, err := files.ReadFile("locales/" + code + ".json")
		if err != nil {
			return nil, err
		}
		texts := map[string]string{}
		if err := json.Unmarshal(raw, &texts); err != nil {
			return nil, fmt.Errorf("demosite: locale %s: %w", code, err)
		}
		s.texts[code], tags = texts, append(tags, language.Make(code))
	}
	s.matcher = language.NewMatcher(tags)
	for _, name := range []string{"home", "articles", "article", "video", "wall", "contact", "missing"} {
		page, err := template.ParseFS(files, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("demosite: %w", err)
		}
		s.pages[name] = page
	}
	return s, nil
}

// Mount puts the site's routes into e.
func (s *Site) Mount(e *echo.Echo) error {
	assets, err := fs.Sub(files, "assets")
	if err != nil {
		return err
	}
	e.GET("/", s.page("home", "home.title"))
	e.GET("/articles", s.page("articles", "articles.title"))
	e.GET("/articles/:name", s.article)
	e.GET("/files/:name", s.file)
	e.GET("/video", s.page("video", "video.title"))
	e.GET("/contact", s.page("contact", "contact.title"))
	e.POST("/contact", s.contact)
	e.GET("/wall", s.page("wall", "wall.title"))
	e.POST("/wall/reset", s.reset)
	e.StaticFS("/assets", assets)
	e.FileFS("/favicon.ico", "apple.svg", assets)
	e.RouteNotFound("/*", func(c echo.Context) error {
		return s.render(c, http.StatusNotFound, "missing", view{Title: "missing.title"})
	})
	return nil
}

// view is what the templates see.
type view struct {
	Lang, Path, Query, Title, Text, Name string
	Third, Place                         string
	Articles, Cookies                    []string
	Languages                            []struct{ Code, Name string }
	Seen                                 []Seen
	Done                                 bool
	texts                                map[string]string
}

// T returns the text with the given key in the language of the page.
func (v view) T(key string) string { return v.texts[key] }

func (s *Site) page(name, title string) echo.HandlerFunc {
	return func(c echo.Context) error { return s.render(c, http.StatusOK, name, view{Title: title}) }
}

func (s *Site) article(c echo.Context) error {
	name := c.Param("name")
	if !slices.Contains(articles, name) {
		return s.render(c, http.StatusNotFound, "missing", view{Title: "missing.title"})
	}
	return s.render(c, http.StatusOK, "article", view{Title: "article." + name + ".title", Text: "article." + name + ".text", Name: name})
}

func (s *Site) file(c echo.Context) error {
	name, ok := strings.CutSuffix(c.Param("name"), ".txt")
	if !ok || !slices.Contains(articles, name) {
		return s.render(c, http.StatusNotFound, "missing", view{Title: "missing.title"})
	}
	texts := s.texts[s.language(c)]
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`.txt"`)
	return c.String(http.StatusOK, texts["article."+name+".title"]+"\n\n"+texts["article."+name+".text"]+"\n")
}

func (s *Site) contact(c echo.Context) error {
	return s.render(c, http.StatusOK, "contact", view{Title: "contact.title", Done: true})
}

func (s *Site) reset(c echo.Context) error {
	s.third.Reset()
	return c.Redirect(http.StatusSeeOther, "/wall?lang="+s.language(c))
}

func (s *Site) render(c echo.Context, status int, name string, v view) error {
	v.Lang, v.Path = s.language(c), c.Request().URL.Path
	v.texts, v.Articles, v.Third = s.texts[v.Lang], articles, s.third.Origin()
	if c.QueryParam("lang") != "" {
		v.Query = "?lang=" + v.Lang
	}
	for _, code := range s.codes {
		v.Languages = append(v.Languages, struct{ Code, Name string }{code, s.texts[code]["language"]})
	}
	for _, cookie := range c.Cookies() {
		v.Cookies = append(v.Cookies, cookie.Name)
	}
	v.Place = s.place(c)
	if name == "wall" {
		v.Seen = s.third.Seen()
	}
	s.setCookies(c, v.Lang)
	var page bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&page, "layout", v); err != nil {
		return err
	}
	return c.HTMLBlob(status, page.Bytes())
}

// setCookies sets a cookie for every purpose, without asking anybody: that is what Kelisim is there for.
func (s *Site) setCookies(c echo.Context, lang string) {
	month := int((30 * 24 * time.Hour).Seconds())
	for _, cookie := range []http.Cookie{
		{Name: "demo_session", Value: keep(c, "demo_session"), HttpOnly: true},
		{Name: "demo_language", Value: lang, MaxAge: month},
		{Name: "demo_visitor", Value: keep(c, "demo_visitor"), MaxAge: month, HttpOnly: true},
		{Name: "demo_ad", Value: keep(c, "demo_ad"), MaxAge: month, HttpOnly: true},
		{Name: "demo_forgotten", Value: "1", MaxAge: month}, // declared nowhere
	} {
		cookie.Path, cookie.SameSite = "/", http.SameSiteLaxMode
		c.SetCookie(&cookie)
	}
}

// keep returns the value of a cookie that the visitor has, or a new one.
func keep(c echo.Context, name string) string {
	if cookie, err := c.Cookie(name); err == nil && len(cookie.Value) <= 64 {
		return cookie.Value
	}
	return rand.Text()
}

func (s *Site) language(c echo.Context) string {
	asked := c.QueryParam("lang")
	if !slices.Contains(s.codes, asked) {
		asked = ""
	}
	_, index := language.MatchStrings(s.matcher, asked, c.Request().Header.Get("Accept-Language"))
	return s.codes[index]
}
