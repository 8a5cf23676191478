package middleware

import "github.com/kelisim/kelisim/internal/guard"

// CSP says what browsers are told of the services that a visitor has not granted: [Config].CSP.
type CSP = guard.CSP

// CSPMode says what becomes of sources that the visitor has not granted.
type CSPMode = guard.CSPMode

// Modes of [CSP]. The default only has browsers report what loads without consent.
const (
	CSPReportOnly = guard.CSPReportOnly
	CSPEnforce    = guard.CSPEnforce
	CSPOff        = guard.CSPOff
)

// What browsers and responses showed of a site beyond its policy, in [State].
type (
	// ThirdParty is an origin that pages tried to load, and that the policy does not name.
	ThirdParty = guard.ThirdParty
	// Undeclared is a cookie that the site sets or gets, and that the policy does not name.
	Undeclared = guard.Undeclared
	// ReportFigures counts the reports of browsers that came, and what became of them.
	ReportFigures = guard.ReportFigures
)
