package centre

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// maxBody is more than any form of ours takes; what a submission itself may take, package consent bounds.
const maxBody = 8 << 10

// choice puts a submission into force and answers in the manner in which it was asked: JSON to a script, a redirect back to
// the page to a form.
func (h *handler) choice(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	e := h.current()
	submission, status := parse(w, r, e.rules)
	switch {
	case status == http.StatusConflict:
		h.refuse(w, r, status, "centre.stale")
		return
	case status != http.StatusOK:
		h.refuse(w, r, status, "centre.bad")
		return
	}
	if submission.Language == "" {
		submission.Language = e.language(r)
	}
	choice, err := h.Consents.Submit(w, r, submission)
	if err != nil {
		h.unrecorded(w, r, submission, choice, err)
		return
	}
	if asksJSON(r) {
		h.json(w, http.StatusOK, reply{Message: banner.For(e.language(r)).Text("saved"), State: stateOf(e.rules, choice)})
		return
	}
	http.Redirect(w, r, h.back(r, submission), http.StatusSeeOther)
}

// parse reads a form or a JSON object. The status is 200, or why the submission is not one.
func parse(w http.ResponseWriter, r *http.Request, rules *consent.Rulebook) (consent.Submission, int) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return consent.Submission{}, http.StatusRequestEntityTooLarge
	case err != nil: // it did not all come, or not in time
		return consent.Submission{}, http.StatusBadRequest
	}
	var submission consent.Submission
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return submission, http.StatusBadRequest
		}
		r.PostForm = form
		represent(form)
		submission, err = consent.ParseSubmission(form, rules)
		return submission, statusOf(err)
	case "application/json":
		submission, err = consent.ParseSubmissionJSON(body, rules)
		return submission, statusOf(err)
	}
	return submission, http.StatusUnsupportedMediaType
}

// represent makes a choice in the centre that of a legal representative where its visitor says so (S4-4.1.1).
func represent(form url.Values) {
	if form.Get("method") == string(consent.MethodCentre) && form.Get("capacity") != "" {
		form.Set("method", string(consent.MethodRepresentative))
	}
}

func statusOf(err error) int {
	switch {
	case err == nil:
		return http.StatusOK
	case errors.Is(err, consent.ErrStale):
		return http.StatusConflict
	}
	return http.StatusBadRequest
}

// unrecorded answers a choice that the ledger did not take. The ledger fails loud; a refusal holds all the same, and its
// visitor is told so.
func (h *handler) unrecorded(w http.ResponseWriter, r *http.Request, s consent.Submission, c consent.Choice, err error) {
	status := http.StatusServiceUnavailable
	if errors.Is(err, ErrTooMany) {
		status = http.StatusTooManyRequests // no line in the log for each, which would be a flood as well
	} else {
		h.Logger.ErrorContext(r.Context(), "centre: a choice could not be recorded", "refusal", s.Refusal(), "error", err)
	}
	w.Header().Set("Retry-After", "30")
	key := "centre.ungranted"
	if s.Refusal() {
		key = "centre.unrecorded"
	}
	h.fail(w, r, status, key, stateOf(h.current().rules, c))
}

// back is where a form without JavaScript came from: the path it names, else the page that the browser names as long as it
// is of this site, else the centre.
func (h *handler) back(r *http.Request, s consent.Submission) string {
	if s.Return != "" {
		return s.Return
	}
	home := h.Mount + "/?saved=1&lang=" + url.QueryEscape(s.Language)
	from, err := url.Parse(r.Referer())
	if err != nil || from.Host != r.Host || from.Opaque != "" {
		return home
	}
	path := from.EscapedPath()
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.HasPrefix(path, h.Mount+"/") {
		return home
	}
	if from.RawQuery != "" {
		path += "?" + from.RawQuery
	}
	return path
}

// reply is what a script is told.
type reply struct {
	Message string `json:"message"`
	State   *state `json:"state,omitempty"`
}

func (h *handler) json(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(value); err != nil {
		h.Logger.Debug("centre: the client went away", "error", err)
	}
}
