package consent

import "strings"

// texts finds what the policy says in its first language and leaves out in others: there it is shown in the first one. The
// four standard purposes have built-in words in every language that the banner speaks, and are left out here.
func (l *lint) texts() {
	l.translated("revision.text", l.Revision.Text)
	l.translated("authority.name", l.Authority.Name)
	for i, d := range l.Data {
		l.translated(at("data", i)+".name", d.Name)
	}
	for i, s := range l.Services {
		l.translated(at("services", i)+".text", s.Text)
	}
	l.each(func(field string, ck CookieRule, _ string) { l.translated(field+".text", ck.Text) })
	l.translated("transfers.safeguards", l.Transfers.Safeguards)
	l.translated("transfers.published", l.Transfers.Published)
}

func (l *lint) translated(field string, t Text) {
	if len(t) == 0 || len(l.Languages) == 0 {
		return
	}
	var missing []string
	for _, language := range l.Languages[1:] {
		if strings.TrimSpace(t[language]) == "" {
			missing = append(missing, language)
		}
	}
	if len(missing) > 0 {
		l.warn(field, "untranslated", "has no text in %s: visitors who read that are shown the one in %s", list(missing), l.Languages[0])
	}
}
