package cookielist

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/kelisim/kelisim/consent"
)

//go:embed cookies.tsv.gz
var packed []byte

// Suggestion is what the list says of a cookie.
type Suggestion struct {
	Name        string          // as listed: the name, or with "*" at its end
	Purpose     consent.Purpose // that its category amounts to
	Category    string          // in the list's own words: "Functional", "Analytics" …
	Platform    string          // the product that sets it
	Description string          // in English
	Lifetime    string          // in the list's own words: "2 years", "session"
}

// purposes are what the categories amount to. A category that is not here suggests marketing, which asks for most.
var purposes = map[string]consent.Purpose{
	functional: consent.Necessary, "Necessary": consent.Necessary, "Security": consent.Necessary,
	"Personalization": consent.Preferences, "Analytics": consent.Statistics, "Marketing": consent.Marketing,
}

// functional is what the list calls strictly necessary. Of a product that also measures or advertises (session
// recorders, widgets) it rarely is to the site, so that preferences are suggested: consent is asked for then.
const functional = "Functional"

// Suggest finds what is known of a cookie's name: exactly, or else the longest listed beginning of it. It is safe
// for concurrent use; the first call unpacks the list.
func Suggest(name string) (Suggestion, bool) {
	list := unpacked()
	if s, ok := list.exact[name]; ok {
		return s, true
	}
	for end := min(len(name), list.longest); end >= minPrefix; end-- {
		if s, ok := list.prefix[name[:end]]; ok {
			return s, true
		}
	}
	return Suggestion{}, false
}

// minPrefix keeps beginnings out that would match by chance.
const minPrefix = 3

// Len is how many names and beginnings are listed.
func Len() int { return len(unpacked().exact) + len(unpacked().prefix) }

type table struct {
	exact, prefix map[string]Suggestion
	longest       int // bytes of the longest prefix
}

var unpacked = sync.OnceValue(func() table {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic(fmt.Sprintf("cookielist: %v; run go generate ./internal/cookielist", err))
	}
	t, err := read(r)
	if err != nil {
		panic(fmt.Sprintf("cookielist: %v; run go generate ./internal/cookielist", err))
	}
	return t
})

// read takes lines of five fields: name (with "*" at the end of a beginning), category, platform, lifetime, description.
func read(r io.Reader) (table, error) {
	t := table{exact: map[string]Suggestion{}, prefix: map[string]Suggestion{}}
	var all []Suggestion
	tracks := map[string]bool{} // platforms
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) != 5 {
			return t, fmt.Errorf("a line of %d fields", len(f))
		}
		s := Suggestion{Name: f[0], Purpose: purposes[f[1]], Category: f[1], Platform: f[2], Lifetime: f[3], Description: f[4]}
		if s.Purpose == "" {
			s.Purpose = consent.Marketing
		}
		all = append(all, s)
		tracks[s.Platform] = tracks[s.Platform] || s.Purpose == consent.Statistics || s.Purpose == consent.Marketing
	}
	for _, s := range all {
		if s.Category == functional && tracks[s.Platform] {
			s.Purpose = consent.Preferences
		}
		t.add(s)
	}
	return t, lines.Err()
}

func (t *table) add(s Suggestion) {
	if beginning, ok := strings.CutSuffix(s.Name, "*"); ok {
		t.prefix[beginning], t.longest = s, max(t.longest, len(beginning))
	} else {
		t.exact[s.Name] = s
	}
}
