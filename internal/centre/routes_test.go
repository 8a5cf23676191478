package centre_test

import "testing"

func TestRoutes(t *testing.T) {
	for _, row := range []struct {
		method, target string
		status         int
		allow          string
	}{
		{"GET", "/consent/", 200, ""}, {"HEAD", "/consent/", 200, ""}, {"GET", "/consent", 307, ""},
		{"POST", "/consent/", 405, "GET, HEAD"}, {"DELETE", "/consent/notice", 405, "GET, HEAD"}, {"PUT", "/consent/state", 405, "GET, HEAD"},
		{"GET", "/consent/choice", 405, "POST"}, {"OPTIONS", "/consent/choice", 405, "POST"},
		{"GET", "/consent/banner.js", 404, ""}, {"GET", "/consent/core.css/x", 404, ""}, {"GET", "/consent/locales/kk.json", 404, ""},
	} {
		w := visit(t, newSite(t, nil)).do(row.method, row.target, "", "")
		if w.Code != row.status || w.Header().Get("Allow") != row.allow {
			t.Errorf("%s %s: %d, Allow %q; want %d, %q", row.method, row.target, w.Code, w.Header().Get("Allow"), row.status, row.allow)
		}
	}
}
