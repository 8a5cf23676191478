package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/server/post"
)

// digestsMax bounds digests.
const digestsMax = 20

// notifyPage is the part of the settings about what is sent.
type notifyPage struct {
	Mails    bool // there is an SMTP server
	Digests  []digestRow
	Every    []item
	Langs    []string
	Alerts   alertRule
	Hooks    bool
	Saved    bool
	LangSel  string
	Sent     string
	Fault    string // when something was not sent
	FaultKey string
}

type digestRow struct{ ID, To, Lang, Every string }

func (s *Server) fillNotify(ctx context.Context, l *locale, page *notifyPage) error {
	set, raw, err := load[notifySettings](ctx, s.cfg.Documents, notifyKey)
	if err != nil {
		return err
	}
	if raw == nil {
		set.Alerts = alertRule{Lang: l.lang, Drop: 60, Spike: 200, Errors: 5, Consent: 40, Networks: 20}
	}
	page.Mails, page.Hooks, page.Langs, page.Alerts = s.cfg.Mail != nil, s.cfg.Hooks != nil, s.cfg.Languages, set.Alerts
	page.LangSel = l.lang
	for _, d := range set.Digests {
		page.Digests = append(page.Digests, digestRow{d.ID, clean(d.To, valueMax), l.T("language." + d.Lang), l.T("digest.every." + d.Every)})
	}
	for _, every := range digestEvery {
		page.Every = append(page.Every, item{Label: l.T("digest.every." + every), Href: every, Current: every == "week"})
	}
	last, _, err := load[delivery](ctx, s.cfg.Documents, deliveryKey)
	if !last.Sent.IsZero() {
		page.Sent = l.Moment(last.Sent, s.cfg.Zone)
	}
	if !last.Fault.IsZero() {
		page.Fault, page.FaultKey = l.Moment(last.Fault, s.cfg.Zone), "notify.fault."+last.What
	}
	return err
}

// addDigest adds a digest, whose first mail is about the range that is going on now.
func (s *Server) addDigest(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	d := digest{ID: strings.ToLower(rand.Text()), To: strings.TrimSpace(r.PostFormValue("to")), Lang: r.PostFormValue("lang"), Every: r.PostFormValue("every")}
	if !post.CheckAddress(d.To) || !slices.Contains(s.cfg.Languages, d.Lang) || !slices.Contains(digestEvery[:], d.Every) {
		s.fail(w, r, http.StatusUnprocessableEntity, "error.digest")
		return
	}
	mark, err := json.Marshal(sentMark{Period: d.days(s.cfg.Now().In(s.cfg.Zone)).First.String(), Done: true})
	if err == nil {
		_, err = s.cfg.Documents.Swap(r.Context(), sentPrefix+d.ID, nil, mark)
	}
	if err == nil {
		err = s.editNotify(r.Context(), func(set *notifySettings) error {
			if len(set.Digests) >= digestsMax {
				return errFull
			}
			set.Digests = append(set.Digests, d)
			return nil
		})
	}
	s.done(w, r, err, "digest.added", d.To)
}

// editNotify changes what is sent; alerts are off until somebody sets them.
func (s *Server) editNotify(ctx context.Context, f func(*notifySettings) error) error {
	return edit(ctx, s.cfg.Documents, notifyKey, f)
}

func (s *Server) removeDigest(w http.ResponseWriter, r *http.Request) {
	s.remove(w, r, "digest.removed", func(ctx context.Context, id string) (subject string, err error) {
		err = s.editNotify(ctx, func(set *notifySettings) error {
			set.Digests = slices.DeleteFunc(set.Digests, func(d digest) bool {
				if d.ID == id {
					subject = d.To
				}
				return d.ID == id
			})
			return nil
		})
		if err != nil || subject == "" {
			return subject, err
		}
		mark, raw, err := load[sentMark](ctx, s.cfg.Documents, sentPrefix+id)
		if err == nil && raw != nil && mark.Period != "" {
			_, err = s.cfg.Documents.Swap(ctx, sentPrefix+id, raw, nil)
		}
		return subject, err
	})
}

func (s *Server) setAlerts(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	rule := alertRule{To: strings.TrimSpace(r.PostFormValue("to")), Lang: r.PostFormValue("lang"), Hook: strings.TrimSpace(r.PostFormValue("hook"))}
	ok := (rule.To == "" || post.CheckAddress(rule.To)) && slices.Contains(s.cfg.Languages, rule.Lang) &&
		(rule.Hook == "" || s.cfg.Hooks != nil && s.cfg.Hooks.Check(rule.Hook) == nil)
	for name, share := range map[string]*int{"drop": &rule.Drop, "spike": &rule.Spike, "errors": &rule.Errors, "consent": &rule.Consent, "networks": &rule.Networks} {
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue(name)))
		if err != nil || n < 0 || n > 10_000 || name != "spike" && n > 100 {
			ok = false
		}
		*share = n
	}
	if !ok {
		s.fail(w, r, http.StatusUnprocessableEntity, "error.alerts")
		return
	}
	err := s.editNotify(r.Context(), func(set *notifySettings) error {
		if rule.Secret = set.Alerts.Secret; rule.Secret == "" || r.PostFormValue("renew") != "" {
			rule.Secret = rand.Text()
		}
		set.Alerts = rule
		return nil
	})
	s.done(w, r, err, "alerts.set", rule.To)
}
