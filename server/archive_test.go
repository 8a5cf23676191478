package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/server"
)

func archiving(f func(context.Context, io.Writer) error) option {
	return func(c *server.Config, _ *bench) { c.Archive = f }
}

func TestArchiveIsForMembersAndNoted(t *testing.T) {
	t.Parallel()
	b := newBench(t, archiving(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprint(w, `{"kelisim_archive":1}`)
		return err
	}))
	if res := b.do(http.MethodGet, "/admin/export/archive.json", nil); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger is answered %d", res.StatusCode)
	}
	cookie := b.signIn(t)
	res := b.do(http.MethodGet, "/admin/export/archive.json", nil, cookie)
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || string(body) != `{"kelisim_archive":1}` {
		t.Errorf("%d %q, %v", res.StatusCode, body, err)
	}
	if got := res.Header.Get("Content-Disposition"); got != `attachment; filename="kelisim-archive-2026-11-23.json"` || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%q, %q", got, res.Header.Get("Cache-Control"))
	}
	page, err := io.ReadAll(b.do(http.MethodGet, "/admin/settings", nil, cookie).Body)
	if err != nil || !strings.Contains(string(page), `href="/admin/export/archive.json"`) || !strings.Contains(string(page), "Archive downloaded") {
		t.Errorf("the settings neither offer the archive nor tell that it was taken (%v)", err)
	}
}

func TestArchiveThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		f    func(context.Context, io.Writer) error
		want int
	}{
		"no day is closed": {func(context.Context, io.Writer) error { return fmt.Errorf("read: %w", server.ErrNoDays) }, http.StatusNotFound},
		"the store fails":  {func(context.Context, io.Writer) error { return errors.New("away") }, http.StatusServiceUnavailable},
		"there is none":    {nil, http.StatusNotFound},
	} {
		b := newBench(t, archiving(row.f))
		res := b.do(http.MethodGet, "/admin/export/archive.json", nil, b.signIn(t))
		if res.StatusCode != row.want || res.Header.Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %q, want %d and no file", name, res.StatusCode, res.Header.Get("Content-Disposition"), row.want)
		}
	}
}

// TestArchiveCutShortIsNoFile: whoever downloads it must see that it is not whole.
func TestArchiveCutShortIsNoFile(t *testing.T) {
	t.Parallel()
	b := newBench(t, archiving(func(_ context.Context, w io.Writer) error {
		_, err := fmt.Fprint(w, strings.Repeat("x", 100_000))
		return errors.Join(err, errors.New("away"))
	}))
	cookie := b.signIn(t)
	site := httptest.NewServer(b.handler)
	defer site.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, site.URL+"/admin/export/archive.json", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(cookie)
	res, err := site.Client().Do(r)
	if err == nil {
		_, err = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("an archive that was cut short ends as a whole one does")
	}
}

// TestOneArchiveAtATime: it reads the whole store.
func TestOneArchiveAtATime(t *testing.T) {
	t.Parallel()
	begun, end := make(chan struct{}), make(chan struct{})
	b := newBench(t, archiving(func(context.Context, io.Writer) error {
		close(begun)
		<-end
		return nil
	}))
	cookie := b.signIn(t)
	done := make(chan struct{})
	go func() { defer close(done); b.do(http.MethodGet, "/admin/export/archive.json", nil, cookie) }()
	<-begun
	if res := b.do(http.MethodGet, "/admin/export/archive.json", nil, cookie); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("a second archive at the same time: %d", res.StatusCode)
	}
	close(end)
	<-done
}
