package visit

// A verdict is what the words of a string come to.
type verdict struct {
	family  family
	major   int
	system  system
	release int // see release.go
	device  string
	bot     uint16
}

// verdict weighs the words that were read.
func (s *scan) verdict() verdict {
	f, at := s.named()
	if b := s.judge(f); b != botNone {
		return verdict{bot: b, device: deviceOther}
	}
	v := verdict{family: f, system: s.os()}
	v.major, _ = s.number(at)
	switch f {
	case familyIE:
		v.major = s.trident(v.major)
	case familyAndroid:
		v.major, _ = s.number(s.androidAt)
	}
	v.release = s.release(v.system)
	v.device = s.device(f, v.system)
	return v
}

func (s *scan) has(f flag) bool { return s.flags&f != 0 }

func (s *scan) on(o system) bool { return s.systems>>o&1 != 0 }

// named returns the browser and the place of its version.
func (s *scan) named() (family, int) {
	switch s.family {
	case familyFacebook, familyMessenger:
		return s.family, s.fbavAt
	case familyOPR:
		if s.has(flagMobile) {
			return familyOperaMobile, s.familyAt
		}
		return familyOPR, s.familyAt
	case familyOpera:
		return s.opera()
	case familyGSA:
		return familyGoogle, s.familyAt
	case familyDuckDuckGo:
		if s.has(flagMobile) {
			return familyDuckDuckGoMobile, s.familyAt
		}
	case familyEcosia:
		if s.on(systemIOS) {
			return familyEcosiaIOS, s.ecosiaAt()
		}
		return familyEcosia, s.ecosiaAt()
	case familyEdge:
		if s.on(systemWindowsPhone) || s.has(flagMobile) {
			return familyEdgeMobile, s.familyAt
		}
	case familyUC:
		return familyUC, s.familyAt
	case familyFirefox:
		if s.has(flagMobile | flagTablet) {
			return familyFirefoxMobile, s.familyAt
		}
	case familyChrome:
		return s.chrome()
	case familyIE:
		if s.on(systemAndroid) {
			return familyAndroid, s.androidAt
		}
	case familyNone:
		return s.engine()
	}
	return s.family, s.familyAt
}

// ecosiaAt passes over the platform in "Ecosia ios@9.0".
func (s *scan) ecosiaAt() int {
	for i := s.familyAt; i < s.familyAt+10 && i < s.size; i++ {
		if s.buf[i] == '@' {
			return i
		}
	}
	return 0
}

func (s *scan) opera() (family, int) {
	at := s.familyAt
	if s.versionAt > 0 { // "Opera/9.80 … Version/12.16"
		at = s.versionAt
	}
	switch {
	case s.has(flagMini) && s.miniAt > 0:
		return familyOperaMini, s.miniAt
	case s.has(flagMobi):
		return familyOperaMobile, at
	}
	return familyOpera, at
}

func (s *scan) chrome() (family, int) {
	switch {
	case s.versionAt > 0 && s.versionAt < s.chromeAt || s.has(flagWV):
		return familyWebView, s.chromeAt
	case s.has(flagMobile):
		return familyChromeMobile, s.chromeAt
	}
	return familyChrome, s.chromeAt
}

// engine names the browsers that have no word of their own.
func (s *scan) engine() (family, int) {
	switch {
	case s.on(systemAndroid) && s.androidAt > 0:
		return familyAndroid, s.androidAt
	case s.on(systemWebOS):
		return familyWebOS, s.otherAt
	case s.on(systemBlackBerry) || s.on(systemBlackBerryTablet):
		return familyBlackBerry, s.versionAt
	case s.on(systemIOS):
		if s.has(flagSafari) {
			return familyMobileSafari, s.versionAt
		}
		return familyWKWebView, s.versionAt
	case s.has(flagSafari):
		return familySafari, s.versionAt
	case s.tridentAt > 0:
		return familyIE, s.tridentAt
	case s.has(flagWebKit):
		return familyWebKit, 0
	}
	return familyNone, 0
}

// trident turns an engine version into the version of the browser that has it, in compatibility mode
// too.
func (s *scan) trident(claimed int) int {
	if n, _ := s.number(s.tridentAt); n >= 4 && n <= 8 {
		return min(n+4, 11)
	}
	return claimed
}

// judge decides whether a bot sent the string: it names one, or says so in general, or names no
// browser that a person looks through.
func (s *scan) judge(f family) uint16 {
	if s.bot != botNone {
		return s.bot
	}
	browser := s.has(flagMozilla) && f != familyNone || s.family != familyNone || s.has(flagPhone)
	if !browser && s.weak != botNone {
		return s.weak
	}
	switch {
	case s.generic != botNone:
		return s.generic
	case s.late && s.family != familyInstagram, s.has(flagMail) && f != familyEcosia && f != familyEcosiaIOS:
		return botOther
	case browser, s.has(flagConsole), s.has(flagMozilla) && s.has(flagTV):
		return botNone
	case s.has(flagMozilla):
		return botOther
	}
	return botTool
}
