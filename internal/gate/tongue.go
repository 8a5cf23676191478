package gate

import (
	"bytes"
	"hash/fnv"
	"strconv"
)

// Tongues knows the markups of a site in all languages. It is safe for concurrent use and does not allocate.
type Tongues interface {
	// In returns what m says in the language that a page declares for itself, such as "kk" or "pt-BR", as it stands there;
	// m and false where there is nothing in that language. Both must have joined one family, see [Markup.Join].
	In(m *Markup, lang []byte) (in *Markup, ok bool)
}

// Join makes m one of a family: the markups that say the same in several languages, which need not be made yet. The
// family's name must be another whenever any of them changes: a page whose language picks one of them then has a new
// validator. Begins is what all begin with, by which a page is known that has one already. Call it before m is shared.
func (m *Markup) Join(family, begins string) {
	m.tag, m.any = tagOf(family, m.tag), tagOf(family, "any")
	m.echo = shared([]byte(begins), m.html[:min(len(m.html), maxEcho)])
}

func tagOf(parts ...string) string {
	sum := fnv.New32a()
	for _, part := range parts {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return strconv.FormatUint(uint64(sum.Sum32())|1<<32, 16)[1:]
}

// shared is how many bytes two beginnings have in common.
func shared(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// speak chooses the bytes that go into the page, once its <html> tag has been read or must do without, and finds out whether
// the page itself settles the language. The validator then stands for the markup in whatever language; else it is that of
// the markup that was chosen before.
func (w *Writer) speak() {
	m := w.markup
	if t := w.plan.Tongues; t != nil && m != nil {
		if lang := langOf(w.scan.root()); len(lang) > 0 {
			m, w.settled = t.In(m, lang)
		}
	}
	w.dressed = nonced(m.bytes(w.enc != isASCII), w.inner.Header())
}

// langOf finds the value of "lang" among the attributes of a tag (HTML Living Standard sections 3.2.6.1 and 13.1.2.3);
// the first of two counts. Character references, which no language tag needs, are not read.
func langOf(attrs []byte) []byte {
	for len(attrs) > 0 {
		attrs = bytes.TrimLeft(attrs, " \t\r\n\f/")
		end := bytes.IndexAny(attrs, " \t\r\n\f/=>")
		if end < 0 {
			return nil
		}
		name := attrs[:end]
		attrs = bytes.TrimLeft(attrs[end:], " \t\r\n\f")
		var value []byte
		if len(attrs) > 0 && attrs[0] == '=' {
			value, attrs = valueOf(bytes.TrimLeft(attrs[1:], " \t\r\n\f"))
		}
		if bytes.EqualFold(name, []byte("lang")) {
			return bytes.TrimSpace(value)
		}
		if len(attrs) > 0 && attrs[0] == '>' {
			return nil
		}
	}
	return nil
}

// valueOf cuts a value off; one that does not end is none.
func valueOf(attrs []byte) (value, rest []byte) {
	if len(attrs) == 0 {
		return nil, nil
	}
	stop := " \t\r\n\f>"
	if attrs[0] == '"' || attrs[0] == '\'' {
		stop = string(attrs[:1])
		attrs = attrs[1:]
	}
	end := bytes.IndexAny(attrs, stop)
	if end < 0 {
		return nil, nil
	}
	rest = attrs[end:]
	if stop[0] != ' ' {
		rest = rest[1:]
	}
	return attrs[:end], rest
}
