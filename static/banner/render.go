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

// Whole makes a document whose body is the markup of [Render], for the script that a static page loads.
func Whole(v View) []byte { return execute("whole", v) }

// page is a View in words: what the templates read.
type page struct {
	View
	locale                        *Locale
	Dir, Title, Lead, Term, Third string
	Accept, Reject                string // what the two buttons say
	IDs, ServiceIDs, Hash         string // ids in the order of their bits
	OptsOut                       string // what is said where the browser asks us not to
	Opts                          uint32 // bits of the purposes that a browser's opt-out refuses
	Decided                       bool
	Purposes, Asked               []row
}

// T is the text for key.
func (p page) T(key string) string { return p.locale.Text(key) }

// Modal says that the page waits for the answer.
func (p page) Modal() bool { return p.Form == Dialog }

// Tells says that the visitor is told rather than asked.
func (p page) Tells() bool { return p.Model == Implied }

// Objects says that everything is in use unless the visitor objects.
func (p page) Objects() bool { return p.Model == OptOut && !p.Shared }

// News says that a minor revision is to be told.
func (p page) News() bool { return p.Decided && p.Changed != "" }

// Asset is the address of a built file.
func (p page) Asset(file string) string { return Path(p.Mount, file) }

// row is one purpose in words.
type row struct {
	ID, Name, Text, Names, Globs string
	Required                     bool
	Switches                     []switchRow // of its services, where visitors answer for each
}

// switchRow is one service in words.
type switchRow struct{ ID, Name, Who, Globs string }

// Hash is the hex SHA-256 of the question as v shows it, by which a record says what its visitor was asked. It is taken over
// the form's markup with the field that carries the hash left empty.
func Hash(v View) string {
	v.Stage, v.Changed = Ask, ""
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
	p.say()
	p.Term = locale.Text("term", "duration", locale.Period(v.Lasts), "reopen", locale.Text("reopen"))
	if n := v.ThirdParties(); n > 0 && !p.Tells() { // what is told reaches nobody else
		p.Third = locale.Count("third", n)
	}
	var ids, opts []string
	for bit, purpose := range v.Purposes {
		r := newRow(purpose, locale)
		if purpose.OptsOut {
			p.Opts |= 1 << bit
			opts = append(opts, r.Name)
		}
		p.Purposes = append(p.Purposes, r)
		ids = append(ids, r.ID)
		if !r.Required {
			p.Asked = append(p.Asked, r)
		}
	}
	p.IDs, p.ServiceIDs = strings.Join(ids, " "), serviceIDs(v)
	p.OptsOut = locale.Text("centre.optout", "purposes", locale.List(opts))
	return p
}

// say finds the words that differ by the consent model.
func (p *page) say() {
	title, lead, accept, reject := "title", "lead", "accept", "reject"
	switch p.Model {
	case OptOut:
		lead = "lead.optout"
	case Implied:
		title, lead, accept, reject = "implied.title", "implied.lead", "implied.ok", "implied.refuse"
	}
	p.Title, p.Lead, p.Accept, p.Reject = p.T(title), p.locale.Text(lead, "site", p.Site), p.T(accept), p.T(reject)
}

// serviceIDs lists the services that have switches by their bits, each as scripts name it.
func serviceIDs(v View) string {
	var ids []string
	for _, purpose := range v.Purposes {
		for _, s := range purpose.Services {
			for s.Switch > len(ids) {
				ids = append(ids, "")
			}
			if s.Switch > 0 {
				ids[s.Switch-1] = "service:" + s.ID
			}
		}
	}
	return strings.Join(ids, " ")
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
		if s.Switch > 0 {
			r.Switches = append(r.Switches, newSwitchRow(s))
			continue
		}
		names = append(names, s.Name)
	}
	r.Names = locale.List(names)
	return r
}

func newSwitchRow(s Service) switchRow {
	who := s.Recipient
	if who != "" && s.Country != "" {
		who += " (" + s.Country + ")"
	}
	return switchRow{ID: s.ID, Name: s.Name, Who: who, Globs: strings.Join(s.Cookies, " ")}
}

// builtIn is the locale's text for key, or instead where the purpose is a site's own.
func builtIn(locale *Locale, key, instead string) string {
	if locale.Has(key) {
		return locale.Text(key)
	}
	return instead
}
