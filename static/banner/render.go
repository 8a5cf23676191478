package banner

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"sync"
)

//go:embed markup
var markup embed.FS

// Render makes the markup to put right after a page's <body> tag. The result depends on v alone: make it once
// and share it. All texts are escaped.
func Render(v View) []byte { return execute("page", v) }

// Panel makes the document that the core fetches when a visitor who has decided reopens the preferences.
// It is the same for every visitor and may be cached.
func Panel(v View) []byte {
	v.Stage = Ask
	return execute("panel-page", v)
}

// page is a View in words: what the templates read.
type page struct {
	View
	locale                            *Locale
	Dir, Lead, Term, Third, IDs, Hash string
	Opts                              uint32 // bits of the purposes that a browser's opt-out refuses
	Decided                           bool
	Purposes, Asked                   []row
}

// T is the text for key.
func (p page) T(key string) string { return p.locale.Text(key) }

// Asset is the address of a built file.
func (p page) Asset(file string) string { return Path(p.Mount, file) }

// row is one purpose in words.
type row struct {
	ID, Name, Text, Names, Globs string
	Required                     bool
}

// Hash is the hex SHA-256 of the question as v shows it, by which a record says what its visitor was asked. It is taken over
// the form's markup with the field that carries the hash left empty.
func Hash(v View) string {
	v.Stage = Ask
	sum := sha256.Sum256(render("panel", words(v)))
	return hex.EncodeToString(sum[:])
}

func execute(name string, v View) []byte {
	p := words(v)
	p.Hash = Hash(v)
	return render(name, p)
}

func render(name string, p page) []byte {
	var out bytes.Buffer
	if err := templates().ExecuteTemplate(&out, name, p); err != nil {
		// The templates are embedded and take only strings, so this is a fault of the build that any test finds.
		panic(fmt.Sprintf("banner: %v", err))
	}
	return between.ReplaceAll(bytes.TrimSpace(out.Bytes()), []byte("><"))
}

var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(markup, "markup/*.html"))
})

// between finds the line breaks that only the templates' readers need.
var between = regexp.MustCompile(`>\n+<`)

func words(v View) page {
	locale := For(v.Lang)
	p := page{View: v, locale: locale, Dir: locale.Direction(), Decided: v.Stage == Decided}
	if p.Notice == "" {
		p.Notice = v.Mount + "/notice?lang=" + v.Lang
	}
	p.Lead = locale.Text("lead", "site", v.Site)
	p.Term = locale.Text("term", "duration", locale.Period(v.Lasts), "reopen", locale.Text("reopen"))
	if n := v.ThirdParties(); n > 0 {
		p.Third = locale.Count("third", n)
	}
	var ids []string
	for bit, purpose := range v.Purposes {
		if purpose.OptsOut {
			p.Opts |= 1 << bit
		}
		r := newRow(purpose, locale)
		p.Purposes = append(p.Purposes, r)
		ids = append(ids, r.ID)
		if !r.Required {
			p.Asked = append(p.Asked, r)
		}
	}
	p.IDs = strings.Join(ids, " ")
	return p
}

func newRow(p Purpose, locale *Locale) row {
	r := row{ID: p.ID, Name: p.Name, Text: p.Text, Required: p.Required, Globs: strings.Join(p.Cookies, " ")}
	if r.Name == "" {
		r.Name = builtIn(locale, "purpose."+p.ID, p.ID)
	}
	if r.Text == "" {
		r.Text = builtIn(locale, "purpose."+p.ID+".text", "")
	}
	names := make([]string, 0, len(p.Services))
	for _, s := range p.Services {
		names = append(names, s.Name)
	}
	r.Names = strings.Join(names, ", ")
	return r
}

// builtIn is the locale's text for key, or instead where the purpose is a site's own.
func builtIn(locale *Locale, key, instead string) string {
	if locale.Has(key) {
		return locale.Text(key)
	}
	return instead
}
