package ledger

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kelisim/kelisim/consent"
)

var csvHeader = []string{
	"index", "id", "leaf", "state", "event", "time", "until", "method", "capacity", "opt_out", "revision", "policy_sha256", "banner_sha256",
	"language", "variant", "granted", "refused", "services", "previous", "erased_positions", "erasure_ground",
}

// ExportCSV writes a line for each entry, for spreadsheets (RFC 4180): cells that one would take for formulas begin
// with an apostrophe. It cannot be verified; for that, see [Log.ExportJSON]. It returns how many entries
// it wrote.
func (l *Log) ExportCSV(ctx context.Context, w io.Writer, o ExportOptions) (n int64, err error) {
	out := csv.NewWriter(w)
	failed := out.Write(csvHeader)
	if failed == nil {
		err = l.options.Store.Entries(ctx, 0, func(position int, e consent.Entry) bool {
			failed = errors.Join(out.Write(l.cells(position, e, o)), ctx.Err())
			n++
			return failed == nil
		})
	}
	out.Flush()
	return n, wrap("export", errors.Join(err, failed, out.Error()))
}

func (l *Log) cells(position int, e consent.Entry, o ExportOptions) []string {
	state := "held"
	r, err := l.options.Records.OpenRecord(e)
	switch {
	case e.Erased():
		state = "erased"
	case err != nil:
		state = "unreadable"
	case o.Withhold && r.Event != consent.EventErased:
		state = "withheld"
	}
	cells := []string{strconv.Itoa(position), e.ID, leafText(e.Leaf), state}
	if err == nil && state == "held" {
		var granted, refused, services []string
		for _, p := range r.Purposes {
			if p.Status == consent.Granted.String() {
				granted = append(granted, string(p.Purpose))
			} else {
				refused = append(refused, string(p.Purpose)+" ("+p.Status+")")
			}
		}
		for _, s := range r.Services {
			services = append(services, s.Service+" ("+s.Status+")")
		}
		var erased []string
		for _, p := range r.Erased {
			erased = append(erased, strconv.Itoa(p))
		}
		cells = append(cells, string(r.Event), moment(r.Time), moment(r.Until), string(r.Method), string(r.Capacity), string(r.OptOut),
			strconv.Itoa(r.Revision), r.Policy, r.Banner, r.Language, r.Variant,
			strings.Join(granted, "; "), strings.Join(refused, "; "), strings.Join(services, "; "), r.Previous, strings.Join(erased, " "), string(r.Ground))
	}
	for len(cells) < len(csvHeader) {
		cells = append(cells, "")
	}
	for i, cell := range cells {
		if formula(cell) {
			cells[i] = "'" + cell
		}
	}
	return cells
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// formula reports whether a spreadsheet would run a cell, be it written with full-width signs.
func formula(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return cell != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", first)
}
