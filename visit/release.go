package visit

import "math/bits"

// Releases of systems are small numbers, so that each has one label: major versions as they are, minor
// ones of Mac OS X 10 from releaseTen on, Windows by index into windowsReleases from 1.
const (
	releaseNone = 0
	releaseTen  = 100
	maxRelease  = 128
)

var windowsReleases = [...]string{"", "3.1", "95", "98", "ME", "NT", "2000", "XP", "Vista", "7", "8", "8.1", "10", "11", "CE", "RT", "RT 8.1"}

const (
	windowsNT    = 5
	windows2000  = 6
	windowsXP    = 7
	windowsVista = 8
	windows7     = 9
	windows8     = 10
	windows81    = 11
	windows10    = 12
	windows11    = 13
	windowsCE    = 14
)

// os returns the system that wins among those named.
func (s *scan) os() system {
	for rest := s.systems; rest != 0; rest &= rest - 1 {
		o := system(bits.TrailingZeros64(rest))
		switch {
		case o == systemMac && s.on(systemIOS):
			continue // "like Mac OS X"
		case o == systemMac && s.family == familyCriOS, o == systemMac && s.family == familyEdgeMobile:
			return systemIOS // asks for the desktop site
		case o == systemKindle && s.on(systemAndroid), o == systemChromecast && s.on(systemAndroid):
			continue
		case o == systemLinux && s.family == familySilk:
			return systemAndroid
		case o == systemMint && !s.on(systemLinux):
			continue
		}
		return o
	}
	if s.family == familySilk {
		return systemAndroid
	}
	if s.family == familyFirefox && s.has(flagMobile|flagTablet) {
		return systemFirefoxOS
	}
	return systemNone
}

// release returns the version of o as a small number.
func (s *scan) release(o system) int {
	switch o {
	case systemWindows:
		return s.windows()
	case systemMac:
		return macRelease(s.two(s.macAt))
	case systemIOS:
		major, _ := s.two(s.iosAt)
		return bounded(major)
	case systemAndroid:
		major, _ := s.two(s.androidAt)
		return bounded(major)
	case systemChromeOS, systemLinux, systemHarmony, systemSolaris:
		return releaseNone
	}
	major, _ := s.two(s.otherAt)
	return bounded(major)
}

func bounded(major int) int {
	if major < 0 || major >= releaseTen {
		return releaseNone
	}
	return major
}

func macRelease(major, minor int) int {
	if major == 10 && minor < maxRelease-releaseTen {
		return releaseTen + minor
	}
	return bounded(major)
}

// two reads "10.15" or "10_15".
func (s *scan) two(at int) (major, minor int) {
	major, end := s.number(at)
	if end > 0 && (s.buf[end] == '.' || s.buf[end] == '_') {
		minor, _ = s.number(end)
	}
	return major, minor
}

func (s *scan) windows() int {
	if s.has(flagWindowsCE) {
		return windowsCE
	}
	major, minor := s.two(s.windowsAt)
	switch major {
	case 10:
		return windows10
	case 6:
		return [...]int{windowsVista, windows7, windows8, windows81, windows10}[min(minor, 4)]
	case 5:
		if minor == 0 {
			return windows2000
		}
		return windowsXP
	case 4:
		return windowsNT
	case 95:
		return 2
	case 98:
		return 3
	case 2000:
		return windows2000
	case 7:
		return windows7
	}
	switch s.buf[s.windowsAt+1] {
	case 'X':
		return windowsXP
	case 'V':
		return windowsVista
	}
	if at := s.windowsAt; at >= 2 && s.buf[at-1]|0x20 == 't' {
		return windowsNT
	}
	return releaseNone
}

func releaseLabel(o system, release int) string {
	name := systemNames[o]
	switch {
	case release <= 0 || release >= maxRelease:
		return name
	case o == systemWindows:
		if release < len(windowsReleases) {
			return name + " " + windowsReleases[release]
		}
		return name
	case o == systemMac && release >= releaseTen:
		return name + " 10." + itoa(release-releaseTen)
	}
	return name + " " + itoa(release)
}
