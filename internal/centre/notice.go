package centre

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/static/banner"
)

// notice is the whole policy in words.
type notice struct {
	frame
	Revision, Changed string
	Purposes          []purposeSwitch
	Data              []dataRow
	Recipients        []recipientRow
	Facts             []fact
	Cookies           []cookieRow
	Terms, Browser    string
}

type dataRow struct{ Name, Purposes, Source, Kept string }

type recipientRow struct{ Service, Name, Country, Purpose, Notice string }

// fact is a line of "what: answer"; Key names the text of what.
type fact struct{ Key, Value string }

func (h *handler) notice(w http.ResponseWriter, r *http.Request) {
	e := h.current()
	lang := e.language(r)
	locale := banner.For(lang)
	h.write(w, http.StatusOK, "notice", lang, notice{
		frame:      h.frame(e, lang, locale.Text("notice.title"), "/notice"),
		Revision:   revision(e.policy, locale),
		Changed:    changed(e.policy, lang),
		Purposes:   switches(e, lang, consent.Choice{}),
		Data:       dataRows(e.policy, locale),
		Recipients: recipientRows(e.policy, lang),
		Facts:      facts(e.policy, locale),
		Cookies:    cookieRows(e.policy, lang),
		Terms:      terms(e.policy, locale),
		Browser:    browser(e.policy, locale),
	})
}

func revision(policy consent.Policy, locale *banner.Locale) string {
	day := policy.Revision.Date
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		day = date(locale, t)
	}
	return locale.Text("notice.revision", "date", day, "n", strconv.Itoa(policy.Revision.Number))
}

// changed is what the policy says of its last change, "" where it says nothing.
func changed(policy consent.Policy, lang string) string {
	return policy.Revision.Text.In(lang)
}

func dataRows(policy consent.Policy, locale *banner.Locale) []dataRow {
	var rows []dataRow
	for _, d := range policy.Data {
		rows = append(rows, dataRow{
			Name:     d.Name.In(locale.Tag),
			Purposes: purposeNames(policy, d.Purposes, locale.Tag),
			Source:   locale.Text("notice.source." + string(d.Source)),
			Kept:     locale.Period(period(d.Retention)),
		})
	}
	return rows
}

func recipientRows(policy consent.Policy, lang string) []recipientRow {
	var rows []recipientRow
	for _, s := range policy.Services {
		if s.Recipient == "" {
			continue
		}
		rows = append(rows, recipientRow{
			Service: s.Name, Name: s.Recipient, Country: country(s.Country, lang),
			Purpose: purposeNames(policy, []consent.Purpose{s.Purpose}, lang), Notice: s.Notice,
		})
	}
	return rows
}

// facts are the answers that Law 94-V art. 8.4 asks for, as far as the policy gives them, and where data rests (S2-2.7).
func facts(policy consent.Policy, locale *banner.Locale) []fact {
	var all []fact
	for _, asked := range []struct {
		key    string
		answer consent.Answer
	}{
		{"notice.third", policy.Transfers.ThirdParties},
		{"notice.border", policy.Transfers.CrossBorder},
		{"notice.public", policy.Transfers.Publication},
	} {
		if asked.answer != "" {
			all = append(all, fact{asked.key, locale.Text("notice." + string(asked.answer))})
		}
	}
	return append(all, fact{"notice.rests", country(policy.DataRegion, locale.Tag)})
}

func terms(policy consent.Policy, locale *banner.Locale) string {
	life := policy.Lifetimes
	return locale.Text("notice.choice.text", "choice", locale.Period(period(life.Choice)), "refusal", locale.Period(period(life.Refusal)),
		"record", locale.Period(period(life.Record)), "reopen", locale.Text("reopen"))
}

// browser says what an opt-out of the browser does (S3-6.1).
func browser(policy consent.Policy, locale *banner.Locale) string {
	names := purposeNames(policy, policy.OptOuts.Purposes, locale.Tag)
	switch {
	case names == "":
		return ""
	case policy.OptOuts.IgnoreDNT:
		return locale.Text("notice.gpc", "purposes", names)
	}
	return locale.Text("notice.gpcdnt", "purposes", names)
}

func purposeNames(policy consent.Policy, wanted []consent.Purpose, lang string) string {
	var names []string
	for _, id := range wanted {
		for _, p := range policy.Purposes {
			if p.ID == id {
				names = append(names, p.Name.In(lang))
			}
		}
	}
	return strings.Join(names, ", ")
}
