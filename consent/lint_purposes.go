package consent

import (
	"slices"
	"strings"
	"unicode"
)

func (l *lint) purposes() {
	for i, p := range l.Purposes {
		field := at("purposes", i)
		l.bundled(field, p)
		for _, language := range sortedKeys(p.Text) {
			l.vague(field+".text."+language, p.Text[language], p.Name[language])
		}
		if p.ID == Necessary {
			continue
		}
		if !l.uses(p.ID) {
			l.warn(field, "unused", "has no service, cookie or data: visitors are asked for nothing; leave it out")
		} else if len(l.Data) > 0 && !slices.ContainsFunc(l.Data, func(d DataKind) bool { return slices.Contains(d.Purposes, p.ID) }) {
			l.warn(field, "no-data", "uses no kind of data: list under \"data\" what it takes, or the notice cannot say it")
		}
	}
	l.mixed()
}

// uses reports whether anything serves a purpose.
func (l *lint) uses(p Purpose) bool {
	used := slices.ContainsFunc(l.Services, func(s Service) bool { return s.Purpose == p }) ||
		slices.ContainsFunc(l.Data, func(d DataKind) bool { return slices.Contains(d.Purposes, p) })
	l.each(func(_ string, ck CookieRule, _ string) { used = used || ck.Purpose == p })
	return used
}

// themes are the stems by which a purpose is known, in Kazakh, Russian and English.
var themes = [...]struct {
	theme Purpose
	stems []string
}{
	{Statistics, []string{"statistic", "analytic", "статистик", "аналитик", "талдау"}},
	{Marketing, []string{"marketing", "advert", "маркетинг", "реклам", "жарнама"}},
	{Preferences, []string{"preference", "personali", "настройк", "персонализ", "баптау", "жекелен"}},
}

func themesOf(text string) (found []string) {
	text = strings.ToLower(text)
	for _, t := range themes {
		if slices.ContainsFunc(t.stems, func(stem string) bool { return strings.Contains(text, stem) }) {
			found = append(found, string(t.theme))
		}
	}
	return found
}

// bundled finds one switch for several things: consent is given to each purpose by itself.
func (l *lint) bundled(field string, p PurposeInfo) {
	for _, language := range sortedKeys(p.Name) {
		found := themesOf(p.Name[language])
		if p.ID == Necessary {
			found = slices.DeleteFunc(append(found, themesOf(p.Text[language])...), func(t string) bool { return t == string(Preferences) })
			if len(found) > 0 {
				l.warn(field, "bundled", "speaks of %s: nobody can refuse what is necessary; make it a purpose of its own", found[0])
				return
			}
			continue
		}
		if len(found) > 1 {
			l.warn(field+".name."+language, "bundled", "puts %s behind one switch: make them purposes of their own", list(found))
			return
		}
	}
}

// mixed finds cookies of well-known trackers of different kinds under one purpose.
func (l *lint) mixed() {
	first := map[Purpose]CookieRule{}
	told := map[Purpose]bool{}
	l.each(func(field string, ck CookieRule, _ string) {
		kind := trackerOf(ck.Name)
		if kind == "" || ck.Purpose == Necessary {
			return
		}
		other, ok := first[ck.Purpose]
		if !ok {
			first[ck.Purpose] = ck
		} else if was := trackerOf(other.Name); was != kind && !told[ck.Purpose] {
			told[ck.Purpose] = true
			l.warn(field, "bundled", "is known for %s and %q for %s, both under %q: give each a purpose of its own", kind, other.Name, was, ck.Purpose)
		}
	})
}

// stock are phrases that say nothing.
var stock = [...]string{
	"improve your experience", "improve user experience", "improve our service", "other purposes", "various purposes",
	"улучшения качества", "улучшения сервис", "улучшения работы", "улучшить ваш опыт", "иных целей", "других целей",
	"қызмет сапасын жақсарту", "басқа мақсаттар",
}

// leastLetters is how many letters a sentence takes that says what data is used for.
const leastLetters = 20

func (l *lint) vague(field, text, name string) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return
	}
	if n := letters(text); n < leastLetters || text == strings.ToLower(strings.TrimSpace(name)) {
		l.warn(field, "vague", "is too short to tell what the data is used for: say it in a sentence")
		return
	}
	for _, phrase := range stock {
		if strings.Contains(text, phrase) {
			l.warn(field, "vague", "says %q, which may mean anything: say what is done with the data", phrase)
			return
		}
	}
}

// letters counts letters; scripts that write a word in one or two count threefold.
func letters(text string) (n int) {
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			n += 3
		case unicode.IsLetter(r):
			n++
		}
	}
	return n
}
