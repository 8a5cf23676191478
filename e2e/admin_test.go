package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"testing"
)

const (
	adminName     = "admin"
	adminPassword = "correct horse battery staple"
)

// admin reads the dashboard's exports, signed in.
type admin struct {
	program *program
	client  *http.Client
}

var invitation = regexp.MustCompile(`First admin +(\S+)`)

// setupLink is the one-time link that the program prints, after its addresses.
func (p *program) setupLink() (link string) {
	p.t.Helper()
	poll(p.t, "a set-up link is printed", func() (bool, any) {
		found := invitation.FindStringSubmatch(p.output.String())
		if found == nil {
			return false, p.output
		}
		link = found[1]
		return true, nil
	})
	return link
}

// admin makes the first account, without a browser.
func (p *program) admin(t *testing.T) *admin {
	t.Helper()
	link, err := url.Parse(p.setupLink())
	if err != nil {
		t.Fatal(err)
	}
	a := p.newAdmin(t)
	a.post(t, "/admin/setup", url.Values{"token": {link.Query().Get("token")}, "name": {adminName}, "password": {adminPassword}})
	return a
}

// login signs in to an account that there is.
func (p *program) login(t *testing.T) *admin {
	t.Helper()
	a := p.newAdmin(t)
	a.post(t, "/admin/login", url.Values{"name": {adminName}, "password": {adminPassword}})
	return a
}

func (p *program) newAdmin(t *testing.T) *admin {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &admin{program: p, client: &http.Client{Jar: jar}}
}

func (a *admin) post(t *testing.T, path string, form url.Values) {
	t.Helper()
	answer, err := a.client.PostForm(a.program.site+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, answer.Body)
	if answer.StatusCode != http.StatusOK || answer.Request.URL.Path != "/admin/" {
		page, _ := io.ReadAll(answer.Body) // for the message only
		t.Fatalf("POST %s leads to %s, %s\n%s", path, answer.Request.URL, answer.Status, page)
	}
}

// form sends a form of the dashboard, and returns the page that it leads to.
func (a *admin) form(t *testing.T, path string, form url.Values) string {
	t.Helper()
	answer, err := a.client.PostForm(a.program.site+path, form)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, answer.Body)
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("POST %s: %s, %v\n%s", path, answer.Status, err, page)
	}
	return string(page)
}

// counts are numbers by the name of their measure.
type counts map[string]int64

// export is a list of the dashboard as a file.
type export struct {
	Total counts
	Other counts
	Rows  []struct {
		Value  string
		Counts counts
	}
}

func (a *admin) export(list string) (e export, err error) {
	answer, err := a.client.Get(a.program.site + "/admin/export/" + list + ".json?range=7d")
	if err != nil {
		return e, err
	}
	defer closing(a.program.t, answer.Body)
	if answer.StatusCode != http.StatusOK {
		return e, fmt.Errorf("export of %s: %s", list, answer.Status)
	}
	return e, json.NewDecoder(answer.Body).Decode(&e)
}

// totals are the totals as they stand.
func (a *admin) totals(t *testing.T) counts {
	t.Helper()
	e, err := a.export("series")
	if err != nil {
		t.Fatal(err)
	}
	return e.Total
}

// lists are those that page views show up in.
var lists = []string{"page", "entry", "exit", "section", "source", "channel", "campaign", "country", "provider", "language", "browser", "os", "device", "status", "missing", "bot"}

// rows are all values of all lists, as "browser Chrome".
func (a *admin) rows(t *testing.T) (all []string) {
	t.Helper()
	for _, list := range lists {
		e, err := a.export(list)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range e.Rows {
			all = append(all, list+" "+row.Value)
		}
	}
	slices.Sort(all)
	return all
}
