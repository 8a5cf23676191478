package guard_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent/policyfile"
	"github.com/kelisim/kelisim/internal/guard"
	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/visit"
)

// FuzzRiskInterface: whatever a caller with the token sends, the answer is one of the interface, repeats nothing, and is no fault of ours.
func FuzzRiskInterface(f *testing.F) {
	policy, err := policyfile.Load(filepath.Join("..", "..", "consent", "policyfile", "testdata", "good", "demo.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	store, err := boltstore.Open(filepath.Join(dir, "k.db"), boltstore.Options{Site: "test"})
	if err != nil {
		f.Fatal(err)
	}
	g, err := guard.New(guard.Config{
		Store: store, Policy: policy, Secret: secret, Trust: visit.TrustDirect, Dir: dir, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Risk: guard.Risk{Use: guard.RiskShadow, Capacity: 512, API: guard.RiskAPI{Token: apiToken}},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := g.Shutdown(context.Background()); err != nil {
			f.Error(err)
		}
		_ = store.Shutdown() // the guard has handed everything over
	})
	handler := g.Handler(http.NotFoundHandler())
	for _, body := range []string{
		`{"kind":"login_failed","account":"aigerim","address":"192.0.2.7","agent":"x"}`, `{"kind":"login_ok","account":"a","consent":true,"device":"d","time_zone":"../x"}`,
		`{"address":"::ffff:192.0.2.7%eth0"}`, `{"id":"AAAA","truth":"fraud"}`, `{"account":""}`, `{"kind":1}`, `[`, `{"time":"9999-12-31T23:59:59Z","kind":"payment","account":"a"}`, strings.Repeat("[", 4000),
	} {
		f.Add("events", body)
		f.Add("evaluate", body)
		f.Add("labels", body)
		f.Add("forget", body)
		f.Add("explain", body)
	}
	known := map[int]bool{200: true, 400: true, 401: true, 404: true, 405: true, 413: true, 422: true, 429: true}
	f.Fuzz(func(t *testing.T, call, body string) {
		r := httptest.NewRequest("POST", "/kelisim/risk/events", strings.NewReader(body))
		r.URL.Path = "/kelisim/risk/" + call
		r.Header.Set("Authorization", "Bearer "+apiToken)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if !known[w.Code] || len(body) > 40 && strings.Contains(w.Body.String(), body) {
			t.Errorf("%d %.200s", w.Code, w.Body)
		}
	})
}
