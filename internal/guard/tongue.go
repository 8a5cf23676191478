package guard

import "github.com/kelisim/kelisim/internal/gate"

// all is every markup of a face, at the same place in each language; nil where the policy does not call for it.
func (f *face) all() [6]*gate.Markup {
	return [...]*gate.Markup{f.question.markup, f.objection.markup, f.implied.markup, f.minor.markup, f.decided.markup, f.shared}
}

// join lets every markup find itself in the other languages.
func (f *faces) join() {
	var markups [6][]*gate.Markup
	for _, lang := range f.matcher.Offered() {
		for place, m := range f.by[lang].all() {
			if m != nil {
				f.places[m] = place
				markups[place] = append(markups[place], m)
			}
		}
	}
	for _, same := range markups {
		gate.Join(same)
	}
}

// In implements [gate.Tongues]: what m says in the language of the page, where the policy has it.
func (f *faces) In(m *gate.Markup, lang []byte) (in *gate.Markup, ok bool) {
	place, ok := f.places[m]
	face := f.speaks(lang)
	if !ok || face == nil || face.all()[place] == nil {
		return m, false
	}
	return face.all()[place], true
}

// speaks is the face for a page in lang; nil where the policy does not have the language.
func (f *faces) speaks(lang []byte) *face {
	if exact := f.by[string(lang)]; exact != nil {
		return exact
	}
	f.declared.mu.RLock()
	found, known := f.declared.known[string(lang)]
	f.declared.mu.RUnlock()
	if !known {
		found = f.declared.keep(string(lang), f.matcher.Page(string(lang)))
	}
	return f.by[found]
}
