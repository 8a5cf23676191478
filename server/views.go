package server

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Saved views: a range, a filter and the rest of an address under a name, for everybody who signs in.
const (
	viewsKey    = "dashboard/views"
	viewsMax    = 50
	viewNameMax = 60 // characters
)

// savedView is one of them, as the store keeps it.
type savedView struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query"` // of the overview's address
	By    string `json:"by"`
}

// viewMenu is what the overview shows of them.
type viewMenu struct {
	List  []viewItem
	Query string // of the page as it is now
	Back  string
}

type viewItem struct {
	item
	ID string
}

func (s *Server) viewMenu(ctx context.Context, a address) (viewMenu, error) {
	list, _, err := load[[]savedView](ctx, s.cfg.Documents, viewsKey)
	menu := viewMenu{Query: a.values.Encode(), Back: a.With()}
	for _, v := range list {
		href := s.cfg.Prefix + "/"
		if v.Query != "" {
			href += "?" + v.Query
		}
		menu.List = append(menu.List, viewItem{item{Label: clean(v.Name, 4*viewNameMax), Href: href, Current: v.Query == menu.Query}, v.ID})
	}
	slices.SortStableFunc(menu.List, func(a, b viewItem) int { return strings.Compare(a.Label, b.Label) })
	return menu, err
}

func (s *Server) saveView(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	q, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil || name == "" || len([]rune(name)) > viewNameMax || clean(name, 4*viewNameMax) != name {
		s.fail(w, r, http.StatusUnprocessableEntity, "error.view")
		return
	}
	held, err := s.readSpan(r.Context())
	if err != nil {
		s.broken(w, r, err)
		return
	}
	p := parsePeriod(q, held, s.cfg.Now(), s.cfg.Zone)
	query := newAddress(s.cfg.Prefix+"/", q, &p).values.Encode()
	err = edit(r.Context(), s.cfg.Documents, viewsKey, func(list *[]savedView) error {
		if i := slices.IndexFunc(*list, func(v savedView) bool { return v.Name == name }); i >= 0 {
			(*list)[i].Query, (*list)[i].By = query, s.user(r)
			return nil
		}
		if len(*list) >= viewsMax {
			return errFull
		}
		*list = append(*list, savedView{ID: rand.Text(), Name: name, Query: query, By: s.user(r)})
		return nil
	})
	s.done(w, r, err, "view.saved", name)
}

func (s *Server) removeView(w http.ResponseWriter, r *http.Request) {
	s.remove(w, r, "view.removed", func(ctx context.Context, id string) (subject string, err error) {
		err = edit(ctx, s.cfg.Documents, viewsKey, func(list *[]savedView) error {
			*list = slices.DeleteFunc(*list, func(v savedView) bool {
				if v.ID == id {
					subject = v.Name
				}
				return v.ID == id
			})
			return nil
		})
		return subject, err
	})
}
