package visit

import "strconv"

// Classes of devices.
const (
	deviceDesktop = "desktop"
	deviceMobile  = "mobile"
	deviceTablet  = "tablet"
	deviceTV      = "tv"
	deviceConsole = "console"
	deviceOther   = "other"
)

// device returns the class of the device.
func (s *scan) device(f family, o system) string {
	switch {
	case s.has(flagConsole):
		return deviceConsole
	case s.has(flagTV), o == systemTV, o == systemChromecast, o == systemWeb0S, f == familyWebOS && !s.has(flagMobile):
		return deviceTV
	case s.has(flagIPad | flagTablet):
		return deviceTablet
	case s.has(flagPhone), f == familyOperaMini, f == familyUC:
		return deviceMobile
	}
	switch o {
	case systemAndroid:
		if s.has(flagMobile | flagMobi) {
			return deviceMobile
		}
		return deviceTablet
	case systemIOS, systemWindowsPhone, systemWindowsMobile, systemSymbian, systemSeries40, systemBlackBerry, systemKai, systemFirefoxOS, systemMeeGo, systemBada:
		return deviceMobile
	case systemKindle, systemBlackBerryTablet:
		return deviceTablet
	case systemWatch:
		return deviceOther
	case systemTizen, systemSailfish, systemHarmony, systemNone:
		if s.has(flagMobile | flagMobi) {
			return deviceMobile
		}
		if o == systemHarmony {
			return deviceTablet
		}
		return deviceOther
	}
	if s.has(flagMobile) && f != familySafari {
		return deviceMobile
	}
	return deviceDesktop
}

func itoa(n int) string { return strconv.Itoa(n) }
