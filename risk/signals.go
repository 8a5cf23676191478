package risk

import (
	"fmt"
	"time"
)

// Code names a signal.
type Code string

// Basis is the ground on which a signal may be used.
type Basis string

// BasisAutomatic marks what a server is sent with every request and may use to keep itself safe (S3-6.3).
const BasisAutomatic Basis = "automatic"

// BasisConsent marks what is used only while the owner of an account consents to it. It goes from the next verdict
// when the consent does, and so does what was kept for it.
const BasisConsent Basis = "consent"

// Signal is one row of the list of all that is looked at.
type Signal struct {
	Code   Code
	Basis  Basis
	Clause string        // of the policy
	Weight uint8         // of 99
	Strong bool          // may lead to an action by itself
	Limit  int           // how much a bucket holds; 0 for no bucket
	Leak   time.Duration // in which it loses one
	TTL    time.Duration // how long it holds; 0 for this request alone
	Stored string        // what is kept meanwhile, under the pseudonym of the address
	Means  string        // what it says, in one line
	group  group
}

// Bucket is the threshold in words: "10 / 10s".
func (s *Signal) Bucket() string {
	if s.Limit == 0 {
		return ""
	}
	return fmt.Sprintf("%d / %v", s.Limit, s.Leak)
}

// group says which score a signal raises.
type group uint8

const (
	groupBot group = iota
	groupAttack
	groupNetwork // adds to other evidence, and is none itself
	groupAccount
	groupPlace // of an account, and never a reason to act alone
)

// signal is the number of a row. Those that are held come first.
type signal uint8

const (
	probeScan signal = iota
	secretScan
	adminScan
	loginFailed
	enumeration
	crawlRate
	agentSwitch
	scannerSeen
	accountFailures
	stuffing
	neighbours // the last with a bucket

	accountPair
	traversal
	sqlInjection
	scriptInjection
	codeInjection
	systemFile
	nameConfusion
	scriptMissing
	secretMissing
	adminMissing
	writeMissing
	randomMissing
	crawlerFalse // the last that is held

	httpVersion
	headersTwo
	headersMany
	agentNone
	agentUnknown
	agentOld
	agentOdd
	agentTool
	netHosting
	netVPN
	netTor

	// With consent: held under the pseudonym of the device cookie, see browser.go.
	browserDriven
	browserBare
	browserZone

	// Of account events: held under the pseudonym of the account, see account.go.
	accountAttacked
	accountFraud
	travel
	newCountry
	newNetwork
	newDevice
	newClient
	zoneMismatch
	numSignals
)

const (
	numBuckets = int(neighbours) + 1
	numHeld    = int(crawlerFalse) + 1
)

const (
	s36  = "S3-6.3"
	s414 = "S1-4.1.4"
)

const (
	storedBucket = "a fill level and an end"
	storedHashes = "a fill level, an end, and 32 bits of a keyed hash of the last 16 things"
	storedEnd    = "an end"
	storedNone   = "nothing"
	deviceKept   = ", under the pseudonym of the device cookie, for 3 hours"
	accountKept  = ", under the pseudonym of the account, for 30 days"
)

// signals is the list. Thresholds are those that are published for such buckets (CrowdSec's hub); weights are ours.
var signals = [numSignals]Signal{
	probeScan:       {Code: "probe_scan", Weight: 60, Strong: true, Limit: 10, Leak: 10 * time.Second, TTL: 10 * time.Minute, Stored: storedHashes, Means: "many different paths that do not exist", group: groupAttack},
	secretScan:      {Code: "secret_scan", Weight: 60, Strong: true, Limit: 4, Leak: 5 * time.Second, TTL: 10 * time.Minute, Stored: storedHashes, Means: "several files that hold secrets, and do not exist", group: groupAttack},
	adminScan:       {Code: "admin_scan", Weight: 55, Strong: true, Limit: 2, Leak: 10 * time.Second, TTL: 10 * time.Minute, Stored: storedHashes, Means: "several doors for administrators that do not exist", group: groupAttack},
	loginFailed:     {Code: "login_failed", Weight: 55, Strong: true, Limit: 5, Leak: 10 * time.Second, TTL: 10 * time.Minute, Stored: storedBucket, Means: "many log-ins that failed, by path and status", group: groupAttack},
	enumeration:     {Code: "enumeration", Weight: 50, Strong: true, Limit: 3, Leak: 10 * time.Second, TTL: 10 * time.Minute, Stored: storedHashes, Means: "many different queries to one path that found nothing", group: groupAttack},
	crawlRate:       {Code: "crawl_rate", Weight: 55, Strong: true, Limit: 40, Leak: 500 * time.Millisecond, TTL: time.Minute, Stored: storedBucket, Means: "pages faster than anybody reads", group: groupBot},
	agentSwitch:     {Code: "agent_switch", Weight: 30, Limit: 10, Leak: 8 * time.Second, TTL: 10 * time.Minute, Stored: storedHashes, Means: "many different user agents", group: groupBot},
	scannerSeen:     {Code: "scanner", Weight: 60, Strong: true, Limit: 1, Leak: time.Minute, TTL: 10 * time.Minute, Stored: storedBucket, Means: "a security scanner that gives its name and version, again and again", group: groupAttack},
	traversal:       {Code: "traversal", Weight: 75, Strong: true, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a way out of the site's folder", group: groupAttack},
	sqlInjection:    {Code: "sql_injection", Weight: 65, Strong: true, TTL: 10 * time.Minute, Stored: storedEnd, Means: "SQL in the address", group: groupAttack},
	scriptInjection: {Code: "script_injection", Weight: 65, Strong: true, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a script in the address", group: groupAttack},
	codeInjection:   {Code: "code_injection", Weight: 75, Strong: true, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a command, template or code in the address", group: groupAttack},
	systemFile:      {Code: "system_file", Weight: 60, Strong: true, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a file of the operating system or of the server's inside", group: groupAttack},
	nameConfusion:   {Code: "name_confusion", Weight: 60, Strong: true, TTL: 10 * time.Minute, Stored: storedEnd, Means: "an address written so that two programs read it differently", group: groupAttack},
	scriptMissing:   {Code: "script_missing", Weight: 30, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a program of a kind that the site does not run", group: groupAttack},
	secretMissing:   {Code: "secret_missing", Weight: 35, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a file that holds secrets, and does not exist", group: groupAttack},
	adminMissing:    {Code: "admin_missing", Weight: 20, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a door for administrators that does not exist", group: groupAttack},
	writeMissing:    {Code: "write_missing", Weight: 20, TTL: 10 * time.Minute, Stored: storedEnd, Means: "writing to what does not exist", group: groupAttack},
	randomMissing:   {Code: "random_missing", Weight: 35, TTL: 10 * time.Minute, Stored: storedEnd, Means: "a made-up name, as scanners ask to learn how the site says no", group: groupAttack},
	crawlerFalse:    {Code: "crawler_false", Weight: 55, Strong: true, TTL: time.Hour, Stored: storedEnd, Means: "the name of a search engine from an address that is not its own", group: groupBot},
	neighbours:      {Code: "neighbours", Weight: 15, Limit: 2, Leak: time.Minute, TTL: 10 * time.Minute, Stored: "a fill level and an end, under the pseudonym of the network", Means: "several addresses of the network attacked", group: groupNetwork},
	httpVersion:     {Code: "http_version", Weight: 55, Strong: true, Stored: storedNone, Means: "a version of HTTP that does not exist", group: groupAttack},
	headersTwo:      {Code: "headers", Weight: 50, Strong: true, Stored: storedNone, Means: "two headers that contradict the browser that is named", group: groupBot},
	headersMany:     {Code: "headers_many", Weight: 60, Strong: true, Stored: storedNone, Means: "three or more headers that contradict the browser that is named", group: groupBot},
	agentNone:       {Code: "agent_none", Weight: 15, Stored: storedNone, Means: "no user agent", group: groupBot},
	agentUnknown:    {Code: "agent_unknown", Weight: 10, Stored: storedNone, Means: "a user agent that names neither browser nor program", group: groupBot},
	agentOld:        {Code: "agent_old", Weight: 20, Stored: storedNone, Means: "a browser that was five years old", group: groupBot},
	agentOdd:        {Code: "agent_odd", Weight: 10, Stored: storedNone, Means: "a browser without its version", group: groupBot},
	agentTool:       {Code: "agent_tool", Weight: 20, Stored: storedNone, Means: "a tool or library, by its own name", group: groupBot},
	netHosting:      {Code: "net_hosting", Clause: s414, Weight: 5, Stored: storedNone, Means: "a data centre", group: groupNetwork},
	netVPN:          {Code: "net_vpn", Clause: s414, Weight: 5, Stored: storedNone, Means: "a VPN or public proxy", group: groupNetwork},
	netTor:          {Code: "net_tor", Clause: s414, Weight: 10, Stored: storedNone, Means: "a Tor exit", group: groupNetwork},
	browserDriven:   {Code: "browser_driven", Basis: BasisConsent, Weight: 30, TTL: 3 * time.Hour, Stored: storedEnd + deviceKept, Means: "a browser that says that a program drives it", group: groupBot},
	browserBare:     {Code: "browser_bare", Basis: BasisConsent, Weight: 15, TTL: 3 * time.Hour, Stored: storedEnd + deviceKept, Means: "a browser without two of languages, plugins and a screen that fits its window", group: groupBot},
	browserZone:     {Code: "browser_zone", Basis: BasisConsent, Clause: s414, Weight: 10, TTL: 3 * time.Hour, Stored: storedEnd + deviceKept, Means: "a browser whose time zone does not fit the country", group: groupNetwork},
	accountFailures: {Code: "account_failures", Weight: 55, Strong: true, Limit: 5, Leak: 10 * time.Second, TTL: 10 * time.Minute, Stored: storedBucket, Means: "many log-ins that failed, as the site reports", group: groupAttack},
	accountPair:     {Code: "account_pair", Weight: 60, Strong: true, Limit: 10, Leak: time.Minute, TTL: 30 * time.Minute, Stored: storedEnd + ", and for each account the last 4 addresses as 32 bits of their pseudonym, for an hour", Means: "one address tries one account again and again", group: groupAttack},
	stuffing:        {Code: "stuffing", Weight: 75, Strong: true, Limit: 10, Leak: time.Minute, TTL: 30 * time.Minute, Stored: storedHashes + ", under the pseudonym of the network", Means: "log-ins that failed for many different accounts from one network, this address among them", group: groupAttack},
	accountAttacked: {Code: "account_attacked", Weight: 50, Strong: true, Limit: 10, Leak: time.Minute, TTL: 30 * time.Minute, Stored: storedBucket + ", under the pseudonym of the account, for an hour", Means: "many log-ins to this account failed, from wherever", group: groupAccount},
	accountFraud:    {Code: "account_fraud", Weight: 60, Strong: true, TTL: 24 * time.Hour, Stored: storedEnd + accountKept, Means: "the site told that it was not the owner", group: groupAccount},
	travel:          {Code: "impossible_travel", Clause: s414, Weight: 35, TTL: 3 * time.Hour, Stored: "the last country and its time" + accountKept, Means: "two countries more than 1,000 km apart within 3 hours", group: groupPlace},
	newCountry:      {Code: "new_country", Clause: s414, Weight: 15, TTL: 24 * time.Hour, Stored: "6 countries" + accountKept, Means: "a country that this account was not used from", group: groupPlace},
	newNetwork:      {Code: "new_network", Clause: s414, Weight: 10, TTL: 24 * time.Hour, Stored: "32 bits of a keyed hash of 8 providers" + accountKept, Means: "a provider that this account was not used from", group: groupPlace},
	newDevice:       {Code: "new_device", Weight: 20, TTL: 24 * time.Hour, Stored: "32 bits of a keyed hash of 6 kinds of device and system" + accountKept, Means: "a kind of device that this account was not used with", group: groupAccount},
	newClient:       {Code: "new_client", Basis: BasisConsent, Weight: 15, TTL: 24 * time.Hour, Stored: "32 bits of a keyed hash of 6 device cookies" + accountKept, Means: "a browser without the device cookie of this account", group: groupAccount},
	zoneMismatch:    {Code: "zone_mismatch", Basis: BasisConsent, Clause: s414, Weight: 15, TTL: 3 * time.Hour, Stored: storedEnd + accountKept, Means: "a time zone that does not fit the country", group: groupAccount},
}

// row returns a row with what most rows share.
func row(s signal) Signal {
	r := signals[s]
	if r.Basis == "" {
		r.Basis = BasisAutomatic
	}
	if r.Clause == "" {
		r.Clause = s36
	}
	return r
}

// Signals returns the list of all signals, with the thresholds that hold unless a site's [Rules] switch one off.
func Signals() []Signal {
	all := make([]Signal, numSignals)
	for i := range all {
		all[i] = row(signal(i))
	}
	return all
}

// signalOf finds a row by its code.
func signalOf(code Code) (signal, bool) {
	for i := range signals {
		if signals[i].Code == code {
			return signal(i), true
		}
	}
	return 0, false
}
