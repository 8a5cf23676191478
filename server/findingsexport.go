package server

import (
	"net/http"
	"strconv"
	"time"
)

// findingRow is a cookie or a third party that no policy declares, in a file.
type findingRow struct {
	Kind   string `json:"kind"` // "cookie", "origin"
	Name   string `json:"name"`
	Detail string `json:"detail"` // of a cookie: "set", "sent"; of an origin what was loaded: "img-src"
	Passes bool   `json:"passes"` // all the same
	Count  int64  `json:"count"`
	First  string `json:"first"` // day, YYYY-MM-DD
	Page   string `json:"page"`
}

// exportFindings answers with what the site does and its policy does not declare, as a file.
func (s *Server) exportFindings(w http.ResponseWriter, r *http.Request) {
	found, err := s.cfg.Findings(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	rows := []findingRow{}
	for _, c := range found.Cookies {
		detail := "sent"
		if c.Set {
			detail = "set"
		}
		rows = append(rows, findingRow{"cookie", clean(c.Name, valueMax), detail, c.Passes, c.Count, s.dayText(c.First), clean(c.Page, valueMax)})
	}
	for _, o := range found.Origins {
		rows = append(rows, findingRow{"origin", clean(o.Origin, valueMax), clean(o.Directive, valueMax), !o.Blocked, o.Count, s.dayText(o.First), clean(o.Page, valueMax)})
	}
	s.attach(w, r, "findings-"+s.dayText(s.cfg.Now()), rows, func() []byte { return findingsCSV(rows) })
}

func (s *Server) dayText(t time.Time) string { return s.dayOf(t).String() }

func findingsCSV(rows []findingRow) []byte {
	t := newTable("kind", "name", "detail", "passes", "count", "first", "page")
	for _, row := range rows {
		t.line(row.Kind, formula(row.Name), formula(row.Detail), strconv.FormatBool(row.Passes), strconv.FormatInt(row.Count, 10), row.First, formula(row.Page))
	}
	return t.bytes()
}
