package centre

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// home is the privacy centre itself.
type home struct {
	frame
	Flash                  string
	Mood                   string // "on", "off" or "open": the colour of the card
	Verdict, Since, OptOut string
	Withdrawable           bool
	Purposes               []purposeSwitch
	PerService             bool
	Receipt                string // id of the visitor's record
	Sealed                 string // what its receipt proves
	NoReceipt              string // key of the text that says why there is none
	Cookies                []cookieRow
}

// purposeSwitch is one purpose with its position and those who work for it.
type purposeSwitch struct {
	ID, Name, Text, Globs string
	Required, On          bool
	Services              []serviceRow
}

// Each says that the visitor answers for every service.
func (p purposeSwitch) Each() bool { return len(p.Services) > 0 && p.Services[0].Alone }

// serviceRow is a service in words; Recipient names its country too.
type serviceRow struct {
	ID, Name, Text, Recipient, Globs string
	Alone, On                        bool // has a switch of its own, and it is on
}

func (h *handler) home(w http.ResponseWriter, r *http.Request) {
	e := h.current()
	lang := e.language(r)
	locale := banner.For(lang)
	choice := h.Consents.Choice(r)
	page := home{
		frame:        h.frame(e, lang, locale.Text("centre.title"), "/"),
		Verdict:      verdict(e, locale, choice),
		Mood:         mood(e, choice),
		OptOut:       optOut(e, locale, choice),
		Withdrawable: choice.Decided() && mood(e, choice) == "on",
		Purposes:     switches(e.policy, e.rules.Purposes(), lang, choice),
		PerService:   e.rules.PerService(),
		Cookies:      cookieRows(e.policy, lang),
	}
	if r.URL.Query().Get("saved") != "" {
		page.Flash = locale.Text("saved")
	}
	if choice.Decided() {
		page.Since = locale.Text("centre.since", "date", date(locale, choice.At().In(h.Zone)), "until", date(locale, choice.Until().In(h.Zone)))
	}
	page.Receipt, page.Sealed, page.NoReceipt = h.receipt(r, locale)
	h.write(w, http.StatusOK, "home", lang, page)
}

// receipt is the id of the visitor's record and what its receipt proves, else the key of the text that says why there is none.
func (h *handler) receipt(r *http.Request, locale *banner.Locale) (id, sealed, otherwise string) {
	receipt, err := h.Consents.Receipt(r)
	switch {
	case err == nil && receipt.Index < 0:
		return receipt.ID, locale.Text("centre.receipt.pending"), ""
	case err == nil:
		return receipt.ID, locale.Text("centre.receipt.sealed", "index", strconv.FormatInt(receipt.Index, 10)), ""
	case errors.Is(err, ErrNoRecord):
		return "", "", "centre.receipt.none"
	}
	h.Logger.ErrorContext(r.Context(), "centre: a receipt could not be made", "error", err)
	return "", "", "centre.unavailable"
}

// allowed names the purposes beyond the necessary one that may be used, and counts those that may not.
func allowed(e *edition, lang string, c consent.Choice) (names []string, denied int) {
	for _, p := range e.rules.Purposes() {
		switch {
		case p.ID == consent.Necessary:
		case c.Allows(p.ID):
			names = append(names, purposeName(e.policy, p, lang))
		default:
			denied++
		}
	}
	return names, denied
}

func mood(e *edition, c consent.Choice) string {
	names, _ := allowed(e, "", c)
	switch {
	case !c.Decided():
		return "open"
	case len(names) > 0:
		return "on"
	}
	return "off"
}

func verdict(e *edition, locale *banner.Locale, c consent.Choice) string {
	names, denied := allowed(e, locale.Tag, c)
	list := locale.List(names)
	switch {
	case !c.Decided() && len(names) > 0:
		return locale.Text("centre.presumed", "purposes", list)
	case !c.Decided():
		return locale.Text("centre.undecided")
	case len(names) == 0:
		return locale.Text("centre.none")
	case denied == 0:
		return locale.Text("centre.all")
	}
	return locale.Text("centre.some", "purposes", list)
}

// optOut says what the visitor's browser asks of us, and whether it or a later word of the visitor holds.
func optOut(e *edition, locale *banner.Locale, c consent.Choice) string {
	signal := signals[c.OptOut()]
	if signal == "" {
		return ""
	}
	var names []string
	for _, p := range e.rules.Purposes() {
		if c.Stance(p.ID) == consent.OptedOut {
			names = append(names, purposeName(e.policy, p, locale.Tag))
		}
	}
	if len(names) > 0 {
		return locale.Text("centre.optout", "signal", signal, "purposes", locale.List(names))
	}
	if granted, _ := allowed(e, locale.Tag, c); len(granted) > 0 {
		return locale.Text("centre.overridden", "signal", signal)
	}
	return ""
}

var signals = map[consent.OptOut]string{consent.GPC: "Global Privacy Control", consent.DNT: "Do Not Track"}

func switches(policy consent.Policy, purposes []consent.PurposeInfo, lang string, c consent.Choice) []purposeSwitch {
	var all []purposeSwitch
	for _, p := range purposes {
		shown := purpose(policy, p, lang)
		all = append(all, purposeSwitch{
			ID: shown.ID, Name: shown.Name, Text: shown.Text, Required: shown.Required,
			On: c.Allows(p.ID), Globs: strings.Join(shown.Cookies, " "), Services: serviceRows(policy, p.ID, lang, c),
		})
	}
	return all
}

func serviceRows(policy consent.Policy, p consent.Purpose, lang string, c consent.Choice) []serviceRow {
	var rows []serviceRow
	for _, s := range policy.Services {
		if s.Purpose != p {
			continue
		}
		row := serviceRow{ID: s.ID, Name: s.Name, Text: in(policy, s.Text, lang), Recipient: s.Recipient, Alone: s.Bit() >= 0, On: c.AllowsService(s.ID)}
		row.Globs = strings.Join(service(s, lang).Cookies, " ")
		if s.Country != "" && s.Recipient != "" {
			row.Recipient += " (" + country(s.Country, lang) + ")"
		}
		rows = append(rows, row)
	}
	return rows
}
