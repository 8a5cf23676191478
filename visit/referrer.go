package visit

import "strings"

// maxSource is the most bytes of a host that are kept.
const maxSource = 128

// Referrer returns the host of an external referrer: lower case, without port and "www.", at most 128
// bytes of letters, digits, dots and hyphens, without subdomains that look like a person's. It is "" for none, for one's own host, for an address in
// place of a name, and for what is no web address. Path and query of the referrer are never kept. The
// result may be part of referer.
func Referrer(referer, ownHost string) string {
	authority, ok := authority(referer)
	if !ok || authority == ownHost { // the most frequent referrer of all
		return ""
	}
	if host := hostOf(authority); !isHost(host, ownHost) {
		return bareOfPeople(host)
	}
	return ""
}

// authority returns the host and port of a web address.
func authority(address string) (authority string, ok bool) {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		scheme := ""
		if scheme, rest, ok = strings.Cut(address, "://"); !ok || !webScheme(scheme) {
			return "", false
		}
	}
	rest = rest[:authorityEnd(rest)]
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		rest = rest[i+1:]
	}
	return rest, true
}

// hostOf returns the host as it is counted; "" for what is no name.
func hostOf(authority string) string {
	if host := bareHost(authority); hostName(host) {
		return strings.ToLower(host)
	}
	return ""
}

// isHost reports whether a host as [hostOf] returns it is the one of a Host header.
func isHost(host, header string) bool {
	return len(host) <= len(header) && strings.EqualFold(host, bareHost(header))
}

func webScheme(s string) bool {
	return strings.EqualFold(s, "https") || strings.EqualFold(s, "http") || strings.EqualFold(s, "android-app")
}

func authorityEnd(s string) int {
	for i := range len(s) {
		if c := s[i]; c == '/' || c == '?' || c == '#' || c == '\\' {
			return i
		}
	}
	return len(s)
}

// bareHost cuts port, trailing dot and "www." off.
func bareHost(s string) string {
	if i := strings.LastIndexByte(s, ':'); i >= 0 && !strings.HasSuffix(s, "]") {
		s = s[:i]
	}
	s = strings.TrimSuffix(s, ".")
	for hasFold(s, "www.") {
		s = s[4:]
	}
	return s
}

// hostName reports a name of at least two labels in ASCII that is no IP address.
func hostName(s string) bool {
	if len(s) > maxSource || len(s) < 4 {
		return false
	}
	dots, label, last := 0, 0, false // last: the last label begins with a letter
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if label == 0 {
				return false
			}
			dots, label = dots+1, 0
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			if label == 0 {
				last = c > '9'
			}
			label++
		default:
			return false
		}
	}
	return dots > 0 && label > 0 && last
}

// Channel returns how a visitor came: search, social, ai, mail, paid, campaign, referral or direct.
// What the site's own tags say goes before what the referrer says.
func Channel(source string, tags Tags) string {
	if tags.Click || paidMedium(tags.Medium) {
		return channelPaid
	}
	switch medium := tags.Medium; {
	case strings.EqualFold(medium, "email"), strings.EqualFold(medium, "mail"), strings.EqualFold(medium, "e-mail"), strings.EqualFold(medium, "newsletter"):
		return channelMail
	case strings.EqualFold(medium, "social"), strings.EqualFold(medium, "smm"):
		return channelSocial
	}
	if tags.Campaign != "" || tags.Medium != "" {
		return channelCampaign
	}
	if source == "" {
		source = tags.Source
	}
	return sourceChannel(source)
}

func paidMedium(medium string) bool {
	for _, paid := range [...]string{"cpc", "ppc", "cpm", "cpa", "paid", "paidsearch", "paid_social", "paidsocial", "paid-social", "display", "banner", "retargeting", "ads", "ad"} {
		if strings.EqualFold(medium, paid) {
			return true
		}
	}
	return false
}

func sourceChannel(source string) string {
	if source == "" {
		return channelDirect
	}
	for host := source; ; {
		if channel, ok := sourceHosts[host]; ok {
			return channel
		}
		_, parent, ok := strings.Cut(host, ".")
		if !ok || !strings.Contains(parent, ".") {
			break
		}
		host = parent
	}
	if searchNames[registered(source)] {
		return channelSearch
	}
	return channelReferral
}

// registered returns the label that was registered: "google" of "www.google.co.uk" and of "google.kz".
func registered(host string) string {
	rest, tld := cutLast(host)
	rest, label := cutLast(rest)
	if secondLevel[label] && len(tld) == 2 {
		_, label = cutLast(rest)
	}
	return label
}

func cutLast(host string) (rest, label string) {
	if i := strings.LastIndexByte(host, '.'); i >= 0 {
		return host[:i], host[i+1:]
	}
	return "", host
}
