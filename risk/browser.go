package risk

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// Browser is what a script of a page tells of the browser that it runs in. It is personal data, to be asked for and told only with
// its owner's consent.
type Browser struct {
	Driven      bool   // it says that a program drives it (https://www.w3.org/TR/webdriver2/#interface)
	NoLanguages bool   // it has none
	NoPlugins   bool   // it is one for desktops, and has none
	NoScreen    bool   // its window has no size, or is larger than the screen
	TimeZone    string // IANA; "" for none
}

// marks are the signals of b, of whoever is in country.
func (b *Browser) marks(z *zones, country string, at time.Time) (m marks) {
	odd := 0
	for _, holds := range [...]bool{b.NoLanguages, b.NoPlugins, b.NoScreen} {
		if holds {
			odd++
		}
	}
	if b.Driven {
		m.set(browserDriven)
	}
	if odd >= 2 {
		m.set(browserBare)
	}
	if b.TimeZone != "" && len(b.TimeZone) <= maxZone && !z.fit(b.TimeZone, country, at) {
		m.set(browserZone)
	}
	return m
}

const (
	firstBrowser      = browserDriven
	numBrowserSignals = int(browserZone-browserDriven) + 1
)

// browser is all that is remembered of one device cookie.
type browser struct {
	told int64                    // when, in milliseconds since 1970
	held [numBrowserSignals]int64 // until when each piece of evidence holds
}

// browsers is what an engine remembers by consent. Its memory is taken with the first device.
type browsers struct {
	once  sync.Once
	made  atomic.Bool
	table *table[browser]
	zones zones
}

func (e *Engine) devices() *table[browser] {
	e.browsers.once.Do(func() {
		e.browsers.table = newTable[browser](e.capacity)
		e.browsers.made.Store(true)
	})
	return e.browsers.table
}

// deviceLength is that of 128 random bits in base64url.
const deviceLength = 22

// NewDevice makes the value of a device cookie: 128 random bits.
func (e *Engine) NewDevice() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(e.keys.random, b[:]); err != nil {
		return "", fmt.Errorf("risk: no randomness for a device cookie: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// ValidDevice reports whether a device cookie can be one of [Engine.NewDevice].
func ValidDevice(device string) bool {
	if len(device) != deviceLength {
		return false
	}
	for i := range len(device) {
		c := device[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// device is the pseudonym of a device cookie: of the day, like that of an address.
func (k *sipKey) device(device string) Pseudonym {
	var m [1 + deviceLength]byte
	m[0] = byte(scopeDevice)
	copy(m[1:], device)
	return k.sum(m[:])
}

// SetDevice adds the device cookie of the visitor, who consents to its use: what [Engine.TellBrowser] told of it counts. What is none is
// left out.
func (q *Request) SetDevice(device string) {
	if ValidDevice(device) {
		q.device = device
	}
}

// TellBrowser takes in what a page told of the browser with a device cookie, whose owner consents to that and is in country. It
// replaces what was told before, and is remembered for three hours at most.
func (e *Engine) TellBrowser(device string, b Browser, country string, now time.Time) error {
	if !ValidDevice(device) {
		return fmt.Errorf("risk: a device cookie of %d bytes: give one of NewDevice", len(device))
	}
	at := now.UnixMilli()
	key, err := e.keys.at(at)
	if err != nil {
		return err
	}
	found := b.marks(&e.browsers.zones, country, now)
	who, t := key.device(device), e.devices()
	s := t.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := t.take(s, who, at)
	*entry = browser{told: at}
	for rest := found; rest != 0; rest &= rest - 1 {
		sign := signal(bits.TrailingZeros64(uint64(rest)))
		entry.held[sign-firstBrowser] = at + signals[sign].TTL.Milliseconds()
		e.figures.signals[sign].Add(1)
	}
	return nil
}

// KnowsBrowser reports whether what a page told of the browser still holds, so that no other page need tell.
func (e *Engine) KnowsBrowser(device string, now time.Time) bool {
	told, _ := e.browserAt(device, now.UnixMilli())
	return told
}

// ForgetDevice erases what is remembered here under a device cookie whose owner does not consent.
func (e *Engine) ForgetDevice(device string, now time.Time) {
	key, err := e.keys.at(now.UnixMilli())
	if err == nil && e.browsers.made.Load() && ValidDevice(device) {
		e.browsers.table.forget(key.device(device))
	}
}

// WithdrawDevice is ForgetDevice for an owner who has just withdrawn the consent (S4-4.5): other processes are told.
func (e *Engine) WithdrawDevice(device string, now time.Time) {
	e.ForgetDevice(device, now)
	if key, err := e.keys.at(now.UnixMilli()); err == nil && ValidDevice(device) {
		who := key.device(device)
		e.tell(messageForgetDevice, &who)
	}
}

// browserAt returns the evidence that holds of a device, and whether anything was told of it. A clock that was set back ends it.
func (e *Engine) browserAt(device string, now int64) (told bool, m marks) {
	if !e.browsers.made.Load() || !ValidDevice(device) {
		return false, 0
	}
	key, err := e.keys.at(now)
	if err != nil {
		return false, 0
	}
	who, t := key.device(device), e.browsers.table
	s := t.shard(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := t.find(s, who)
	if entry == nil || now < entry.told-slack || now-entry.told >= signals[firstBrowser].TTL.Milliseconds() {
		return false, 0
	}
	for i, end := range entry.held {
		if end > now {
			m.set(firstBrowser + signal(i))
		}
	}
	return true, m
}
