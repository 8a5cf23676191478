package goatcounter_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/goatcounter"
)

var update = flag.Bool("update", false, "write the golden files")

// TestGolden: what each sample says, record by record, and why some are left out.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"version2", "version3"} {
		file, err := os.ReadFile(filepath.Join("testdata", name+".csv"))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		var p goatcounter.Parser
		for lines := bufio.NewScanner(goatcounter.Lines(bytes.NewReader(file))); lines.Scan(); {
			row, err := p.Parse(lines.Text())
			if err != nil {
				got.WriteString(err.Error() + "\n")
				continue
			}
			text, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			got.Write(append(text, '\n'))
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			if err := os.WriteFile(golden, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s:\n%s\nwant:\n%s", name, got.Bytes(), want)
		}
	}
}

func TestHeader(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, line string
		want       error
	}{
		{"version 1", "1Path,Title,Event,Bot,Session,FirstVisit,Referrer,Referrer scheme,Browser,Screen size,Location,Date", goatcounter.ErrSkip},
		{"version 2", "2Path,Title,Event,UserAgent,Browser,System,Session,Bot,Referrer,Referrer scheme,Screen size,Location,FirstVisit,Date", goatcounter.ErrSkip},
		{"with a byte order mark", "\ufeff2Path,Session,Date", goatcounter.ErrSkip},
		{"version 4", "4Path,Session,Date", goatcounter.ErrHeader},
		{"no version", "Path,Session,Date", goatcounter.ErrHeader},
		{"no sessions", "2Path,Date", goatcounter.ErrHeader},
		{"an access log", `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET / HTTP/1.1" 200 1 "-" "-"`, goatcounter.ErrHeader},
		{"empty", "", goatcounter.ErrHeader},
	}
	for _, tt := range tests {
		var p goatcounter.Parser
		if _, err := p.Parse(tt.line); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestBrokenQuote: a quote that never ends costs the records within its reach, not the file.
func TestBrokenQuote(t *testing.T) {
	t.Parallel()
	const header, row = "2Path,Session,Date\n", "/a,s,2026-03-01T12:00:05Z\n"
	text := header + "\"/open,s\n" + strings.Repeat(row, 2*goatcounter.MaxLine/len(row))
	var p goatcounter.Parser
	good := 0
	lines := bufio.NewScanner(goatcounter.Lines(strings.NewReader(text)))
	lines.Buffer(nil, 4*goatcounter.MaxLine)
	for lines.Scan() {
		if _, err := p.Parse(lines.Text()); err == nil {
			good++
		}
	}
	if want := goatcounter.MaxLine / len(row) / 2; good < want || lines.Err() != nil {
		t.Errorf("%d records read, want at least %d; %v", good, want, lines.Err())
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"version2", "version3"} {
		file, err := os.ReadFile(filepath.Join("testdata", name+".csv"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(file))
	}
	f.Fuzz(func(t *testing.T, text string) {
		out, err := io.ReadAll(goatcounter.Lines(strings.NewReader(text)))
		if err != nil || len(out) != len(text) {
			t.Fatalf("%d bytes of %d, %v", len(out), len(text), err)
		}
		var p goatcounter.Parser
		for line := range strings.Lines(string(out)) {
			row, err := p.Parse(strings.TrimRight(line, "\r\n"))
			if err != nil {
				continue
			}
			if !row.Addr.Is6() || !row.Addr.IsPrivate() || row.Time.IsZero() && row.Time.Year() > 1 || (row.Event == "") == (row.Target == "") || len(row.Country) != 0 && len(row.Country) != 2 {
				t.Errorf("%+v", row)
			}
		}
	})
}
