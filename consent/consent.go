// Package consent decides what a visitor agreed to.
package consent

import (
	"context"
	"net/http"
	"time"
)

// Purpose is what data or a cookie is used for. A policy may declare its own beside these four.
type Purpose string

const (
	Necessary   Purpose = "necessary"
	Preferences Purpose = "preferences"
	Statistics  Purpose = "statistics"
	Marketing   Purpose = "marketing"
)

// Method is how a choice came about.
type Method string

const (
	MethodBanner         Method = "banner"
	MethodCentre         Method = "centre"
	MethodAPI            Method = "api"
	MethodRepresentative Method = "representative" // S4-4.1.1
)

// --- the API that other packages are written against; bodies, files and finer names are consent's own ---

// Rulebook is a compiled [Policy]: immutable, safe for concurrent use, no allocation per decision.
//
//	func Compile(p Policy) (*Rulebook, error)            // all faults at once, joined
//	func (b *Rulebook) Policy() Policy                   // the document (treat as read-only)
//	func (b *Rulebook) Hash() string                     // hex SHA-256 of its canonical JSON
//	func (b *Rulebook) Revision() int
//	func (b *Rulebook) Purposes() []PurposeInfo          // in the policy's order, necessary first
//	func (b *Rulebook) Decide(c Choice, ck SetCookie) Decision       // a response cookie
//	func (b *Rulebook) DecideRequest(c Choice, name string) Decision // a request cookie
//
// Choice is a small comparable value, the zero value being "nothing decided":
//
//	func (c Choice) Allows(p Purpose) bool    // necessary is always allowed
//	func (c Choice) Decided() bool            // an explicit choice that is still valid
//	func (c Choice) Refuses(p Purpose) bool   // explicitly refused, withdrawn, or opted out by GPC/DNT
//	func (c Choice) OptOut() OptOut           // "", "gpc" or "dnt": what the browser asked
//	func (c Choice) At() time.Time; Revision() int; Method() Method
//
// Keys is an HMAC key ring: the first key signs, all verify.
//
//	func NewKeys(secret []byte, old ...[]byte) (*Keys, error)      // ≥ 32 bytes; keys derived by HKDF per use
//	func (k *Keys) SealState(c Choice, b *Rulebook) string         // value of cookie_consent, ≤ 100 bytes with name
//	func (k *Keys) OpenState(value string, b *Rulebook, now time.Time) (Choice, error)
//	func (k *Keys) SealRecord(r Record) (Entry, error); OpenRecord(e Entry) (Record, error)   // AES-256-GCM
//
//	func (b *Rulebook) Effective(c Choice, h http.Header) Choice   // applies Sec-GPC and DNT where nothing explicit says otherwise
//	func ParseSubmission(form url.Values, b *Rulebook) (Submission, error)
//	func (b *Rulebook) Apply(s Submission, before Choice, now time.Time) (Choice, Record)

// Entry is a sealed [Record] as spool and stores hold it: they cannot read it.
type Entry struct {
	ID     string // random, 128 bits, base64url without padding
	Sealed []byte
}

// Ledger keeps entries. Both stores implement it; package storetest is its contract.
type Ledger interface {
	// Append keeps e, for good, before it returns. An entry whose ID is already held is acknowledged
	// and changes nothing.
	Append(ctx context.Context, e Entry) error
	// Entry returns the entry with the given id, or an error that is [ErrNoEntry].
	Entry(ctx context.Context, id string) (Entry, error)
	// Entries calls f for the entries in the order in which they were appended, from the given
	// position (0 is the first), until f returns false.
	Entries(ctx context.Context, from int, f func(position int, e Entry) bool) error
}

var (
	_ http.Header
	_ time.Time
)
