package gate

import (
	"hash/fnv"
	"strconv"
	"unicode/utf8"
)

// Markup is HTML to be put into pages, made once and shared between exchanges.
type Markup struct {
	html  []byte // UTF-8
	ascii []byte // the same for pages in another or an unknown encoding
	tag   string // names it in validators
	any   string // names all that it was joined with, in the validators of pages that settle the language
	echo  int    // by how many of its first bytes a page is known that has it already
}

// NewMarkup prepares html, which is not copied and must not be changed any more. It must be
// well-formed by itself and legal at the start of a body. Characters beyond ASCII may stand in text and
// attribute values only, since they become character references on pages that are not known to be
// UTF-8. NewMarkup returns nil for empty html.
func NewMarkup(html []byte) *Markup {
	if len(html) == 0 {
		return nil
	}
	sum := fnv.New32a()
	sum.Write(html)
	tag := strconv.FormatUint(uint64(sum.Sum32())|1<<32, 16)[1:]
	return &Markup{html: html, ascii: references(html), tag: tag, echo: min(len(html), maxEcho)}
}

// Tag returns the 8 hexadecimal digits that stand for the markup in the validators of pages.
func (m *Markup) Tag() string { return m.tag }

// head is what a page begins with that already has the markup.
func (m *Markup) head(utf8 bool) []byte {
	b := m.bytes(utf8)
	return b[:min(len(b), m.echo)]
}

func (m *Markup) bytes(utf8 bool) []byte {
	if utf8 {
		return m.html
	}
	return m.ascii
}

// references replaces what is not ASCII by numeric character references.
func references(html []byte) []byte {
	out := make([]byte, 0, len(html))
	for len(html) > 0 {
		r, n := utf8.DecodeRune(html)
		if r < utf8.RuneSelf {
			out = append(out, html[0])
		} else {
			out = append(strconv.AppendInt(append(out, "&#"...), int64(r), 10), ';')
		}
		html = html[n:]
	}
	return out
}
