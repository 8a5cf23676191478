package consent

import "strings"

// isID reports whether s is an identifier of ours: a–z, 0–9, "-", "_"; 1 to 32 bytes.
func isID(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// isHash reports whether s is a hex SHA-256.
func isHash(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// isLanguage reports whether s has the form of a BCP 47 tag: "kk", "zh-Hant", "sr-Latn-RS".
func isLanguage(s string) bool {
	if len(s) > 35 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		switch {
		case i == 0 && (len(part) < 2 || len(part) > 3 || !isAlpha(part)):
			return false
		case i > 0 && (len(part) < 1 || len(part) > 8 || !isAlnum(part)):
			return false
		}
	}
	return true
}

// isCountry reports whether s has the form of an ISO 3166-1 alpha-2 code.
func isCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// isRegion reports whether s is a country, or has the form of an ISO 3166-2 code: "US-CA".
func isRegion(s string) bool {
	country, part, found := strings.Cut(s, "-")
	return isCountry(country) && (!found || part != "" && len(part) <= 3 && strings.ToUpper(part) == part && isAlnum(part))
}

func isAlpha(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

func isAlnum(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
