package goatcounter

import "strings"

// agent returns a user agent that says what the names of browser and system say: "Chrome 120", "Windows 10".
// It is "" where neither is known.
func agent(browser, system string) string {
	name, version := cutVersion(browser)
	if name == "" && system == "" {
		return ""
	}
	if version == "" {
		version = "0"
	}
	place, mobile := platform(system)
	head := "Mozilla/5.0 (" + place + ")"
	const webkit = " AppleWebKit/537.36 (KHTML, like Gecko)"
	switch strings.ToLower(name) {
	case "firefox":
		return "Mozilla/5.0 (" + place + "; rv:" + version + ".0) Gecko/20100101 Firefox/" + version + ".0"
	case "chrome", "chromium", "":
		return head + webkit + " Chrome/" + version + ".0.0.0" + mobile + " Safari/537.36"
	case "edge":
		return head + webkit + " Chrome/" + version + ".0.0.0" + mobile + " Safari/537.36 Edg/" + version + ".0.0.0"
	case "opera":
		return head + webkit + " Chrome/120.0.0.0" + mobile + " Safari/537.36 OPR/" + version + ".0.0.0"
	case "samsung browser", "samsung internet", "samsunginternet":
		return head + webkit + " SamsungBrowser/" + version + " Chrome/120.0.0.0" + mobile + " Safari/537.36"
	case "yandex browser", "yandexbrowser":
		return head + webkit + " Chrome/120.0.0.0 YaBrowser/" + version + ".0" + mobile + " Safari/537.36"
	case "safari", "mobile safari":
		if mobile != "" {
			mobile = " Mobile/15E148"
		}
		return head + " AppleWebKit/605.1.15 (KHTML, like Gecko) Version/" + version + mobile + " Safari/605.1.15"
	}
	return head // the system is known, the browser has no name among those of ours
}

// cutVersion cuts "Mobile Safari 16.1" into name and version.
func cutVersion(s string) (name, version string) {
	s = strings.TrimSpace(s)
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, ""
	}
	version = s[i+1:]
	if len(version) > 12 || strings.Trim(version, "0123456789.") != "" {
		return s, ""
	}
	return s[:i], version
}

// platform returns what a user agent says of a system, and what a browser on it adds on a telephone.
func platform(system string) (place, mobile string) {
	name, version := cutVersion(system)
	switch strings.ToLower(name) {
	case "windows":
		nt := map[string]string{"7": "6.1", "8": "6.2", "8.1": "6.3", "10": "10.0", "11": "10.0"}[version]
		if nt == "" {
			nt = "10.0"
		}
		return "Windows NT " + nt + "; Win64; x64", ""
	case "macos", "mac os x", "os x":
		if version == "" {
			version = "10.15"
		}
		return "Macintosh; Intel Mac OS X " + strings.ReplaceAll(version, ".", "_"), ""
	case "ios", "iphone os":
		if version == "" {
			version = "17.0"
		}
		return "iPhone; CPU iPhone OS " + strings.ReplaceAll(version, ".", "_") + " like Mac OS X", " Mobile"
	case "ipados":
		return "iPad; CPU OS " + strings.ReplaceAll(version, ".", "_") + " like Mac OS X", " Mobile"
	case "android":
		if version == "" {
			return "Linux; Android", " Mobile"
		}
		return "Linux; Android " + version, " Mobile"
	case "chrome os", "chromeos":
		return "X11; CrOS x86_64 14541.0.0", ""
	case "linux", "ubuntu", "fedora", "debian":
		return "X11; Linux x86_64", ""
	}
	return "unknown", ""
}
