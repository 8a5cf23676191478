package guard

import (
	"strconv"

	"github.com/kelisim/kelisim/internal/gate"
)

// all is every markup of a face, at the same place in each language; nil where the policy does not call for it.
func (f *face) all() [6]*gate.Markup {
	return [...]*gate.Markup{f.question.markup, f.objection.markup, f.implied.markup, f.minor.markup, f.decided.markup, f.shared}
}

// begins is what every markup begins with, whatever its language.
const begins = `<div id="kelisim" lang="`

// join lets every markup of a face find itself in the other languages, be they made already or not.
func (f *faces) join(one *face) *face {
	for place, m := range one.all() {
		if m != nil {
			m.Join(f.family+strconv.Itoa(place), begins)
			f.places.Store(m, place)
		}
	}
	return one
}

// In implements [gate.Tongues]: what m says in the language of the page, where the policy has it.
func (f *faces) In(m *gate.Markup, lang []byte) (in *gate.Markup, ok bool) {
	place, ok := f.places.Load(m)
	face := f.speaks(lang)
	if !ok || face == nil || face.all()[place.(int)] == nil {
		return m, false
	}
	return face.all()[place.(int)], true
}

// speaks is the face for a page in lang; nil where the policy does not have the language.
func (f *faces) speaks(lang []byte) *face {
	if exact, ok := f.by[string(lang)]; ok {
		return exact()
	}
	f.declared.mu.RLock()
	found, known := f.declared.known[string(lang)]
	f.declared.mu.RUnlock()
	if !known {
		found = f.declared.keep(string(lang), f.matcher.Page(string(lang)))
	}
	if face, ok := f.by[found]; ok {
		return face()
	}
	return nil
}
