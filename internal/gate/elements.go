package gate

// named says what a tag means once its name is known.
func (s *scanner) named() verdict {
	name := string(s.name[:s.short]) // stays on the stack
	switch {
	case s.depth > 0 && s.end:
		if name == "template" {
			s.depth--
		}
	case s.depth > 0:
		s.inTemplate(name)
	case s.end:
		return s.endTag(name)
	default:
		return s.startTag(name)
	}
	return more
}

// startTag follows the insertion modes "initial" to "after head".
func (s *scanner) startTag(name string) verdict {
	switch name {
	case "html", "head":
		s.doc = true
		if name == "html" && s.html == 0 {
			s.html, s.act = 1, actRoot
		}
	case "body":
		s.doc, s.act = true, actBody
	case "base", "basefont", "bgsound", "link", "meta":
	case "title", "style", "script", "noframes":
		s.rawText(name)
	case "template":
		s.depth++
	case "noscript":
		if s.after {
			return s.content(s.at)
		}
		s.rawText(name) // as browsers with scripting read it
	case "frameset":
		return none
	default:
		return s.content(s.at)
	}
	return more
}

func (s *scanner) endTag(name string) verdict {
	switch name {
	case "head":
		s.doc, s.after = true, true
	case "body", "html", "br":
		return s.content(s.at)
	}
	return more
}

// inTemplate ignores everything but what hides tags.
func (s *scanner) inTemplate(name string) {
	switch name {
	case "template":
		s.depth++
	case "title", "textarea", "style", "script", "noscript", "noframes", "iframe", "xmp", "noembed":
		s.rawText(name)
	}
}

func (s *scanner) rawText(name string) {
	s.act = actRaw
	for _, known := range [...]string{"title", "textarea", "style", "script", "noscript", "noframes", "iframe", "xmp", "noembed"} {
		if name == known {
			s.raw = known
		}
	}
}

// escape is how deep in "<!--" and "<script" the text of a script stands (section 13.2.5.20 and on).
type escape uint8

const (
	escNone   escape = iota
	escOnce          // after <!--: </script> ends it still
	escDouble        // after <!-- … <script: the next </script> does not
)

// stepRaw reads raw text up to its end tag.
func (s *scanner) stepRaw(c byte) (again bool) {
	switch s.state {
	case inRaw:
		s.stepRawText(c)
	case inRawOpen:
		s.clearName()
		switch {
		case c == '/':
			s.state = inRawEnd
		case s.raw == "script" && c == '!' && s.esc == escNone:
			s.state = inRawBang
		case s.raw == "script" && isLetter(c) && s.esc == escOnce:
			s.state = inRawName
			return true
		default:
			s.state = inRaw
			return true
		}
	case inRawEnd:
		return s.stepRawEnd(c)
	case inRawName:
		if isLetter(c) && s.add(c) {
			return false
		}
		if endsName(c) && string(s.name[:s.short]) == "script" {
			s.esc = escDouble
		}
		s.state = inRaw
		return true
	case inRawBang:
		s.state = pick(c == '-', inRawDash, inRaw)
		return c != '-'
	case inRawDash:
		s.state = inRaw
		if c == '-' {
			s.esc, s.dash = escOnce, 2
			return false
		}
		return true
	}
	return false
}

func (s *scanner) stepRawText(c byte) {
	switch {
	case c == '<':
		s.state, s.dash = inRawOpen, 0
	case s.esc == escNone:
	case c == '-':
		s.dash = min(s.dash+1, 2)
	case c == '>' && s.dash == 2:
		s.esc, s.dash = escNone, 0
	default:
		s.dash = 0
	}
}

func (s *scanner) stepRawEnd(c byte) (again bool) {
	if isLetter(c) && s.add(c) {
		return false
	}
	closes := endsName(c) && string(s.name[:s.short]) == s.raw
	switch {
	case closes && s.esc == escDouble:
		s.state, s.esc = inRaw, escOnce
	case closes:
		s.state, s.end, s.act = inGap, true, actNone
	default:
		s.state = inRaw
	}
	return true
}
