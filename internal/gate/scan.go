package gate

import "bytes"

// scanner finds the point of an HTML document at which its body begins, fed in pieces of any size. It
// is the part of the WHATWG tokenizer and tree builder that this needs: comments, declarations, quoted
// attributes, raw text elements with the escapes of scripts, templates, and the rules by which a body
// without a tag begins (HTML Living Standard sections 13.2.5 and 13.2.6.4.1 to 13.2.6.4.6).
//
// A response without doctype, <html>, <head> or <body> is a fragment, and so is a frameset: no point.
type scanner struct {
	state state
	act   action // what the end of the current tag means
	esc   escape // of the current script
	end   bool   // the current tag is an end tag
	doc   bool   // it is a document
	after bool   // its head has ended
	dash  uint8  // dashes in a row, in an escaped script
	short uint8  // length of name
	name  [maxName]byte
	raw   string // the end tag that closes the current raw text
	depth int    // open templates
	n     int    // bytes seen
	at    int    // where the current tag begins, or the point
	echo  []byte // what a page that already has the markup goes on with
	said  int    // how much of it was seen
	html  uint8  // how much of the attributes of <html> was noted, one more; 0 before the tag
	note  [maxRoot]byte
}

// maxName is one more than the longest name that matters.
const maxName = 9

// maxRoot is how much of the attributes of <html> is looked at.
const maxRoot = 240

// root returns the attributes of the page's <html> tag, as far as they were noted.
func (s *scanner) root() []byte { return s.note[:max(s.html, 1)-1] }

// maxEcho is how many bytes after <body> tell that the markup is already there.
const maxEcho = 32

type verdict uint8

const (
	more  verdict = iota // feed on
	found                // the point is scanner.at
	none                 // there is none
)

type action uint8

const (
	actNone action = iota
	actBody
	actRaw
	actRoot
)

func (s *scanner) reset(echo []byte) { *s = scanner{echo: echo} }

// feed reads on. Bytes after the verdict are not looked at.
func (s *scanner) feed(p []byte) verdict {
	p = p[:min(len(p), scanLimit-s.n)]
	for i := 0; i < len(p); {
		if s.state >= inGap && s.state <= inBare {
			rooted := s.act == actRoot
			k := s.attrs(p[i:])
			if rooted {
				s.html += uint8(copy(s.note[s.html-1:], p[i:i+k]))
			}
			i += k
			continue
		}
		i += s.skip(p[i:])
		if i == len(p) {
			break
		}
		v, again := s.step(p[i])
		if v != more {
			return v
		}
		if !again {
			i++
			s.n++
		}
	}
	if s.n < scanLimit {
		return more
	}
	return s.close()
}

// close gives the verdict for a document that ends here.
func (s *scanner) close() verdict {
	switch {
	case s.state == inEcho:
		return found
	case s.state == inText && s.doc && s.depth == 0 && s.n < scanLimit:
		s.at = s.n
		return found
	}
	return none
}

// hold returns how many of the bytes seen last may turn out to lie behind the point.
func (s *scanner) hold() int {
	switch s.state {
	case inEcho, inTagOpen, inEndOpen, inName:
		return s.n - s.at
	}
	return 0
}

// skip jumps over bytes that cannot change the state.
func (s *scanner) skip(p []byte) int {
	var stop byte
	switch {
	case s.state == inComment:
		stop = '-'
	case s.state == inBogus:
		stop = '>'
	case s.state == inRaw && s.esc == escNone, s.state == inText && s.depth > 0:
		stop = '<'
	case s.state == inText:
		i := 0
		for i < len(p) && isSpace(p[i]) {
			i++
		}
		s.n += i
		return i
	default:
		return 0
	}
	return s.upTo(p, stop)
}

// upTo jumps to the next stop and returns how far that is.
func (s *scanner) upTo(p []byte, stop byte) int {
	i := bytes.IndexByte(p, stop)
	if i < 0 {
		i = len(p)
	}
	s.n += i
	return i
}

// content is where a body without a tag begins.
func (s *scanner) content(at int) verdict {
	s.at = at
	if s.doc {
		return found
	}
	return none
}

func (s *scanner) clearName() { s.short = 0 }

// add appends to the name, folded to lower case. It reports false if the name is too long to matter.
func (s *scanner) add(c byte) bool {
	if s.short == maxName {
		return false
	}
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	s.name[s.short] = c
	s.short++
	return s.short < maxName
}

func isSpace(c byte) bool  { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func endsName(c byte) bool { return isSpace(c) || c == '/' || c == '>' }
