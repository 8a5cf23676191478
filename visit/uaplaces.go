package visit

// The words that only say where a number stands.
const (
	placeNT uint8 = iota
	placeOS
	placeTrident
	placePhone
	placeCE
	placeCom
	placeMozilla
)

var placeWords = map[string]uint8{"nt": placeNT, "os": placeOS, "trident": placeTrident, "phone": placePhone, "ce": placeCE, "com": placeCom, "mozilla": placeMozilla}

func (s *scan) place(p uint8, start, end int) {
	buf := &s.buf
	switch p {
	case placeNT:
		if s.windowsAt > 0 && s.windowsAt == start-1 {
			s.windowsAt, s.nt = end, true
		}
	case placeOS:
		switch c := buf[end+1]; {
		case c == 'X' || c == 'x':
			s.systems |= 1 << systemMac
			s.macAt = end + 2
		case c >= '0' && c <= '9' && s.iosAt == 0:
			s.iosAt = end
		}
	case placeTrident:
		s.tridentAt = end
	case placePhone:
		if s.windowsAt > 0 && s.windowsAt == start-1 {
			s.systems |= 1 << systemWindowsPhone
			s.otherAt = end
			if buf[end] == ' ' && buf[end+1] == 'O' { // "Windows Phone OS 7.5"
				s.otherAt = end + 3
			}
		}
	case placeMozilla:
		if s.flags&flagMozilla == 0 {
			s.flags |= flagMozilla
			s.late = start > 0 && buf[0] != 'U' // "User-Agent: Mozilla/5.0"
		}
	case placeCom: // the end of a host name: no browser has one
		if start > 0 && buf[start-1] == '.' && buf[end] != '.' && s.generic == botNone {
			s.generic = botOther
		}
	case placeCE:
		s.flags |= flagWindowsCE
	}
}

// number reads the decimal number behind place at: after one separator and perhaps a "v", at most
// four digits. The second result is where it ends, 0 when there is none.
func (s *scan) number(at int) (int, int) {
	if at == 0 {
		return 0, 0
	}
	i := at
	if c := s.buf[i]; c == '/' || c == ' ' || c == '_' || c == '.' || c == '-' || c == ':' || c == '@' || c == '+' {
		i++
	}
	if s.buf[i]|0x20 == 'v' || s.buf[i] == '(' {
		i++
	}
	n, begin := 0, i
	for ; s.buf[i] >= '0' && s.buf[i] <= '9' && i < begin+4; i++ {
		n = 10*n + int(s.buf[i]-'0')
	}
	if i == begin || s.buf[i] >= '0' && s.buf[i] <= '9' {
		return 0, 0
	}
	return n, i
}
