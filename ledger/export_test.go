package ledger_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

// mixed is a ledger with everything in it: records, an erased one, one under a former secret, some that are not signed.
func mixed(t *testing.T) (*memory, *ledger.Log) {
	t.Helper()
	store := newMemory()
	ids := fill(t, store, 270)
	other, err := consent.NewKeys(bytes.Repeat([]byte("f"), 32))
	check(t, err)
	e, err := other.SealRecord(record("AAAAAAAAAAAAAAAAAAFFFA", noon))
	check(t, err)
	check(t, store.Append(t.Context(), e))
	l := open(t, store, "")
	check(t, l.Sequence(t.Context()))
	_, err = l.Erase(t.Context(), consent.GroundRequest, ids[3], ids[260])
	check(t, err)
	check(t, l.Sequence(t.Context()))
	check(t, store.Append(t.Context(), sealed(t, "AAAAAAAAAAAAAAAAAANNNA")))
	return store, l
}

func sealed(t *testing.T, id string) consent.Entry {
	t.Helper()
	e, err := records(t).SealRecord(record(id, noon))
	check(t, err)
	return e
}

func exported(t *testing.T, l *ledger.Log, o ledger.ExportOptions) string {
	t.Helper()
	var out bytes.Buffer
	n, err := l.ExportJSON(t.Context(), &out, o)
	if err != nil || n != 273 {
		t.Fatalf("%d entries, %v", n, err)
	}
	return out.String()
}

func verifyExport(t *testing.T, text string, older ...ledger.Kept) (ledger.Report, error) {
	t.Helper()
	return ledger.VerifyExport(strings.NewReader(text), ledger.VerifyOptions{Known: signer(t, secret).Verifiers(), Older: older})
}

func TestExportIsVerifiedByItself(t *testing.T) {
	_, l := mixed(t)
	head := ledger.Kept{Name: "mine", Note: l.Head().Note}
	for _, row := range []struct {
		withhold bool
		opened   int64
	}{{false, 270}, {true, 1}} {
		text := exported(t, l, ledger.ExportOptions{Withhold: row.withhold})
		r, err := verifyExport(t, text, head)
		if err != nil || !r.Sound() || r.Entries != 273 || r.Signed != 272 || r.Erased != 2 || r.Opened != row.opened {
			t.Errorf("withhold %v: %+v, %v", row.withhold, r, err)
		}
		if shown := strings.Contains(text, `"marketing"`); shown == row.withhold {
			t.Errorf("withhold %v: what was decided is shown: %v", row.withhold, shown)
		}
		origin, keys, err := ledger.ExportKeys(strings.NewReader(text))
		if err != nil || origin != "example.kz" || len(keys) != 1 {
			t.Errorf("%q %v %v", origin, keys, err)
		}
	}
}

func TestAlteredExportsAreFound(t *testing.T) {
	_, l := mixed(t)
	text := exported(t, l, ledger.ExportOptions{})
	lines := strings.SplitAfter(text, "\n")
	cut := func(n int) string { return strings.Join(lines[:n], "") }
	for _, row := range []struct{ name, text, finding, form string }{
		{"a record", strings.Replace(text, `"granted"`, `"refused"`, 1), "entry 0", ""},
		{"an erasure without a word", strings.Replace(text, lines[11], strings.Replace(lines[11], `"leaf"`, `"erased":true,"leaf"`, 1), 1), "no erasure is recorded", ""},
		{"a leaf", strings.Replace(text, lines[1], strings.Replace(lines[1], `"leaf":"`, `"leaf":"AAAA`, 1), 1), "", "is not entry 0"},
		{"entries left out at the end", cut(271) + `{"entries":270}` + "\n", "entries were lost or removed", ""},
		{"a line left out", cut(5) + strings.Join(lines[6:], ""), "", "is not entry 4"},
		{"cut", cut(200), "", "it was cut"},
		{"cut in a line", text[:len(text)/2], "", "is not entry"},
		{"wrong count", strings.Replace(text, `{"entries":273}`, `{"entries":272}`, 1), "", "it says that it has 272"},
		{"more behind it", text + lines[1], "", "it says that it has"},
		{"something else", "id,leaf\n", "", "first line"},
		{"no heads", strings.Replace(text, lines[0], `{"form":"kelisim ledger 1","origin":"example.kz","keys":[],"heads":[]}`+"\n", 1), "", ""},
	} {
		r, err := verifyExport(t, row.text)
		switch {
		case row.form != "":
			if !errors.Is(err, ledger.ErrExport) || !strings.Contains(err.Error(), row.form) {
				t.Errorf("%s: %v, want %q", row.name, err, row.form)
			}
		case row.finding != "":
			if err != nil || r.Sound() || !strings.Contains(r.Findings[0].String()+r.Findings[len(r.Findings)-1].String(), row.finding) {
				t.Errorf("%s: %+v, %v", row.name, r.Findings, err)
			}
		default: // nothing is signed, and the report says so
			if err != nil || r.Signed != 0 || r.Newest.Size != 0 {
				t.Errorf("%s: %+v, %v", row.name, r, err)
			}
		}
	}
}

func TestSpreadsheetsRunNothing(t *testing.T) {
	store, _ := mixed(t)
	for i, text := range []string{"=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "|x", "%0A", "＝1", "＋1", "－1", "＠x"} {
		r := record("AAAAAAAAAAAAAAAAAAX"+string(rune('A'+i))+"XA", noon)
		r.Language, r.Variant, r.Banner = text, text, "a;\""+text
		e, err := records(t).SealRecord(r)
		check(t, err)
		check(t, store.Append(t.Context(), e))
	}
	var out bytes.Buffer
	n, err := open(t, store, "").ExportCSV(t.Context(), &out, ledger.ExportOptions{})
	check(t, err)
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || int64(len(rows)) != n+1 {
		t.Fatalf("%d rows of %d entries, %v", len(rows), n, err)
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n|%") || strings.HasPrefix(cell, "＝") || strings.HasPrefix(cell, "＋") || strings.HasPrefix(cell, "－") || strings.HasPrefix(cell, "＠") {
				t.Errorf("%s: a spreadsheet runs %q", rows[0][i], cell)
			}
		}
	}
}

func TestCSVTellsStates(t *testing.T) {
	_, l := mixed(t)
	for withhold, want := range map[bool]string{false: "held", true: "withheld"} {
		var out bytes.Buffer
		_, err := l.ExportCSV(t.Context(), &out, ledger.ExportOptions{Withhold: withhold})
		check(t, err)
		rows, err := csv.NewReader(&out).ReadAll()
		check(t, err)
		if rows[1][3] != want || rows[4][3] != "erased" || rows[271][3] != "unreadable" || rows[272][19] != "3 260" {
			t.Errorf("withhold %v: %q %q %q %q", withhold, rows[1], rows[4], rows[271], rows[272])
		}
		if (rows[1][15] != "") == withhold {
			t.Errorf("withhold %v: granted %q", withhold, rows[1][15])
		}
	}
}

// FuzzExport brings anything at all as an export: what is sound came to a head that was signed, or to none.
func FuzzExport(f *testing.F) {
	store := newMemory()
	fill(f, store, 3)
	l := open(f, store, "")
	check(f, l.Sequence(f.Context()))
	var out bytes.Buffer
	_, err := l.ExportJSON(f.Context(), &out, ledger.ExportOptions{})
	check(f, err)
	f.Add(out.String())
	f.Add(strings.Replace(out.String(), `"entries":3`, `"entries":2`, 1))
	f.Add("{}\n{}\n")
	known := signer(f, secret).Verifiers()
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ledger.VerifyExport(strings.NewReader(text), ledger.VerifyOptions{Known: known})
		if err == nil && r.Sound() && r.Newest.Size > 0 && (r.Entries < r.Newest.Size || r.Signed != r.Newest.Size || r.Heads == 0) {
			t.Errorf("%+v", r)
		}
	})
}
