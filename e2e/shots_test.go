package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPictures writes pictures of the pages, for people to look at.
func TestPictures(t *testing.T) {
	if *shots == "" {
		t.Skip("pictures are taken only when asked for: -shots DIR")
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		t.Fatal(err)
	}
	p := start(t)
	p.admin(t)
	(&traffic{p: p}).view(t, 24)
	for _, s := range []struct {
		name          string
		width, height int64
		scheme        string
	}{{"phone-light", 390, 844, "light"}, {"phone-dark", 390, 844, "dark"}, {"narrow", 320, 640, "light"}, {"desk-light", 1280, 900, "light"}, {"desk-dark", 1280, 900, "dark"}} {
		for _, language := range []string{"kk", "ru", "en"} {
			if language != "en" && s.scheme == "dark" {
				continue
			}
			v := visit(t, p.site, options{language: language})
			v.look(s.width, s.height, s.scheme)
			shot := func(name string, whole bool) { v.picture(s.name+"-"+language+"-"+name, whole) }
			v.open("/")
			v.shown(panel)
			shot("banner", false)
			v.click(more)
			shot("purposes", false)
			v.click(accept)
			v.hidden(panel)
			for name, path := range map[string]string{"home": "/", "articles": "/articles", "article": "/articles/wild", "video": "/video", "contact": "/contact", "wall": "/wall", "centre": "/consent/", "notice": "/consent/notice", "missing": "/missing"} {
				v.allowed = []string{"404"}
				v.open(path)
				shot(name, true)
			}
			v.open("/")
			v.click(reopen)
			v.shown(panel)
			shot("preferences", false)
			v.click(reject)
			v.hidden(panel)
			v.open("/video")
			v.shown(".k-hold")
			shot("held", true)
			v.open("/admin/login")
			shot("login", false)
			v.signIn()
			for name, path := range map[string]string{"dashboard": "/admin/?range=today&by=hour", "health": "/admin/health", "list": "/admin/list/page?range=today"} {
				v.open(path)
				v.await(`document.readyState === "complete"`)
				shot(name, true)
			}
		}
	}
}

// picture writes what the tab shows, or the whole page, as name.png.
func (v *visitor) picture(name string, whole bool) {
	v.t.Helper()
	ctx, cancel := v.limited()
	defer cancel()
	take := chromedp.CaptureScreenshot()
	if whole {
		take = chromedp.FullScreenshot(100)
	}
	png, err := chromedp.Run(ctx, take)
	if err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o644); err != nil {
		v.t.Fatal(err)
	}
}
