package risk

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// EventKind says what happened to an account.
type EventKind uint8

const (
	LoginFailed EventKind = iota + 1
	LoginOK
	Signup
	Payment
	PasswordChange // by whoever is signed in
	numKinds
)

var kindNames = [...]string{"", "login_failed", "login_ok", "signup", "payment", "password_change"}

// String returns the name in reports: login_failed, login_ok, signup, payment or password_change.
func (k EventKind) String() string {
	if k > 0 && k < numKinds {
		return kindNames[k]
	}
	return "unknown"
}

// MarshalText is String.
func (k EventKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads a name.
func (k *EventKind) UnmarshalText(text []byte) error {
	for i, name := range kindNames[1:] {
		if name == string(text) {
			*k = EventKind(i + 1)
			return nil
		}
	}
	return fmt.Errorf("%q is no event: write login_failed, login_ok, signup, payment or password_change", text)
}

// Event is what a site tells of an account. It holds personal data, of which nothing is kept but what the list of [Signals]
// names: the account and its devices under pseudonyms and hashes. It prints as "redacted".
type Event struct {
	Kind EventKind
	// Account is what the site calls the account, at most 256 bytes, always written the same way. Required.
	Account string
	// Addr is the address from which it was used. Without one nothing is said of places and networks.
	Addr netip.Addr
	// Agent is the browser's user agent, of which the kind of device is taken. Default: nothing is said of devices.
	Agent string
	// Place is where Addr is. A guard finds it itself.
	Place geo.Location
	// Time is when it happened, at most ten minutes ago. Default: now.
	Time time.Time

	// Consent says that the owner of the account consents, now, to Device and TimeZone being used against fraud. Without
	// it both are ignored, and what was kept of earlier ones is deleted.
	Consent bool
	// Device is the value of the site's device cookie, at most 256 bytes.
	Device string
	// TimeZone is the browser's, such as "Asia/Almaty".
	TimeZone string
}

// String says that ev is redacted, whatever it holds.
func (ev Event) String() string { return "risk.Event(redacted)" }

// GoString is String, for %#v.
func (ev Event) GoString() string { return ev.String() }

// Format is String for every verb of fmt.
func (ev Event) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(ev.String())) }

// LogValue is String, for slog.
func (ev Event) LogValue() slog.Value { return slog.StringValue(ev.String()) }

// MarshalText is String, for every encoding that asks.
func (ev Event) MarshalText() ([]byte, error) { return []byte(ev.String()), nil }

// ErrEvent is wrapped by the errors about events that cannot be taken in.
var ErrEvent = errors.New("risk: bad event")

const (
	maxAccount = 256
	maxZone    = 64
	maxAge     = 10 * time.Minute // of an event that is told
	maxAhead   = time.Minute
)

// settle checks ev, and says when it happened.
func (ev *Event) settle(now time.Time) error {
	if ev.Time.IsZero() {
		ev.Time = now
	}
	switch {
	case ev.Kind == 0 || ev.Kind >= numKinds:
		return fmt.Errorf("%w: it has no kind", ErrEvent)
	case ev.Account == "" || len(ev.Account) > maxAccount:
		return fmt.Errorf("%w: the account has %d bytes: give 1 to %d", ErrEvent, len(ev.Account), maxAccount)
	case len(ev.Device) > maxAccount || len(ev.TimeZone) > maxZone:
		return fmt.Errorf("%w: the device has %d bytes and the time zone %d: at most %d and %d", ErrEvent, len(ev.Device), len(ev.TimeZone), maxAccount, maxZone)
	case now.Sub(ev.Time) > maxAge || ev.Time.Sub(now) > maxAhead:
		return fmt.Errorf("%w: it is not of now: tell of events within %v", ErrEvent, maxAge)
	}
	ev.Addr = ev.Addr.Unmap().WithZone("")
	if !ev.Consent {
		ev.Device, ev.TimeZone = "", ""
	}
	return nil
}
