package ledger

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kelisim/kelisim/consent"
)

// exportForm names the form of an export.
const exportForm = "kelisim ledger 1"

// ErrExport is wrapped by every error about the form of an export.
var ErrExport = errors.New("ledger: not an export of a ledger")

// Of an export in JSON Lines the first line is a preamble, then comes a line for each entry, then a trailer:
// without it the export was cut.

type preamble struct {
	Form   string   `json:"form"` // exportForm
	Origin string   `json:"origin"`
	Keys   []string `json:"keys"`  // verifier keys
	Heads  []string `json:"heads"` // signed notes, oldest first
}

type line struct {
	Index  int64           `json:"index"`
	ID     string          `json:"id"`
	Leaf   []byte          `json:"leaf"`
	Erased bool            `json:"erased,omitempty"`
	Held   bool            `json:"withheld,omitempty"` // there, and left out
	Sealed []byte          `json:"sealed,omitempty"`   // of one that no key opens
	Salt   []byte          `json:"salt,omitempty"`
	Record json.RawMessage `json:"record,omitempty"`
}

type trailer struct {
	Entries *int64 `json:"entries"`
}

// ExportOptions says what an export tells. The zero ExportOptions export everything, decrypted.
type ExportOptions struct {
	// Withhold leaves out what the records say, but for the records of erasures, which say nothing of anybody:
	// such an export proves that the ledger is whole without showing it.
	Withhold bool
}

// ExportJSON writes the whole ledger, decrypted unless o says otherwise, with everything that is needed to verify it
// without the store, see [VerifyExport]. It returns how many entries it wrote.
func (l *Log) ExportJSON(ctx context.Context, w io.Writer, o ExportOptions) (n int64, err error) {
	head, err := l.heads(ctx)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriter(w)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(head); err != nil {
		return 0, wrap("export", err)
	}
	var failed error
	err = l.options.Store.Entries(ctx, 0, func(position int, entry consent.Entry) bool {
		failed = errors.Join(e.Encode(l.line(position, entry, o)), ctx.Err())
		n++
		return failed == nil
	})
	if err = errors.Join(err, failed); err == nil {
		err = errors.Join(e.Encode(trailer{&n}), out.Flush())
	}
	return n, wrap("export", err)
}

func (l *Log) line(position int, e consent.Entry, o ExportOptions) line {
	row := line{Index: int64(position), ID: e.ID, Leaf: e.Leaf[:], Erased: e.Erased()}
	opened, err := l.options.Records.OpenEntry(e)
	switch {
	case o.Withhold && !row.Erased && (err != nil || opened.Record.Event != consent.EventErased):
		row.Held = true
	case err == nil:
		row.Salt, row.Record = opened.Salt[:], opened.Canonical
	case !row.Erased:
		row.Sealed = e.Sealed
	}
	return row
}

// heads gathers what signs the log.
func (l *Log) heads(ctx context.Context) (preamble, error) {
	p := preamble{Form: exportForm, Origin: l.options.Keys.origin, Keys: l.options.Keys.Public(), Heads: []string{}}
	names, err := l.options.Store.Sheets(ctx, sheetHeads)
	if err != nil {
		return p, wrap("read the heads", err)
	}
	for _, name := range append(names, sheetHead) {
		if name == sheetHead && len(names) == 0 {
			break
		}
		signed, err := l.options.Store.Sheet(ctx, name)
		if err != nil {
			return p, wrap("read "+name, err)
		}
		p.Heads = append(p.Heads, string(signed))
	}
	return p, nil
}

// maxLine bounds a line of an export.
const maxLine = 32 << 20

// VerifyExport verifies an export as [Verify] does a store, with nothing but the export and the keys that
// the site publishes. Keys that the export names itself are not trusted; [ExportKeys] reads them. An error
// is about the form.
func VerifyExport(r io.Reader, o VerifyOptions) (Report, error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(make([]byte, 64<<10), maxLine)
	p, err := readPreamble(scanner)
	if err != nil {
		return Report{}, err
	}
	a := newAudit(true)
	for i, signed := range p.Heads {
		a.head([]byte(signed), fmt.Sprintf("head %d of the export", i+1), o.Known)
	}
	a.kept(o)
	for scanner.Scan() {
		var t trailer
		if !bytes.HasPrefix(scanner.Bytes(), []byte(`{"index":`)) && json.Unmarshal(scanner.Bytes(), &t) == nil && t.Entries != nil {
			if *t.Entries != a.Entries || scanner.Scan() {
				return Report{}, fmt.Errorf("%w: it says that it has %d entries, and has %d or more", ErrExport, *t.Entries, a.Entries)
			}
			return a.end(), nil
		}
		if err := a.line(scanner.Bytes(), o.Records); err != nil {
			return Report{}, err
		}
	}
	if err := scanner.Err(); err != nil {
		return Report{}, fmt.Errorf("%w: line %d: %w", ErrExport, a.Entries+2, err)
	}
	return Report{}, fmt.Errorf("%w: it ends after %d entries without its last line: it was cut", ErrExport, a.Entries)
}

func readPreamble(scanner *bufio.Scanner) (p preamble, err error) {
	if !scanner.Scan() || json.Unmarshal(scanner.Bytes(), &p) != nil || p.Form != exportForm {
		return p, fmt.Errorf("%w: the first line is not that of a JSON Lines export", ErrExport)
	}
	return p, nil
}

// line takes one line of an export.
func (a *audit) line(text []byte, records *consent.Keys) error {
	var row line
	if err := json.Unmarshal(text, &row); err != nil || len(row.Leaf) != len(consent.Leaf{}) || row.Index != a.Entries {
		return fmt.Errorf("%w: line %d is not entry %d", ErrExport, a.Entries+2, a.Entries)
	}
	e := consent.Entry{ID: row.ID, Leaf: consent.Leaf(row.Leaf), Sealed: row.Sealed}
	switch {
	case row.Erased:
		e.Sealed = nil
		a.add(e, nil, consent.ErrErased)
	case row.Held:
		e.Sealed = []byte{0} // so that it does not look erased
		a.add(e, nil, nil)
	case len(row.Sealed) > 0 && records != nil:
		record, err := records.OpenRecord(e)
		a.add(e, &record, err)
	case len(row.Sealed) > 0:
		a.add(e, nil, nil)
	default:
		e.Sealed = []byte{0}
		record, err := row.open()
		a.add(e, &record, err)
	}
	return nil
}

func (row *line) open() (r consent.Record, err error) {
	canonical, err := consent.Canonical(row.Record)
	if err != nil || len(row.Salt) != consent.SaltLen || consent.Commit(consent.Salt(row.Salt), canonical) != consent.Leaf(row.Leaf) {
		return r, consent.ErrLeaf
	}
	return r, json.Unmarshal(canonical, &r)
}

// ExportKeys returns the origin and the verifier keys that an export names.
func ExportKeys(r io.Reader) (origin string, keys []string, err error) {
	scanner := bufio.NewScanner(r)
	scanner.Buffer(nil, maxLine)
	p, err := readPreamble(scanner)
	return p.Origin, p.Keys, err
}
