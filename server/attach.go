package server

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
)

// attach answers with a file of a name and the kind that the path ends in: content as JSON, or what asCSV makes.
func (s *Server) attach(w http.ResponseWriter, r *http.Request, name string, content any, asCSV func() []byte) {
	kind, mime := "csv", "text/csv; charset=utf-8; header=present"
	if strings.HasSuffix(r.URL.Path, ".json") {
		kind, mime = "json", "application/json"
	}
	w.Header().Set("Content-Type", mime)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+"."+kind+`"`)
	if kind == "json" {
		send(w, r, http.StatusOK, asJSON(content))
		return
	}
	send(w, r, http.StatusOK, asCSV())
}

// asJSON writes content of ours, in which there is nothing that cannot be encoded.
func asJSON(content any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	_ = enc.Encode(content)
	return b.Bytes()
}

// table is a CSV file in the making (RFC 4180). Text of strangers goes through [formula] before.
type table struct {
	b bytes.Buffer
	w *csv.Writer
}

func newTable(columns ...string) *table {
	t := &table{}
	t.w = csv.NewWriter(&t.b)
	t.w.UseCRLF = true
	t.line(columns...)
	return t
}

func (t *table) line(cells ...string) { _ = t.w.Write(cells) } // into memory

func (t *table) bytes() []byte {
	t.w.Flush()
	return t.b.Bytes()
}
