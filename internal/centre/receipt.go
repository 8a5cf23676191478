package centre

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"

	"github.com/kelisim/kelisim/static/banner"
)

// MaxReceipt is the most bytes of a receipt that is brought to be checked, with whatever a form puts around it.
const MaxReceipt = 132 << 10

// record hands the visitor the receipt of their own record. Without its proof cookie there is nothing to find here.
func (h *handler) record(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	receipt, err := h.Consents.Receipt(r)
	switch {
	case errors.Is(err, ErrNoRecord):
		h.refuse(w, r, http.StatusNotFound, "centre.norecord")
	case err != nil:
		h.Logger.ErrorContext(r.Context(), "centre: a receipt could not be made", "error", err)
		h.refuse(w, r, http.StatusServiceUnavailable, "centre.unavailable")
	default:
		w.Header().Set("Content-Type", "application/ld+json")
		w.Header().Set("Content-Disposition", `attachment; filename="consent-`+receipt.ID+`.json"`)
		_, _ = w.Write(receipt.JSON) // the client may go away
	}
}

// check is the page on which anybody has a receipt checked.
type check struct {
	frame
	Asked                bool
	Sound, Sealed        bool
	Verdict, Held, Event string
}

func (h *handler) checkForm(w http.ResponseWriter, r *http.Request) {
	h.showCheck(w, r, http.StatusOK, Standing{}, false)
}

// checkReceipt says what a receipt proves: on a page to a form, in JSON to a script. Nothing of it is kept.
func (h *handler) checkReceipt(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	text, status := brought(w, r)
	standing := Standing{Index: -1}
	if status == http.StatusOK {
		standing = h.Consents.Check(r.Context(), text)
		if !standing.Sound {
			status = http.StatusUnprocessableEntity
		}
	}
	if asksJSON(r) {
		h.json(w, status, standing)
		return
	}
	h.showCheck(w, r, status, standing, true)
}

func (h *handler) showCheck(w http.ResponseWriter, r *http.Request, status int, s Standing, asked bool) {
	e := h.current()
	lang := e.language(r)
	locale := banner.For(lang)
	page := check{frame: h.frame(e, lang, locale.Text("centre.check"), "/check"), Asked: asked, Sound: s.Sound, Sealed: s.Index >= 0}
	if asked {
		page.Verdict, page.Held = verdictOn(locale, s)
	}
	h.write(w, status, "check", lang, page)
}

// verdictOn is a standing in words.
func verdictOn(locale *banner.Locale, s Standing) (verdict, held string) {
	switch {
	case !s.Sound:
		return locale.Text("centre.check.bad"), ""
	case s.Index < 0:
		verdict = locale.Text("centre.check.pending")
	default:
		verdict = locale.Text("centre.check.sound", "index", strconv.FormatInt(s.Index, 10), "size", strconv.FormatInt(s.Size, 10))
	}
	switch s.Held {
	case HeldErased:
		held = locale.Text("centre.check.erased")
	case HeldNot:
		held = locale.Text("centre.check.unheld")
	}
	return verdict, held
}

// brought reads a receipt out of a request: a JSON body, or the file or text of a form, the first that is not empty.
// The status is 200, or why there is none.
func brought(w http.ResponseWriter, r *http.Request) (text []byte, status int) {
	r.Body = http.MaxBytesReader(w, r.Body, MaxReceipt)
	var err error
	switch kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind {
	case "application/json", "application/ld+json":
		text, err = io.ReadAll(r.Body)
	case "multipart/form-data":
		text, err = uploaded(r)
	default:
		return nil, http.StatusUnsupportedMediaType
	}
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return text, http.StatusOK
}

// maxParts bounds the parts of a form that are looked at; the page sends two.
const maxParts = 8

// uploaded reads the first part named "receipt" that is not empty, in memory: no file is written.
func uploaded(r *http.Request) ([]byte, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if part.FormName() != "receipt" {
			continue
		}
		if text, err := io.ReadAll(part); err != nil || len(text) > 0 {
			return text, err
		}
	}
	return nil, nil
}
