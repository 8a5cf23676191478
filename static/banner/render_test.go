package banner_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/kelisim/kelisim/static/banner"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// hashed finds the part of an asset's name that changes with its content: golden markup must not.
var hashed = regexp.MustCompile(`\.[\w-]{8}\.(js|css)`)

func TestMarkupIsAsRecorded(t *testing.T) {
	for _, lang := range []string{"kk", "ru", "en", "ar", "zh-Hant"} {
		for name, change := range map[string]func(*banner.View){
			"ask":     func(*banner.View) {},
			"decided": func(v *banner.View) { v.Stage = banner.Decided },
		} {
			v := view(lang)
			change(&v)
			golden(t, name+"."+lang+".html", hashed.ReplaceAll(banner.Render(v), []byte(".$1")))
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	got = append(bytes.ReplaceAll(got, []byte("><"), []byte(">\n<")), '\n')
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is rendered; look at the change, then: go test ./static/banner -update\n%s", file, got)
	}
}

func TestMarkupIsTheSameForEveryVisitor(t *testing.T) {
	if !bytes.Equal(banner.Render(view("kk")), banner.Render(view("kk"))) {
		t.Error("two renderings of one view differ: a shared cache could not keep the page")
	}
}

// TestS4_4_2_AcceptAndRejectAreEqual: same element, same class, same parent, nothing ticked (S4-4.2, S4-8.1).
func TestS4_4_2_AcceptAndRejectAreEqual(t *testing.T) {
	for _, lang := range banner.Languages() {
		page := string(banner.Render(view(lang)))
		buttons := regexp.MustCompile(`<button class="k-button" name="action" value="(accept|reject)">`).FindAllString(page, -1)
		if len(buttons) != 2 || strings.Count(page, `value="accept"`) != 1 || strings.Count(page, `value="reject"`) != 1 {
			t.Errorf("%s: accept and reject are not the same kind of button: %q", lang, buttons)
		}
		if regexp.MustCompile(`\bchecked\b`).MatchString(page) {
			t.Errorf("%s: something is ticked before the visitor has touched it", lang)
		}
	}
}

// TestFirstLayerNamesWhatConsentIsFor: purposes, third parties, duration, withdrawal and the notice (S4-4.2, S1-5.2).
func TestFirstLayerNamesWhatConsentIsFor(t *testing.T) {
	for lang, words := range map[string][]string{
		"en": {"Statistics", "Marketing", "Help &lt;desk&gt;", "2 third-party services", "6 months", "withdraw", "Privacy notice"},
		"ru": {"Статистика", "Маркетинг", "2 сторонних сервиса", "6 месяцев", "отозвать", "Политика конфиденциальности"},
		"kk": {"Статистика", "Маркетинг", "2 бөгде сервис", "6 ай", "қайтарып алуға", "Құпиялылық саясаты"},
	} {
		first, _, found := strings.Cut(string(banner.Render(view(lang))), "<details")
		if !found {
			t.Fatalf("%s: there is no second layer", lang)
		}
		for _, word := range append(words, `href="/consent/notice?lang=`+lang, "#recipients") {
			if !strings.Contains(first, word) {
				t.Errorf("%s: the first layer does not say %q", lang, word)
			}
		}
	}
}

func TestHostileTextsStayText(t *testing.T) {
	const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`
	v := view("en")
	v.Site, v.Notice, v.Shape = hostile, "javascript:alert(1)", hostile
	v.Purposes = append(v.Purposes, banner.Purpose{
		ID: hostile, Name: hostile, Text: hostile, Cookies: []string{hostile}, Services: []banner.Service{{Name: hostile, ThirdParty: true}},
	})
	for _, page := range [][]byte{banner.Render(v), banner.Panel(v)} {
		checkSafe(t, page)
	}
}

// TestMarkupNeedsNothingInline: no handler, inline script or style, or javascript: URL, so "script-src 'self'" is enough.
func TestMarkupNeedsNothingInline(t *testing.T) {
	for _, lang := range banner.Languages() {
		decided := view(lang)
		decided.Stage = banner.Decided
		for _, page := range [][]byte{banner.Render(view(lang)), banner.Render(decided), banner.Panel(view(lang))} {
			checkSafe(t, page)
		}
	}
}

func checkSafe(t *testing.T, page []byte) {
	t.Helper()
	document, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for node := range document.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		if node.Data == "img" || node.Data == "style" || node.Data == "script" && node.FirstChild != nil {
			t.Errorf("unwanted <%s> in the markup", node.Data)
		}
		for _, a := range node.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("<%s> carries %s=%q", node.Data, a.Key, a.Val)
			}
		}
	}
}

func TestHashIsOfTheFormShown(t *testing.T) {
	v := view("ru")
	hash := banner.Hash(v)
	page := string(banner.Render(v))
	start, end := strings.Index(page, "<form"), strings.Index(page, "</form>")+len("</form>")
	form := strings.Replace(page[start:end], `name="banner" value="`+hash+`"`, `name="banner" value=""`, 1)
	sum := sha256.Sum256([]byte(form))
	if got := hex.EncodeToString(sum[:]); got != hash {
		t.Errorf("the form carries %s, but with that field empty it hashes to %s", hash, got)
	}
	other := v
	other.Purposes = other.Purposes[:2]
	if banner.Hash(other) == hash {
		t.Error("another question has the same hash")
	}
}

func TestStageAndPlaceOfTheMarkup(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*banner.View)
		has    []string
		hasNot []string
	}{
		{"ask", func(*banner.View) {}, []string{"<form", "banner.css", "core.js", "k-reopen", " defer>", `type="module"`}, []string{"data-done", "data-reload", "k-bar"}},
		{"decided", func(v *banner.View) { v.Stage = banner.Decided }, []string{"data-done", "core.css", "k-reopen"}, []string{"<form", "banner.css"}},
		{"reload", func(v *banner.View) { v.Reload = true }, []string{"data-reload"}, nil},
		{"bar", func(v *banner.View) { v.Form = banner.Bar }, []string{"k-bar"}, []string{"<dialog"}},
		{"dialog", func(v *banner.View) { v.Form = banner.Dialog }, []string{"k-dialog", "<dialog open"}, nil},
		{"opt-out", func(v *banner.View) { v.Model = banner.OptOut }, []string{"Unless you object", "data-object", `data-use="necessary statistics marketing shop-help"`}, nil},
		{"opt-out, shared", func(v *banner.View) { v.Model, v.Shared = banner.OptOut, true }, nil, []string{"data-object", "data-use"}},
		{"implied", func(v *banner.View) { v.Model = banner.Implied }, []string{"OK, understood", ">Refuse<", "told.js", `data-told="3"`}, []string{`value="accept"`, "Accept all", "k-for"}},
		{"minor", func(v *banner.View) { v.Stage, v.Changed = banner.Decided, "We <b>moved</b>." }, []string{"k-changed", "We &lt;b&gt;moved", "changed.js"}, []string{"<form"}},
		{"minor, undecided", func(v *banner.View) { v.Changed = "We moved." }, nil, []string{"k-changed"}},
		{"own notice", func(v *banner.View) { v.Notice = "/privacy" }, []string{`href="/privacy"`}, nil},
		{"nobody else", func(v *banner.View) { v.Purposes = v.Purposes[:2] }, nil, []string{"#recipients"}},
		{"opt-outs", func(*banner.View) {}, []string{`data-opts="6"`, `data-since="2"`, `data-shape="80ngv"`, `data-dnt="1"`}, nil},
		{"DNT ignored", func(v *banner.View) { v.IgnoreDNT = true }, []string{`data-dnt="-"`}, nil},
	} {
		v := view("en")
		row.change(&v)
		page := hashed.ReplaceAllString(string(banner.Render(v)), ".$1")
		for _, want := range row.has {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the markup lacks %s", row.name, want)
			}
		}
		for _, unwanted := range row.hasNot {
			if strings.Contains(page, unwanted) {
				t.Errorf("%s: the markup has %s", row.name, unwanted)
			}
		}
	}
}

// TestSharedPagesAreSettledBeforePaint: on a page that a shared cache keeps, the core runs at once, ahead of the question.
func TestSharedPagesAreSettledBeforePaint(t *testing.T) {
	v := view("en")
	v.Shared = true
	page := hashed.ReplaceAllString(string(banner.Render(v)), ".$1")
	core, form := strings.Index(page, `<script src="/consent/core.js"></script>`), strings.Index(page, "<form")
	if core < 0 || core > form {
		t.Errorf("the core is not a plain script before the question:\n%s", page)
	}
}
