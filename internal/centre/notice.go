package centre

import (
	"context"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
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
	Safeguards        []string // what else the policy says of transfers
	Cookies           []cookieRow
	Terms, Browser    string
	Told              string // what is counted without being asked for, "" where nothing is
	Rights            []right
	History           []revisionRow
}

// right is a line of what a data subject may ask for, and by when it is done.
type right struct{ What, Deadline string }

// revisionRow is a line of the policy's history.
type revisionRow struct {
	Name, Text, Hash string
	Shown            bool
}

type dataRow struct{ Name, Purposes, Source, Kept string }

type recipientRow struct{ Service, Name, Country, Purpose, Notice string }

// fact is a line of "what: answer"; Key names the text of what.
type fact struct{ Key, Value string }

// notice shows the policy in force, or a former one that is asked for by its hash.
func (h *handler) notice(w http.ResponseWriter, r *http.Request) {
	e := h.current()
	lang, self := e.language(r), "/notice"
	policy, hash := e.policy, e.rules.Hash()
	if asked := r.URL.Query().Get("edition"); asked != "" && asked != hash {
		edition, err := h.former(r.Context(), asked)
		if err != nil {
			h.refuse(w, r, http.StatusNotFound, "centre.missing")
			return
		}
		policy, hash = edition.Policy, edition.Hash
	}
	locale := banner.For(lang)
	frame := h.frame(e, lang, locale.Text("notice.title"), self)
	frame.Policy = policy // who answered for the data then, and where one could complain
	h.write(w, http.StatusOK, "notice", lang, notice{
		frame:      frame,
		Revision:   revision(policy, locale),
		Changed:    changed(policy, lang),
		Purposes:   switches(policy, policy.Purposes, lang, consent.Choice{}),
		Data:       dataRows(policy, locale),
		Recipients: recipientRows(policy, lang),
		Facts:      facts(policy, locale),
		Safeguards: safeguards(policy, lang),
		Cookies:    cookieRows(policy, lang),
		Terms:      terms(policy, locale),
		Browser:    browser(policy, locale),
		Told:       told(policy, locale),
		Rights:     rights(locale),
		History:    h.history(r.Context(), e, hash, locale),
	})
}

// former finds a policy that was in force once.
func (h *handler) former(ctx context.Context, hash string) (consent.Edition, error) {
	if h.Archive == nil {
		return consent.Edition{}, fs.ErrNotExist
	}
	ctx, cancel := context.WithTimeout(ctx, historyTime)
	defer cancel()
	return h.Archive.Edition(ctx, hash)
}

// history lists the revisions, the one in force first; empty where no other was kept (S4-10).
func (h *handler) history(ctx context.Context, e *edition, shown string, locale *banner.Locale) []revisionRow {
	if h.Archive == nil {
		return nil
	}
	editions, err := h.past.list(ctx, h.Archive, h.Now())
	if err != nil {
		h.Logger.ErrorContext(ctx, "centre: former policies could not be read", "error", err)
	}
	rows := []revisionRow{newRevisionRow(e.policy, e.rules.Hash(), shown, locale)}
	for _, kept := range slices.Backward(editions) {
		if kept.Hash != e.rules.Hash() {
			rows = append(rows, newRevisionRow(kept.Policy, kept.Hash, shown, locale))
		}
	}
	if len(rows) == 1 {
		return nil
	}
	tellApart(rows)
	return rows
}

// tellApart names the hash of revisions that would be called the same: rules of the dashboard change neither the
// number nor the date.
func tellApart(rows []revisionRow) {
	met := map[string]int{}
	for _, row := range rows {
		met[row.Name]++
	}
	for i, row := range rows {
		if met[row.Name] > 1 {
			rows[i].Name += " · " + row.Hash[:8]
		}
	}
}

func newRevisionRow(policy consent.Policy, hash, shown string, locale *banner.Locale) revisionRow {
	return revisionRow{Name: revision(policy, locale), Text: changed(policy, locale.Tag), Hash: hash, Shown: hash == shown}
}

// rights are those of the data subject, with the deadlines that the house keeps (S2-5.5, S4-9).
func rights(locale *banner.Locale) []right {
	atOnce := locale.Text("notice.atonce")
	return []right{
		{locale.Text("notice.right.see"), locale.Count("days", 15)},
		{locale.Text("notice.right.correct"), locale.Count("workdays", 1)},
		{locale.Text("notice.right.erase"), locale.Count("workdays", 1)},
		{locale.Text("notice.right.stop"), locale.Count("workdays", 3)},
		{locale.Text("notice.right.withdraw"), atOnce},
		{locale.Text("notice.right.block"), atOnce},
	}
}

// told is what the implied model tells (S0-3.1, S1-2.1).
func told(policy consent.Policy, locale *banner.Locale) string {
	implied := policy.Model == consent.ModelImplied
	for _, model := range policy.Models {
		implied = implied || model == consent.ModelImplied
	}
	if !implied {
		return ""
	}
	return locale.Text("implied.lead", "site", policy.Site.Name)
}

func safeguards(policy consent.Policy, lang string) (all []string) {
	for _, text := range []consent.Text{policy.Transfers.Safeguards, policy.Transfers.Published} {
		if said := text.In(lang); said != "" {
			all = append(all, said)
		}
	}
	return all
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
	return in(policy, policy.Revision.Text, lang)
}

func dataRows(policy consent.Policy, locale *banner.Locale) []dataRow {
	var rows []dataRow
	for _, d := range policy.Data {
		rows = append(rows, dataRow{
			Name:     in(policy, d.Name, locale.Tag),
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
				names = append(names, purposeName(policy, p, lang))
			}
		}
	}
	return banner.For(lang).List(names)
}
