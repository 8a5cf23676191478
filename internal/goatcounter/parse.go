package goatcounter

import (
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// MaxLine is the longest record that is read, in bytes.
const MaxLine = 64 << 10

// What can be wrong. The texts repeat nothing of the record.
var (
	ErrHeader  = errors.New("goatcounter: the file does not begin as an export of GoatCounter does, version 1, 2 or 3: give the CSV export")
	ErrSkip    = errors.New("goatcounter: the header")
	errEmpty   = errors.New("the line is empty")
	errLong    = errors.New("the line is longer than 64 KiB")
	errRecord  = errors.New("it is no record of CSV with as many fields as the header")
	errPath    = errors.New("there is no path")
	errTime    = errors.New("there is no date such as 2026-01-02T15:04:05Z")
	errEvent   = errors.New("the column Event holds neither true nor false")
	errSession = errors.New("there is no session")
)

// Row is what a record says.
type Row struct {
	visit.LogLine
	Event   string // name of an event; then it is no page view
	Title   string // of the page
	Country string // ISO 3166-1 alpha-2; "" is unknown
}

// Parser reads records, each a line without its line break: see [Lines]. The first must be the header. The
// zero Parser is ready; it is not safe for concurrent use.
type Parser struct {
	columns []int // by field
	fields  int
}

// Fields of a record.
const (
	fieldPath = iota
	fieldTitle
	fieldEvent
	fieldAgent
	fieldBrowser
	fieldSystem
	fieldSession
	fieldBot
	fieldReferrer
	fieldScheme
	fieldLocation
	fieldDate
	numFields
)

// names are the columns by field, lower case and without spaces and dashes. It is never written to.
var names = [numFields]string{"path", "title", "event", "useragent", "browser", "system", "session", "bot", "referrer", "referrerscheme", "location", "date"}

// needed are the fields without which there is no counting.
const needed = 1<<fieldPath | 1<<fieldSession | 1<<fieldDate

// Parse reads one record. The header gives [ErrSkip]; what is none gives [ErrHeader], again and again.
func (p *Parser) Parse(line string) (Row, error) {
	if p.columns == nil {
		return Row{}, p.header(line)
	}
	switch {
	case len(line) > MaxLine:
		return Row{}, errLong
	case strings.TrimSpace(line) == "":
		return Row{}, errEmpty
	}
	record, err := split(line)
	if err != nil || len(record) != p.fields {
		return Row{}, errRecord
	}
	return p.row(func(field int) string {
		if i := p.columns[field]; i >= 0 {
			return record[i]
		}
		return ""
	})
}

// header finds the columns: "2Path,Title,Event,UserAgent,…".
func (p *Parser) header(line string) error {
	line = strings.TrimPrefix(line, "\ufeff")
	if len(line) > MaxLine || line == "" {
		return ErrHeader
	}
	record, err := split(line)
	if err != nil || record[0] == "" || record[0][0] < '1' || record[0][0] > '3' {
		return ErrHeader
	}
	version := record[0][0]
	record[0] = strings.TrimLeft(record[0][1:], ", ")
	columns, found := make([]int, numFields), 0
	for field, name := range names {
		columns[field] = -1
		for i, column := range record {
			if strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(column)) == name {
				columns[field] = i
				found |= 1 << field
				break
			}
		}
	}
	if found&needed != needed {
		return ErrHeader
	}
	if version == '1' { // what it calls the browser is the user agent
		columns[fieldAgent], columns[fieldBrowser] = columns[fieldBrowser], -1
	}
	p.columns, p.fields = columns, len(record)
	return ErrSkip
}

func split(line string) ([]string, error) {
	r := csv.NewReader(strings.NewReader(line))
	r.FieldsPerRecord = -1
	return r.Read()
}

func (p *Parser) row(get func(field int) string) (row Row, err error) {
	if row.Time, err = time.Parse(time.RFC3339, get(fieldDate)); err != nil {
		return Row{}, errTime
	}
	session := get(fieldSession)
	if strings.Trim(session, "0-") == "" {
		return Row{}, errSession
	}
	row.Addr = address(session)
	row.Method, row.Status, row.Document = http.MethodGet, http.StatusOK, true
	path := get(fieldPath)
	switch get(fieldEvent) {
	case "true", "1":
		row.Event = path
	case "false", "0", "":
		row.Target = target(path)
	default:
		return Row{}, errEvent
	}
	if path == "" {
		return Row{}, errPath
	}
	row.Title, row.Country = get(fieldTitle), country(get(fieldLocation))
	row.UserAgent = get(fieldAgent)
	if row.UserAgent == "" {
		row.UserAgent = agent(get(fieldBrowser), get(fieldSystem))
	}
	if bot := get(fieldBot); bot != "" && bot != "0" && bot != "1" { // 0 and 1 say that it is none
		row.UserAgent = "bot"
	}
	row.refer(get(fieldReferrer), get(fieldScheme))
	return row, nil
}

// address returns the address that stands for a session.
func address(session string) netip.Addr {
	sum := sha256.Sum256([]byte(session))
	sum[0] = 0xfd
	return netip.AddrFrom16([16]byte(sum[:16]))
}

// target makes the target of a request of a path.
func target(path string) string {
	if strings.HasPrefix(path, "/") || strings.Contains(path, "://") {
		return path
	}
	return "/" + path
}

// country returns the country of "US" or "US-TX".
func country(location string) string {
	code, _, _ := strings.Cut(location, "-")
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		return ""
	}
	return code
}
