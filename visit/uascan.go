package visit

import (
	"encoding/binary"
	"math/bits"
)

// flag is something a user agent string says beside its browser, system and bot.
type flag uint32

const (
	flagMozilla flag = 1 << iota
	flagCompatible
	flagVersion
	flagMobile
	flagTablet
	flagSafari
	flagWebKit
	flagWV
	flagMini
	flagMobi
	flagMail  // an e-mail address
	flagPhone // a feature phone's profile
	flagTV
	flagConsole
	flagIPad
	flagDesktopMac
	flagWindowsCE
)

var flagWords = map[string]flag{
	"compatible": flagCompatible, "version": flagVersion, "mobile": flagMobile,
	"tablet": flagTablet, "safari": flagSafari, "applewebkit": flagWebKit, "wv": flagWV, "mini": flagMini, "mobi": flagMobi,
	"midp": flagPhone, "cldc": flagPhone, "wap": flagPhone, "maui": flagPhone, "tv": flagTV, "smarttv": flagTV, "googletv": flagTV,
	"hbbtv": flagTV, "netcast": flagTV, "bravia": flagTV, "aftt": flagTV, "aftm": flagTV, "aftb": flagTV, "aftmm": flagTV, "afts": flagTV, "aftka": flagTV, "roku": flagTV,
	"viera": flagTV, "netrange": flagTV, "inettvbrowser": flagTV, "xbox": flagConsole, "playstation": flagConsole, "nintendo": flagConsole,
	"nintendobrowser": flagConsole, "vita": flagConsole,
}

// quietWords are words of every browser, so that they need no further look.
const quietWords = "khtml like gecko nt win64 x64 wow64 x11 u intel os x k rv cpu build en us ru kk gb net clr center pc media presto 20100101 537 36 604 605 0 1 15 10 15e148 i686 x86_64 sm gt pixel redmi cubot"

type scan struct {
	buf   [maxPersonal + 64]byte // zeros behind the string
	size  int
	flags flag

	systems   uint64
	family    family
	familyAt  int // the end of its word, as all places here
	chromeAt  int
	versionAt int
	miniAt    int
	fbavAt    int
	nt        bool
	late      bool // Mozilla is not the first word
	androidAt int
	windowsAt int
	iosAt     int // "OS 17_5"
	macAt     int // "OS X 10_15"
	tridentAt int
	otherAt   int // any other system
	unknown   int
	bot       uint16
	weak      uint16 // a bot's word that a browser may have as well
	generic   uint16
}

// maxWords bounds the work on a hostile string: browsers have 20 to 40.
const (
	maxWords   = 48
	maxUnknown = 12 // unknown ones that are looked at closely
)

// read takes the words of ua, of at most 512 bytes, one after the other. It looks at 64 bytes at a
// time: one bit for each byte that belongs to a word, so that a word costs two bit scans and not a
// branch for each of its bytes.
func (s *scan) read(ua string, d *dictionary) {
	s.size = copy(s.buf[:maxPersonal], ua)
	begun, words := -1, 0
	for at := 0; at <= s.size && words < maxWords; at += 64 {
		mask := wordBits(s.buf[at : at+64])
		for rest, i := mask, 0; i < 64; {
			if begun < 0 {
				if rest == 0 {
					break
				}
				n := bits.TrailingZeros64(rest)
				begun, i, rest = at+i+n, i+n, rest>>uint(n)
			}
			n := bits.TrailingZeros64(^rest)
			if i+n >= 64 {
				break // the word goes on in the next block
			}
			i, rest = i+n, rest>>uint(n)
			if words++; words > maxWords {
				return
			}
			s.word(begun, at+i, d)
			begun = -1
		}
	}
}

// word looks up buf[start:end].
func (s *scan) word(start, end int, d *dictionary) {
	n := end - start
	if n < 2 || n > maxWord || n < 8 && s.buf[start] <= '9' {
		return
	}
	head, tail := ends(&s.buf, start, n)
	if w := d.find(head, tail, n); w != nil {
		s.take(w, start, end)
	} else if n > 3 && s.generic == botNone && s.unknown < maxUnknown {
		s.unknown++
		s.generic = suspicious(head, tail, n)
	}
}

// wordBits returns one bit for each of 64 bytes: whether it is a letter, a digit or an underscore.
func wordBits(block []byte) (mask uint64) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	_ = block[63]
	for i := 0; i < 64; i += 8 {
		c := binary.LittleEndian.Uint64(block[i:])
		y := (c | lowerMask) &^ high // letters in lower case, '_' as 0x7f
		z := c &^ high
		letter := (y + (0x80-'a')*ones) &^ (y + (0x80-'z'-1)*ones)
		digit := (z + (0x80-'0')*ones) &^ (z + (0x80-'9'-1)*ones)
		under := y + ones
		m := (letter | digit | under) & high &^ c
		mask |= (m >> 7 * 0x0102040810204080 >> 56) << uint(i)
	}
	return mask
}

// take notes the word at buf[start:end].
func (s *scan) take(w *word, start, end int) {
	switch w.means {
	case meansBrand:
		s.brand(family(w.of), end)
	case meansFlag:
		s.flag(flag(1)<<w.of, end)
	case meansSystem:
		s.system(system(w.of), end)
	case meansBot:
		s.found(w)
	case meansGeneric:
		if s.generic == 0 && !w.weak {
			s.generic = w.bot
		}
	case meansPlace:
		s.place(w.of, start, end)
	}
}

func (s *scan) found(w *word) {
	switch {
	case w.weak && s.weak == 0:
		s.weak = w.bot
	case !w.weak && s.bot == 0:
		s.bot = w.bot
	}
}

// loose are the brands that need no slash behind their word.
var loose = [numFamilies]bool{
	familyInstagram: true, familyTwitter: true, familyFacebook: true, familyMessenger: true, familyBrave: true,
	familyMaxthon: true, familyEcosia: true, familyQQMobile: true, familyQQ: true, familySogou: true,
	familyRekonq: true, familyUC: true, familyIE: true, familyOpera: true, familyLinks: true, familyELinks: true,
	familySEMC: true, familyIEMobile: true, familyHeadless: true,
}

func (s *scan) brand(f family, end int) {
	next := s.buf[end]
	switch f {
	case familyFacebook:
		if next == '/' && s.fbavAt == 0 && s.buf[end-1]|0x20 == 'v' {
			s.fbavAt = end
		}
	case familyChrome, familyHeadless:
		if s.chromeAt == 0 {
			s.chromeAt = end
		}
	}
	if next != '/' && !loose[f] {
		return
	}
	if s.family == familyNone || f < s.family {
		s.family, s.familyAt = f, end
	}
}

func (s *scan) flag(f flag, end int) {
	s.flags |= f
	switch f {
	case flagVersion:
		if s.versionAt == 0 && s.buf[end] == '/' {
			s.versionAt = end
		}
	case flagMini:
		s.miniAt = end
	}
}

func (s *scan) system(o system, end int) {
	s.systems |= 1 << o
	switch o {
	case systemAndroid:
		if s.androidAt == 0 {
			s.androidAt = end
		}
	case systemWindows:
		if !s.nt { // "Windows; U; Windows NT 5.1"
			s.windowsAt = end
		}
	case systemIOS:
		if s.buf[end-1]|0x20 == 'd' && s.buf[end-2]|0x20 == 'a' {
			s.flags |= flagIPad
		}
	case systemLinux, systemMac:
	default:
		s.otherAt = end
	}
}
