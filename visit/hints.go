package visit

import (
	"net/http"
	"strings"
)

// hints are the User-Agent Client Hints of a request (https://wicg.github.io/ua-client-hints/).
type hints struct {
	brands          string // Sec-CH-UA, or -Full-Version-List where that alone was sent
	platform        string
	platformVersion string
	mobile          bool
}

func (h *hints) empty() bool { return h.brands == "" && h.platform == "" }

// readHints reads the hints. Browsers that send any send Sec-CH-UA, so the others are looked for only
// then.
func readHints(h http.Header) hints {
	brands := first(h, "Sec-Ch-Ua")
	if brands == "" {
		if brands = first(h, "Sec-Ch-Ua-Full-Version-List"); brands == "" {
			return hints{}
		}
	}
	return hints{
		brands:          clip(brands, maxPersonal),
		platform:        clip(first(h, "Sec-Ch-Ua-Platform"), 32),
		platformVersion: clip(first(h, "Sec-Ch-Ua-Platform-Version"), 32),
		mobile:          first(h, "Sec-Ch-Ua-Mobile") == "?1",
	}
}

// hintBrands are the brands of Sec-CH-UA that a reduced user agent string hides behind Chrome.
var hintBrands = [...]struct {
	brand          string
	family, mobile family
}{
	{"Brave", familyBrave, familyBrave},
	{"Microsoft Edge", familyEdge, familyEdgeMobile},
	{"Opera", familyOPR, familyOperaMobile},
	{"Opera GX", familyOPR, familyOperaMobile},
	{"Vivaldi", familyVivaldi, familyVivaldi},
	{"YaBrowser", familyYandex, familyYandex},
	{"Yandex", familyYandex, familyYandex},
	{"DuckDuckGo", familyDuckDuckGo, familyDuckDuckGoMobile},
	{"Samsung Internet", familySamsung, familySamsung},
	{"HuaweiBrowser", familyHuawei, familyHuawei},
	{"Oculus Browser", familyOculus, familyOculus},
	{"Avast Secure Browser", familyAvast, familyAvast},
	{"Whale", familyWhale, familyWhale},
	{"Android WebView", familyWebView, familyWebView},
}

// refine lets the hints say what the string hides. They are believed only beside a Chromium's string:
// others send none, and whoever forges the one can forge the other.
func (h *hints) refine(v *verdict) {
	if h.empty() || v.family != familyChrome && v.family != familyChromeMobile && v.family != familyWebView {
		return
	}
	if h.mobile && v.device == deviceDesktop {
		v.device = deviceMobile
	}
	for _, b := range hintBrands {
		if major, ok := h.brand(b.brand); ok {
			v.family, v.major = b.family, major
			if v.device == deviceMobile {
				v.family = b.mobile
			}
			break
		}
	}
	h.refineSystem(v)
}

func (h *hints) refineSystem(v *verdict) {
	major, minor := hintVersion(h.platformVersion)
	switch {
	case h.platform == `"Windows"` && v.system == systemWindows:
		if major >= 13 { // https://learn.microsoft.com/microsoft-edge/web-platform/how-to-detect-win11
			v.release = windows11
		}
	case h.platform == `"macOS"` && v.system == systemMac && major > 0:
		v.release = macRelease(major, minor)
	case h.platform == `"Android"` && (v.system == systemAndroid || v.system == systemLinux):
		if v.system == systemLinux { // asks for the desktop site
			v.system, v.release = systemAndroid, releaseNone
			if v.device == deviceDesktop {
				v.device = deviceTablet
			}
		}
		if major > 0 {
			v.release = bounded(major)
		}
	case (h.platform == `"Chrome OS"` || h.platform == `"Chromium OS"`) && v.system == systemLinux:
		v.system, v.release = systemChromeOS, releaseNone
	}
}

// brand returns the major version of the named brand in a list like `"Brave";v="146", …`.
func (h *hints) brand(name string) (major int, ok bool) {
	s := h.brands
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return 0, false
		}
		s = s[i+1:]
		if i = strings.IndexByte(s, '"'); i < 0 {
			return 0, false
		}
		brand := s[:i]
		if s = s[i+1:]; brand == name && strings.HasPrefix(s, `;v="`) {
			major, _ = hintVersion(s[3:])
			return major, true
		}
	}
}

// hintVersion reads the first two numbers of `"14.5.0"`.
func hintVersion(s string) (major, minor int) {
	s = strings.TrimPrefix(s, `"`)
	n := [2]int{}
	at := 0
	for i := 0; i < len(s) && i < 12; i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			n[at] = min(10*n[at]+int(c-'0'), 1<<20)
		case c == '.' && at == 0:
			at = 1
		default:
			return n[0], n[1]
		}
	}
	return n[0], n[1]
}
