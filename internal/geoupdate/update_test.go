package geoupdate_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/geo/mmdb"
	"github.com/kelisim/kelisim/geo/mmdb/mmdbtest"
	"github.com/kelisim/kelisim/internal/geoupdate"
)

// country is a database that has everybody in one country, and is large enough to be taken.
func country(code string, epoch uint64, size int) []byte {
	return mmdbtest.World("country ipvAll", epoch, size, func(int) mmdbtest.Record { return mmdbtest.Record{"country_code": code} })
}

const day = 24 * 60 * 60

var (
	oldData = country("KZ", mmdbtest.Epoch, 2000)
	newData = country("DE", mmdbtest.Epoch+7*day, 2100)
)

// folder makes a folder with oldData in use, and returns the name of the file.
func folder(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "country.mmdb")
	put(t, path, oldData)
	return path
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func gzipped(data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

func archive(files ...any) []byte { // name, data, name, data
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		data := files[i+1].([]byte)
		_ = w.WriteHeader(&tar.Header{Name: files[i].(string), Size: int64(len(data)), Mode: 0o644, Typeflag: tar.TypeReg})
		_, _ = w.Write(data)
	}
	_ = w.Close()
	return gzipped(out.Bytes())
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// at says in which country the database at path has 8.8.8.8.
func at(t *testing.T, path string) string {
	t.Helper()
	db, err := mmdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return db.Locate(netip.MustParseAddr("8.8.8.8")).Country
}

// names lists a folder.
func names(t *testing.T, path string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// publish serves data and nothing else.
func publish(t *testing.T, data []byte) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(data) })
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + "/country.mmdb?licence=SECRET"
}

func TestUpdateTakesEveryForm(t *testing.T) {
	for form, data := range map[string][]byte{
		"plain":   newData,
		"gzip":    gzipped(newData),
		"tar":     archive("GeoLite2_20260101/LICENSE.txt", []byte("text"), "GeoLite2_20260101/x.mmdb", newData),
		"escaper": archive("../../../escape.mmdb", newData),
	} {
		path := folder(t)
		source := filepath.Join(t.TempDir(), "download")
		put(t, source, data)
		for _, o := range []geoupdate.Options{
			{Path: path, URL: publish(t, data)},
			{Path: path, File: source, AnyChange: true},
			{Path: path, File: source, SHA256: strings.ToUpper(sum(data)), AnyChange: true},
		} {
			put(t, path, oldData)
			got, err := geoupdate.Update(t.Context(), o)
			if err != nil {
				t.Errorf("%s: %v", form, err)
				continue
			}
			if !got.Changed || got.Old.Nodes == 0 || !got.New.Built.After(got.Old.Built) || got.New.Path != path {
				t.Errorf("%s: %+v", form, got)
			}
			if at(t, path) != "DE" || at(t, geoupdate.Previous(path)) != "KZ" {
				t.Errorf("%s: in use %s, previous %s", form, at(t, path), at(t, geoupdate.Previous(path)))
			}
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: the mode became %v", form, info.Mode())
			}
		}
		if got := names(t, path); len(got) != 2 {
			t.Errorf("%s: left behind: %v", form, got)
		}
	}
}

func TestFirstUpdateMakesTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "country.mmdb")
	got, err := geoupdate.Update(t.Context(), geoupdate.Options{Path: path, URL: publish(t, newData)})
	if err != nil || !got.Changed || got.Old.Type != "" || at(t, path) != "DE" {
		t.Errorf("%+v, %v", got, err)
	}
	if got := names(t, path); len(got) != 1 {
		t.Errorf("there is %v", got)
	}
	again, err := geoupdate.Update(t.Context(), geoupdate.Options{Path: path, URL: publish(t, newData)})
	if err != nil || again.Changed || len(names(t, path)) != 1 {
		t.Errorf("the same again: %+v, %v, %v", again, err, names(t, path))
	}
	put(t, path, []byte("damaged"))
	if got, err := geoupdate.Update(t.Context(), geoupdate.Options{Path: path, URL: publish(t, newData)}); err != nil || !got.Changed || at(t, path) != "DE" {
		t.Errorf("over a damaged file: %+v, %v", got, err)
	}
}

// Whatever comes instead of a database: the one in use stays, byte by byte, and the message says why.
func TestUpdateRefuses(t *testing.T) {
	zip := append([]byte("PK\x03\x04"), newData...)
	bomb := gzipped(make([]byte, 2<<20))
	flipped := bytes.Clone(newData)
	for i := len(flipped) - 400; i < len(flipped)-200; i++ {
		flipped[i] ^= 0xff
	}
	provider := func(asn int) []byte {
		return mmdbtest.World("asn ipvAll", mmdbtest.Epoch+day, 2000, func(int) mmdbtest.Record { return mmdbtest.Record{"autonomous_system_number": asn} })
	}
	lost := mmdbtest.World("country ipvAll", mmdbtest.Epoch+day, 2000, func(int) mmdbtest.Record { return mmdbtest.Record{"country_code": "EU"} })
	home := mmdbtest.Database("country ipvAll", mmdbtest.Epoch+day, mmdbtest.Network{Prefix: "8.0.0.0/6", Record: mmdbtest.Record{"country_code": "US"}})
	kazakh := geoupdate.Sentinel{Addr: netip.MustParseAddr("20.0.0.1"), Country: "KZ"}
	for _, row := range []struct {
		why, says string
		data      []byte
		options   geoupdate.Options
	}{
		{why: "a truncated database", says: "not a MaxMind database", data: newData[:len(newData)/2]},
		{why: "a corrupt database", says: "mmdb: ", data: flipped},
		{why: "a truncated gzip file", says: "damaged or cut short", data: gzipped(newData)[:5000]},
		{why: "a gzip file with a bad sum", says: "damaged or cut short", data: append(gzipped(newData)[:len(gzipped(newData))-8], 1, 2, 3, 4, 5, 6, 7, 8)},
		{why: "a truncated archive", says: "damaged or cut short", data: archive("x.mmdb", newData)[:3000]},
		{why: "an archive without a database", says: "no .mmdb file", data: archive("README", newData)},
		{why: "an archive with two", says: "several databases", data: archive("a.mmdb", newData, "b.mmdb", newData)},
		{why: "a web page", says: "a web page", data: []byte("  <!DOCTYPE html><title>Log in</title>")},
		{why: "a zipped web page", says: "a web page", data: gzipped([]byte("<html>"))},
		{why: "a message", says: "JSON", data: []byte(`{"error":"no"}`)},
		{why: "a ZIP archive", says: "ZIP", data: zip},
		{why: "nothing", says: "empty", data: nil},
		{why: "a tiny database", says: "nodes only", data: country("DE", mmdbtest.Epoch+day, 2)},
		{why: "a much smaller one", says: "that of the one in use", data: country("DE", mmdbtest.Epoch+day, 700)},
		{why: "a much larger one", says: "that of the one in use", data: country("DE", mmdbtest.Epoch+day, 9000)},
		{why: "an older one", says: "built on", data: country("DE", mmdbtest.Epoch-day, 2000)},
		{why: "another kind", says: "a file of its own", data: provider(15169)},
		{why: "one that knows nothing", says: "in which country 8.8.8.8", data: lost},
		{why: "one that has private addresses somewhere", says: "10.0.0.1", data: home, options: geoupdate.Options{AnyChange: true}},
		{why: "one that fails a sentinel", says: `20.0.0.1 in "DE"`, data: newData, options: geoupdate.Options{Sentinels: []geoupdate.Sentinel{kazakh}}},
		{why: "one with another hash", says: "its publisher states", data: newData, options: geoupdate.Options{SHA256: sum(oldData)}},
		{why: "one larger than allowed", says: "--max-size", data: newData, options: geoupdate.Options{MaxSize: 1000}},
		{why: "one larger than allowed, unpacked", says: "--max-size", data: bomb, options: geoupdate.Options{MaxSize: 1 << 20}},
	} {
		path := folder(t)
		o := row.options
		o.Path, o.URL = path, publish(t, row.data)
		refused(t, row.why, row.says, o)
	}
	path := filepath.Join(t.TempDir(), "asn.mmdb")
	_, err := geoupdate.Update(t.Context(), geoupdate.Options{Path: path, URL: publish(t, provider(7))})
	if err == nil || !strings.Contains(err.Error(), "AS7") || !strings.Contains(err.Error(), "was not made") || len(names(t, path)) != 0 {
		t.Errorf("a first one with wrong providers: %v, %v", err, names(t, path))
	}
}

func refused(t *testing.T, why, says string, o geoupdate.Options) {
	t.Helper()
	_, err := geoupdate.Update(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "stays as it was") {
		t.Errorf("%s: %v, want an error that says %q", why, err, says)
	}
	if err != nil && (strings.Contains(err.Error(), "SECRET") || strings.Contains(err.Error(), "hunter2")) {
		t.Errorf("%s: the error tells the licence key: %v", why, err)
	}
	if data, err := os.ReadFile(o.Path); err != nil || !bytes.Equal(data, oldData) {
		t.Errorf("%s: the file in use was touched: %v", why, err)
	}
	if got := names(t, o.Path); len(got) != 1 {
		t.Errorf("%s: left behind: %v", why, got)
	}
}

func TestUpdateOverABadConnection(t *testing.T) {
	stalled := make(chan struct{})
	t.Cleanup(func() { close(stalled) })
	hang := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(newData)))
		_, _ = w.Write(newData[:1000])
		_ = http.NewResponseController(w).Flush()
		select {
		case <-r.Context().Done():
		case <-stalled:
		}
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	for _, row := range []struct {
		why, says string
		handler   http.HandlerFunc
	}{
		{"it refuses the key", "not accepted", status(401)},
		{"it has no such file", "no such file", status(404)},
		{"too many downloads", "tomorrow", status(429)},
		{"it fails", "500", status(500)},
		{"it has no content", "204", status(204)},
		{"a web page by its type", "a web page", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(newData)
		}},
		{"it closes half way", "unexpected EOF", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(newData)))
			_, _ = w.Write(newData[:1000])
		}},
		{"it leads in a circle", "redirects", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.String(), http.StatusFound) }},
		{"it leads away from TLS", "anybody on the way", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/country.mmdb?licence=SECRET", http.StatusFound)
		}},
		{"it leads to a file", "anybody on the way", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "file://localhost/etc/passwd", http.StatusFound)
		}},
	} {
		refused(t, row.why, row.says, geoupdate.Options{Path: folder(t), URL: serve(t, row.handler)})
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	o := geoupdate.Options{Path: folder(t), URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel(context.DeadlineExceeded) // as a timer would
		hang(w, r)
	})}
	if _, err := geoupdate.Update(ctx, o); err == nil || at(t, o.Path) != "KZ" {
		t.Errorf("it hangs: %v", err)
	}
	deadline, stop := context.WithTimeout(t.Context(), 0)
	defer stop()
	if _, err := geoupdate.Update(deadline, o); err == nil || !strings.Contains(err.Error(), "--timeout") {
		t.Errorf("out of time: %v", err)
	}
}

// maxMind is the service as it is documented: basic authentication, a redirect to a host that stores files, and a
// hash beside each.
func maxMind(t *testing.T, packed []byte, stated string) string {
	t.Helper()
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the licence key went to another host")
		}
		_, _ = w.Write(packed)
	}))
	t.Cleanup(storage.Close)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		account, key, _ := r.BasicAuth()
		switch {
		case account != "17" || key != "hunter2":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path != "/geoip/databases/GeoLite2-Country/download":
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Query().Get("suffix") == "tar.gz.sha256":
			_, _ = io.WriteString(w, stated+"  GeoLite2-Country_20260101.tar.gz\n")
		default: // localhost is another host than 127.0.0.1
			http.Redirect(w, r, strings.Replace(storage.URL, "127.0.0.1", "localhost", 1)+"/signed?X-Signature=SECRET", http.StatusFound)
		}
	}))
	t.Cleanup(service.Close)
	return service.URL
}

func TestUpdateFromMaxMind(t *testing.T) {
	packed := archive("GeoLite2-Country_20260101/GeoLite2-Country.mmdb", newData)
	o := geoupdate.Options{Path: folder(t), Edition: "GeoLite2-Country", Account: "17", Key: "hunter2", MaxMind: maxMind(t, packed, sum(packed))}
	if got, err := geoupdate.Update(t.Context(), o); err != nil || !got.Changed || at(t, o.Path) != "DE" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, row := range []struct {
		why, says string
		change    func(*geoupdate.Options)
	}{
		{"another key", "not accepted", func(o *geoupdate.Options) { o.Key = "hunter2x" }},
		{"another edition", "no such file", func(o *geoupdate.Options) { o.Edition = "GeoLite2-Town" }},
		{"another hash", "its publisher states", func(o *geoupdate.Options) { o.MaxMind = maxMind(t, packed, sum(oldData)) }},
		{"no hash", "not one", func(o *geoupdate.Options) { o.MaxMind = maxMind(t, packed, "nonsense") }},
		{"a service without TLS", "anybody on the way", func(o *geoupdate.Options) { o.MaxMind = "http://192.0.2.1" }},
	} {
		bad := o
		bad.Path = folder(t)
		row.change(&bad)
		refused(t, row.why, row.says, bad)
	}
}

func TestUpdateRefusesOptions(t *testing.T) {
	path := folder(t)
	for _, row := range []struct {
		says string
		o    geoupdate.Options
	}{
		{"no file is named", geoupdate.Options{File: "x"}},
		{"one of --url", geoupdate.Options{Path: path}},
		{"one of --url", geoupdate.Options{Path: path, File: "x", URL: "https://example.org/x"}},
		{"anybody on the way", geoupdate.Options{Path: path, URL: "http://example.org/x?licence=SECRET"}},
		{"no URL", geoupdate.Options{Path: path, URL: "example.org"}},
		{"KELISIM_MAXMIND_KEY", geoupdate.Options{Path: path, Edition: "GeoLite2-City", Account: "17"}},
		{"no name such as", geoupdate.Options{Path: path, Edition: "../x", Account: "17", Key: "hunter2"}},
		{"no SHA-256", geoupdate.Options{Path: path, File: "x", SHA256: "abc"}},
		{"no sense", geoupdate.Options{Path: path, File: "x", MaxSize: -1}},
	} {
		_, err := geoupdate.Update(t.Context(), row.o)
		if !errors.Is(err, geoupdate.ErrOptions) || !strings.Contains(err.Error(), row.says) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%v, want an error that says %q", err, row.says)
		}
	}
	if _, err := geoupdate.Update(t.Context(), geoupdate.Options{Path: path, File: filepath.Join(t.TempDir(), "missing")}); err == nil || errors.Is(err, geoupdate.ErrOptions) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestRollback(t *testing.T) {
	path := folder(t)
	if _, err := geoupdate.Rollback(path); err == nil || !strings.Contains(err.Error(), "no "+geoupdate.Previous(path)) || at(t, path) != "KZ" {
		t.Errorf("without a previous one: %v", err)
	}
	if _, err := geoupdate.Update(t.Context(), geoupdate.Options{Path: path, URL: publish(t, newData)}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"KZ", "DE", "KZ"} {
		info, err := geoupdate.Rollback(path)
		if err != nil || info.Path != path || at(t, path) != want {
			t.Errorf("%+v, %v; in use %s, want %s", info, err, at(t, path), want)
		}
	}
	put(t, geoupdate.Previous(path), newData[:1000])
	if _, err := geoupdate.Rollback(path); err == nil || at(t, path) != "KZ" {
		t.Errorf("to a damaged one: %v, in use %s", err, at(t, path))
	}
}

func TestParseSentinel(t *testing.T) {
	for text, want := range map[string]geoupdate.Sentinel{
		"8.8.8.8=us":            {Addr: netip.MustParseAddr("8.8.8.8"), Country: "US"},
		"8.8.8.8=AS15169":       {Addr: netip.MustParseAddr("8.8.8.8"), ASN: 15169},
		"2001:db8::1=as1":       {Addr: netip.MustParseAddr("2001:db8::1"), ASN: 1},
		"8.8.8.8=AS":            {Addr: netip.MustParseAddr("8.8.8.8"), Country: "AS"}, // American Samoa
		"":                      {},
		"8.8.8.8":               {},
		"8.8.8.8=ZZ":            {},
		"8.8.8.8=AS99999999999": {},
		"eight=US":              {},
	} {
		got, err := geoupdate.ParseSentinel(text)
		if got != want || (err == nil) != (want != geoupdate.Sentinel{}) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}
