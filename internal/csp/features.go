package csp

import (
	"net/http"

	"github.com/kelisim/kelisim/consent"
)

// adFeatures switch off what browsers do for advertisers: interest groups and auctions, topics, attribution, tokens
// of trust, and storage shared between sites. The header is a dictionary, in which the last value
// of a key counts (RFC 9651 section 4.2.2): as a line after the site's own ours can only close.
var adFeatures = []string{"attribution-reporting=(), browsing-topics=(), interest-cohort=(), join-ad-interest-group=(), " +
	"private-aggregation=(), private-state-token-issuance=(), private-state-token-redemption=(), run-ad-auction=(), " +
	"shared-storage=(), shared-storage-select-url=()"}

// silence adds the Permissions-Policy for r; without marketing among the purposes nobody can grant it.
func (b *Book) silence(h http.Header, r Response, common bool) (private bool) {
	private = b.features && !common
	if private && r.Choice.Allows(consent.Marketing) {
		return true
	}
	add(h, features, adFeatures, r.Status)
	return private
}
