package consent

// Text is something to be read by people: language tag ("kk", "ru", "en") → plain text.
type Text map[string]string

// In returns the text in the first of the given languages that it has; failing that in English; failing
// that in the alphabetically first language it has; "" when it has none.
func (t Text) In(languages ...string) string {
	for _, language := range languages {
		if s := t[language]; s != "" {
			return s
		}
	}
	if s := t["en"]; s != "" {
		return s
	}
	first := ""
	for language, s := range t {
		if s != "" && (first == "" || language < first) {
			first = language
		}
	}
	return t[first]
}
