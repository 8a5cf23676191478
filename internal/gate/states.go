package gate

// state is where in the markup a [scanner] stands.
type state uint8

const (
	inText       state = iota // between tags
	inTagOpen                 // <
	inEndOpen                 // </
	inName                    // <a or </a
	inGap                     // before an attribute
	inAttr                    // in its name
	inAttrEnd                 // after its name
	inValue                   // after =
	inDouble                  // "
	inSingle                  // '
	inBare                    // an unquoted value
	inDecl                    // <!
	inDeclDash                // <!-
	inDeclName                // <!doc
	inBogus                   // until >
	inCommentNew              // <!--
	inCommentTry              // <!---
	inComment                 // <!-- …
	inDash                    // … -
	inDashes                  // … --
	inBang                    // … --!
	inRaw                     // text of a script, style, title …
	inRawOpen                 // … <
	inRawEnd                  // … </a
	inRawBang                 // … <! in a script
	inRawDash                 // … <!- in a script
	inRawName                 // … <a in an escaped script
	inEcho                    // behind <body>
)

// step reads one byte; again means that the new state must read it too.
func (s *scanner) step(c byte) (v verdict, again bool) {
	switch {
	case s.state == inEcho:
		return s.stepEcho(c), false
	case s.state >= inRaw:
		return more, s.stepRaw(c)
	case s.state >= inDecl:
		return more, s.stepDecl(c)
	}
	return s.stepTag(c)
}

func (s *scanner) stepTag(c byte) (verdict, bool) {
	switch s.state {
	case inText:
		switch {
		case c == '<':
			s.at, s.state = s.n, inTagOpen
		case s.depth > 0, isSpace(c), s.n < 3 && c == "\xEF\xBB\xBF"[s.n]:
		default:
			return s.content(s.n), false
		}
	case inTagOpen:
		switch {
		case isLetter(c):
			s.state, s.end = inName, false
			s.clearName()
			return more, true
		case c == '!':
			s.state = inDecl
		case c == '/':
			s.state = inEndOpen
		case c == '?':
			s.state = inBogus
		case s.depth > 0:
			s.state = inText
			return more, true
		default:
			return s.content(s.at), false
		}
	case inEndOpen:
		switch {
		case isLetter(c):
			s.state, s.end = inName, true
			s.clearName()
			return more, true
		case c == '>':
			s.state = inText
		default:
			s.state = inBogus
		}
	case inName:
		if !endsName(c) && s.add(c) {
			return more, false
		}
		s.state = inGap
		return s.named(), true
	}
	return more, false
}

// stepEcho compares what follows <body> with the beginning of the markup.
func (s *scanner) stepEcho(c byte) verdict {
	if s.said == len(s.echo) || c != s.echo[s.said] {
		return found
	}
	if s.said++; s.said == len(s.echo) {
		return none
	}
	return more
}

// attrs reads attributes up to the end of the tag, or of p, and returns how much that was. Most bytes of
// a head are in attributes, so this is the one loop that is written to be fast.
func (s *scanner) attrs(p []byte) int {
	for i := 0; i < len(p); {
		switch c := p[i]; {
		case s.state == inDouble:
			i += s.upTo(p[i:], '"')
			i += s.unquote(i < len(p))
		case s.state == inSingle:
			i += s.upTo(p[i:], '\'')
			i += s.unquote(i < len(p))
		case c == '>':
			s.tagEnd()
			s.n++
			return i + 1
		case c > '>': // letters
			s.state = pick(s.state == inValue || s.state == inBare, inBare, inAttr)
			i++
			s.n++
		default:
			s.stepAttr(c)
			i++
			s.n++
		}
	}
	return len(p)
}

// unquote ends a quoted value, if its quote is there.
func (s *scanner) unquote(closed bool) int {
	if !closed {
		return 0
	}
	s.state = inGap
	s.n++
	return 1
}

func (s *scanner) stepAttr(c byte) {
	switch {
	case isSpace(c):
		s.stepAttrSpace()
	case s.state == inValue && c == '"':
		s.state = inDouble
	case s.state == inValue && c == '\'':
		s.state = inSingle
	case s.state == inValue, s.state == inBare:
		s.state = inBare
	case c == '/':
		s.state = inGap
	case c == '=' && s.state != inGap:
		s.state = inValue
	default:
		s.state = inAttr
	}
}

func (s *scanner) stepAttrSpace() {
	switch s.state {
	case inAttr:
		s.state = inAttrEnd
	case inBare:
		s.state = inGap
	}
}

func (s *scanner) tagEnd() {
	switch s.act {
	case actBody:
		s.at, s.state = s.n+1, inEcho
	case actRaw:
		s.state, s.esc, s.dash = inRaw, escNone, 0
	default:
		s.state = inText
	}
	s.act = actNone
}

// stepDecl reads comments, doctypes and what looks like them.
func (s *scanner) stepDecl(c byte) (again bool) {
	next := inComment
	switch s.state {
	case inDecl:
		s.clearName()
		if next = inDeclDash; c != '-' {
			s.state = inDeclName
			return true
		}
	case inDeclName:
		if isLetter(c) && s.add(c) && s.short < 7 {
			return false
		}
		s.doc = s.doc || string(s.name[:s.short]) == "doctype"
		s.state = inBogus
		return true
	case inDeclDash:
		if next = inCommentNew; c != '-' {
			s.state = inBogus
			return true
		}
	case inBogus:
		next = pick(c == '>', inText, inBogus)
	case inCommentNew:
		next = pick(c == '>', inText, pick(c == '-', inCommentTry, inComment))
	case inCommentTry, inDashes:
		next = pick(c == '>', inText, pick(c == '-', inDashes, inComment))
		if s.state == inDashes && c == '!' {
			next = inBang
		}
	case inComment:
		next = pick(c == '-', inDash, inComment)
	case inDash:
		next = pick(c == '-', inDashes, inComment)
	case inBang:
		next = pick(c == '>', inText, pick(c == '-', inDash, inComment))
	}
	s.state = next
	return false
}

func pick(yes bool, a, b state) state {
	if yes {
		return a
	}
	return b
}
