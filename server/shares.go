package server

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Share links: whoever has one sees the numbers of the site, without an account, under a higher floor, until it
// ends or is revoked. The store holds a hash of the token only.
const (
	sharePrefix   = "share/" // and the hash of the token
	sharesMax     = 50
	shareLabelMax = 60 // characters
)

// shareDays are the terms on offer.
var shareDays = [...]int{7, 30, 90, 365}

// share is a link, as the store keeps it.
type share struct {
	Label   string    `json:"label"`
	By      string    `json:"by"`
	Made    time.Time `json:"made"`
	Expires time.Time `json:"expires"`
}

var errNoShare = errors.New("server: the share link is not valid")

// newShare makes a link and returns its token, which is told once.
func (s *Server) newShare(ctx context.Context, label, by string, days int) (token string, err error) {
	keys, err := s.cfg.Documents.Keys(ctx, sharePrefix)
	if err != nil {
		return "", err
	}
	if len(keys) >= sharesMax {
		return "", errFull
	}
	raw := make([]byte, 24)
	if _, err := io.ReadFull(s.cfg.Rand, raw); err != nil {
		return "", fmt.Errorf("server: no randomness: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(raw)
	now := s.cfg.Now().UTC()
	doc, err := json.Marshal(share{Label: label, By: by, Made: now, Expires: now.AddDate(0, 0, days)})
	if err != nil {
		return "", err
	}
	_, err = s.cfg.Documents.Swap(ctx, sharePrefix+hashToken(token), nil, doc)
	return token, err
}

// findShare returns the link of a token, or errNoShare.
func (s *Server) findShare(ctx context.Context, token string) (share, error) {
	if len(token) != 32 {
		return share{}, errNoShare
	}
	doc, raw, err := load[share](ctx, s.cfg.Documents, sharePrefix+hashToken(token))
	if err == nil && (raw == nil || !s.cfg.Now().Before(doc.Expires)) {
		err = errNoShare
	}
	return doc, err
}

// shareRow is a link on the settings page.
type shareRow struct {
	ID, Label, By string
	Made, Expires string
	Ended         bool
}

// shareRows lists the links, those that end last first; links that ended a month ago are forgotten.
func (s *Server) shareRows(ctx context.Context, l *locale) (rows []shareRow, err error) {
	keys, err := s.cfg.Documents.Keys(ctx, sharePrefix)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	var all []share
	ids := map[share]string{}
	for _, key := range keys {
		doc, raw, err := load[share](ctx, s.cfg.Documents, key)
		switch {
		case err != nil:
			return nil, err
		case raw == nil:
		case now.Sub(doc.Expires) > 30*24*time.Hour:
			if _, err := s.cfg.Documents.Swap(ctx, key, raw, nil); err != nil {
				return nil, err
			}
		default:
			all, ids[doc] = append(all, doc), strings.TrimPrefix(key, sharePrefix)
		}
	}
	slices.SortFunc(all, func(a, b share) int { return b.Expires.Compare(a.Expires) })
	for _, doc := range all {
		rows = append(rows, shareRow{ids[doc], clean(doc.Label, 4*shareLabelMax), clean(doc.By, valueMax), l.ShortDate(dayIn(doc.Made, s.cfg.Zone)),
			l.Moment(doc.Expires, s.cfg.Zone), !now.Before(doc.Expires)})
	}
	return rows, nil
}

func (s *Server) addShare(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.fail(w, r, http.StatusBadRequest, "error.form")
		return
	}
	label, plain := formText(r, "label", shareLabelMax)
	days, _ := strconv.Atoi(r.PostFormValue("days"))
	if !plain || !slices.Contains(shareDays[:], days) {
		s.fail(w, r, http.StatusUnprocessableEntity, "error.share")
		return
	}
	token, err := s.newShare(r.Context(), label, s.user(r), days)
	switch {
	case errors.Is(err, errFull):
		s.fail(w, r, http.StatusConflict, "error.full")
	case err != nil:
		s.broken(w, r, err)
	default:
		s.audit(r, "share.added", label)
		s.showSettings(w, r, http.StatusOK, settingsPage{Link: s.origin(r) + s.cfg.Prefix + "/share/" + token})
	}
}

// origin is the address of the site as this browser reached it.
func (s *Server) origin(r *http.Request) string {
	if s.cfg.Secure || r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (s *Server) revokeShare(w http.ResponseWriter, r *http.Request) {
	s.remove(w, r, "share.revoked", func(ctx context.Context, id string) (string, error) {
		if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
			return "", nil
		}
		doc, raw, err := load[share](ctx, s.cfg.Documents, sharePrefix+id)
		if err != nil || raw == nil {
			return "", err
		}
		_, err = s.cfg.Documents.Swap(ctx, sharePrefix+id, raw, nil)
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		return doc.Label, err
	})
}
