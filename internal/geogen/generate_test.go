package geogen_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/internal/geogen"
)

// The files of two small packages. The country database is one of MaxMind's test databases under
// another name: its kind is read from the file.
func packages(t *testing.T) (country, provider map[string]string) {
	t.Helper()
	db, err := os.ReadFile("../../geo/mmdb/testdata/GeoLite2-City-Test.mmdb")
	if err != nil {
		t.Fatal(err)
	}
	country = map[string]string{
		"package.json":         `{"name": "country", "version": "2.3.2026061719", "license": "PDDL-1.0"}`,
		"iptoasn-country.mmdb": string(db),
	}
	provider = map[string]string{
		"package.json": `{"name": "provider", "version": "2.3.2026061719"}`,
		"asn-ipv4.csv": "10.0.0.0,10.0.255.255,1,Private\n81.2.69.0,81.2.69.255,20712,\"Andrews,  Arnold\"\n81.2.70.0,81.2.70.255,0,Not routed\n",
		"asn-ipv6.csv": "2a02:1::,2a02:1:ffff:ffff:ffff:ffff:ffff:ffff,7,Seven\nfc00::,fc00:ffff:ffff:ffff:ffff:ffff:ffff:ffff,1,Private\n",
	}
	for _, name := range []string{"ROUTEVIEWS-LICENSE", "DBIP-LICENSE", "NRO_LICENSE", "MODIFICATIONS"} {
		provider[name] = "the text of " + name
	}
	return country, provider
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestGenerate(t *testing.T) {
	country, provider := packages(t)
	out := t.TempDir()
	report, err := geogen.Generate(t.Context(), out, folder(t, country), folder(t, provider))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "world.geo"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := geo.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]geo.Location{
		"81.2.69.142": {Country: "GB", ASN: 20712, Provider: "Andrews, Arnold"},
		"2a02:1::1":   {ASN: 7, Provider: "Seven"},
		"10.0.0.1":    {},
		"81.2.70.1":   {},
	} {
		got := table.Locate(netip.MustParseAddr(addr))
		got.Built = 0
		if got != want {
			t.Errorf("%s is at %+v, want %+v", addr, got, want)
		}
	}
	if !strings.Contains(report, "provider: npm:provider 2.3.2026061719 2026-06-17T19:00:00Z CC-BY-4.0") {
		t.Errorf("the report does not show the header:\n%s", report)
	}
	licences, err := os.ReadFile(filepath.Join(out, "LICENSES"))
	if err != nil || !strings.Contains(string(licences), "the text of DBIP-LICENSE") {
		t.Errorf("licences: %v\n%s", err, licences)
	}
}

func TestGenerateRefuses(t *testing.T) {
	for _, row := range []struct{ why, file, text, says string }{
		{"a licence is gone", "NRO_LICENSE", "", "licence"},
		{"a version without a date", "package.json", `{"version": "1.2.3"}`, "does not end in a date"},
		{"a row that is no range", "asn-ipv4.csv", "x,y,1,One\n", "asn-ipv4.csv"},
		{"a row too short", "asn-ipv6.csv", "::,1\n", "asn-ipv6.csv"},
	} {
		country, provider := packages(t)
		provider[row.file] = row.text
		if row.text == "" {
			delete(provider, row.file)
		}
		out := t.TempDir()
		_, err := geogen.Generate(t.Context(), out, folder(t, country), folder(t, provider))
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v, want an error that says %q", row.why, err, row.says)
		}
		if left, _ := os.ReadDir(out); len(left) != 0 {
			t.Errorf("%s: something was written", row.why)
		}
	}
}

// A stand-in for npm prints the name of an archive that it puts in the working folder.
func TestFetch(t *testing.T) {
	_, provider := packages(t)
	bin := t.TempDir()
	archive := filepath.Join(bin, "provider-1.tgz")
	if err := os.WriteFile(archive, tgz(t, provider), 0o600); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\ncp " + archive + " . && echo provider-1.tgz\n"
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	p, err := geogen.Fetch(t.Context(), t.TempDir(), "provider")
	if err != nil || p.Name != "provider" || p.Version != "2.3.2026061719" {
		t.Fatalf("%+v, %v", p, err)
	}
	s, err := geogen.Providers(p)
	if err != nil || len(s.V4) != 2 || len(s.V6) != 1 {
		t.Errorf("%d and %d ranges, %v", len(s.V4), len(s.V6), err)
	}
}

func tgz(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	zipped := gzip.NewWriter(&out)
	w := tar.NewWriter(zipped)
	files["../escape"] = "must not be unpacked"
	for name, text := range files {
		header := &tar.Header{Name: "package/" + name, Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(text))}
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zipped.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("Қазақтелеком ", 9)
	for _, row := range []struct{ name, want string }{
		{"JSC Kazakhtelecom", "JSC Kazakhtelecom"},
		{"  two   spaces\tand\na line ", "two spaces and a line"},
		{"broken \xff byte", "broken byte"},
		{long, "Қазақтелеком Қазақтелеком Қазақтелеком Қ…"},
	} {
		if got := geogen.CleanName(row.name); got != row.want {
			t.Errorf("%q became %q, want %q", row.name, got, row.want)
		}
	}
}
