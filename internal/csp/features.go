package csp

import (
	"net/http"
	"strings"

	"github.com/kelisim/kelisim/consent"
)

// The features of browsers for advertisers that are switched off: topics, trust tokens, and what Chromium had
// besides until its versions of 2026 (interest groups and auctions, attribution, storage shared between sites); the
// newer ones complain of those names on every page. The header is a dictionary, in which the last value
// of a key counts (RFC 9651 section 4.2.2): as a line after the site's own ours can only close.
var (
	newFeatures = []string{"browsing-topics=(), interest-cohort=(), private-state-token-issuance=(), private-state-token-redemption=()"}
	allFeatures = []string{newFeatures[0] + ", attribution-reporting=(), join-ad-interest-group=(), private-aggregation=(), " +
		"run-ad-auction=(), shared-storage=(), shared-storage-select-url=()"}
)

// silence adds the Permissions-Policy for r; without marketing among the purposes nobody can grant it.
func (b *Book) silence(h http.Header, r Response, common bool) (private bool) {
	private = b.features && !common
	if private && r.Choice.Allows(consent.Marketing) {
		return true
	}
	lines := allFeatures
	if !r.Shared && withoutAuctions(r.Request.Header["User-Agent"]) {
		lines = newFeatures
	}
	add(h, features, lines, r.Status)
	return private
}

// withoutAuctions knows the Chromiums that have lost the older features; 156 is the first that was tested. Whoever
// claims to be one is believed: it is their own browser. Pages in a shared cache name all.
func withoutAuctions(agents []string) bool {
	if len(agents) == 0 {
		return false
	}
	_, version, _ := strings.Cut(agents[0], "Chrome/")
	major := 0
	for i := 0; i < len(version) && i < 4 && version[i] >= '0' && version[i] <= '9'; i++ {
		major = major*10 + int(version[i]-'0')
	}
	return major >= 156
}
