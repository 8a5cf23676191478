package server

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"
)

// Notes are what people write about days: "new prices", shown in the chart and its table.
const (
	notesKey = "dashboard/notes"
	notesMax = 500
	noteMax  = 160 // characters
)

// note is one of them, as the store keeps it.
type note struct {
	ID   string `json:"id"`
	Day  string `json:"day"` // YYYY-MM-DD
	Text string `json:"text"`
	By   string `json:"by"`
}

// noteView is a note on the page.
type noteView struct{ ID, Day, Date, Text, By string }

// notePage is what the overview shows of them.
type notePage struct {
	List []noteView
	Back string
	Day  string // suggested for a new one
}

var errFull = errors.New("server: there are as many as there may be")

// notesOf returns the notes on days of the period, in order.
func (s *Server) notesOf(ctx context.Context, p *period) ([]note, error) {
	list, _, err := load[[]note](ctx, s.cfg.Documents, notesKey)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(n note) bool {
		day, ok := parseDay(n.Day)
		return !ok || day < p.First || day > p.Last
	})
	slices.SortStableFunc(list, func(a, b note) int { return strings.Compare(a.Day, b.Day) })
	return list, nil
}

func newNotePage(l *locale, p *period, a address, list []note) notePage {
	page := notePage{Back: a.With(), Day: p.Last.String()}
	for _, n := range list {
		day, _ := parseDay(n.Day)
		page.List = append(page.List, noteView{ID: n.ID, Day: n.Day, Date: l.ShortDate(day), Text: clean(n.Text, 4*noteMax), By: clean(n.By, valueMax)})
	}
	return page
}

// annotate writes notes to the columns on whose days they are.
func (c *chart) annotate(columns []column, list []note) {
	for _, n := range list {
		day, _ := parseDay(n.Day)
		i := slices.IndexFunc(columns, func(col column) bool { return day >= col.Day && day <= col.End })
		if i < 0 {
			continue
		}
		if row := &c.Rows[i]; row.Note == "" {
			row.Note = clean(n.Text, 4*noteMax)
		} else {
			row.Note += " · " + clean(n.Text, 4*noteMax)
		}
		c.Marks = append(c.Marks, num(100*float64(i)/float64(max(1, len(columns)-1)))+"%")
	}
	c.Marks = slices.Compact(c.Marks)
}

func (s *Server) addNote(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	text, plain := formText(r, "text", noteMax)
	day := r.PostFormValue("day")
	if _, ok := parseDay(day); !ok || !plain {
		s.fail(w, r, http.StatusUnprocessableEntity, "error.note")
		return
	}
	err := edit(r.Context(), s.cfg.Documents, notesKey, func(list *[]note) error {
		if len(*list) >= notesMax {
			return errFull
		}
		*list = append(*list, note{ID: rand.Text(), Day: day, Text: text, By: s.user(r)})
		return nil
	})
	s.done(w, r, err, "note.added", day+" "+text)
}

func (s *Server) removeNote(w http.ResponseWriter, r *http.Request) {
	s.remove(w, r, "note.removed", func(ctx context.Context, id string) (subject string, err error) {
		err = edit(ctx, s.cfg.Documents, notesKey, func(list *[]note) error {
			*list = slices.DeleteFunc(*list, func(n note) bool {
				if n.ID == id {
					subject = n.Day + " " + n.Text
				}
				return n.ID == id
			})
			return nil
		})
		return subject, err
	})
}

// formText is a line that somebody typed into a form, and whether it may be kept: it says something, in at most so many characters, and
// would be shown as it is.
func formText(r *http.Request, field string, most int) (text string, ok bool) {
	text = strings.TrimSpace(r.PostFormValue(field))
	return text, text != "" && len([]rune(text)) <= most && clean(text, 4*most) == text
}

// remove takes something out by its id; it is no fault that it is gone already.
func (s *Server) remove(w http.ResponseWriter, r *http.Request, what string, f func(ctx context.Context, id string) (subject string, err error)) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	subject, err := f(r.Context(), r.PostFormValue("id"))
	if err == nil && subject == "" {
		redirect(w, r, s.local(r.PostFormValue("back")))
		return
	}
	s.done(w, r, err, what, subject)
}

// done notes a change in the audit and goes back to where it was made.
func (s *Server) done(w http.ResponseWriter, r *http.Request, err error, what, subject string) {
	switch {
	case errors.Is(err, errFull):
		s.fail(w, r, http.StatusConflict, "error.full")
	case err != nil:
		s.broken(w, r, err)
	default:
		s.audit(r, what, subject)
		redirect(w, r, s.local(r.PostFormValue("back")))
	}
}
