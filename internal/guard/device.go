package guard

import (
	"html"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/risk"
)

// DeviceCookie is what the browser of a visitor who granted Risk.Purpose keeps: 128 random bits, by which an account knows its
// browsers again ([risk.Event]), and by which what a page tells of the browser is found for some hours. It is used where the policy
// declares it for that purpose: so it stands in the notice, is withheld without consent, and is deleted on withdrawal.
const DeviceCookie = "kelisim_device"

// deviceScript is what such visitors' pages load, while nothing was told of their browser.
const deviceScript = "device.js"

// deviceRule finds the rule that declares the cookie; false where the policy does not, or nothing is judged.
func (c *Config) deviceRule(p consent.Policy) (consent.CookieRule, bool) {
	if c.Risk.Use == RiskOff || c.Risk.Purpose == "" {
		return consent.CookieRule{}, false
	}
	for _, rule := range p.Cookies {
		if rule.Name == DeviceCookie && rule.Purpose == c.Risk.Purpose {
			return rule, true
		}
	}
	return consent.CookieRule{}, false
}

// protects reports whether a visitor granted what the protection by device cookies needs.
func (g *Guard) protects(c consent.Choice) bool {
	purpose := g.config.Risk.Purpose
	return purpose != "" && c.Stance(purpose) == consent.Granted
}

// deviceOf is the device cookie of r; "" for none.
func deviceOf(r *http.Request) string {
	cookie, err := r.Cookie(DeviceCookie)
	if err != nil || !risk.ValidDevice(cookie.Value) {
		return ""
	}
	return cookie.Value
}

// findDevice reads the device cookie of a visitor who consents. What is remembered under that of one who does not is forgotten.
func (e *Exchange) findDevice(r *http.Request, now time.Time) {
	if !e.regime.device {
		return
	}
	device := deviceOf(r)
	switch g := e.guard; {
	case g.protects(e.choice):
		e.device = device
	case device != "":
		g.risk.engine.ForgetDevice(device, now)
	}
}

// withdrawn forgets the device of a visitor whose choice is now after.
func (g *Guard) withdrawn(r *http.Request, after consent.Choice, now time.Time) {
	if g.risk == nil || g.protects(after) {
		return
	}
	if device := deviceOf(r); device != "" {
		g.risk.engine.WithdrawDevice(device, now)
	}
}

// giveDevice has the browser of a visitor who consents keep a device cookie.
func (e *Exchange) giveDevice(status int, h http.Header) (private bool) {
	if !e.regime.device { // of most sites
		return false
	}
	g, ok := e.guard, true
	defer g.rescue("device", &ok)
	if e.own || e.device != "" || !g.protects(e.choice) || status != http.StatusOK ||
		!strings.HasPrefix(contentType(h), "text/html") || gate.Cacheable(h) || !navigates(e.outer) || e.hit.Prefetch() {
		return false
	}
	device, err := g.risk.engine.NewDevice()
	if err != nil {
		g.faults.note("device", err)
		return false
	}
	e.device = device
	cookie := &http.Cookie{Name: DeviceCookie, Value: device, Path: "/", HttpOnly: true, Secure: g.secure(e.outer), SameSite: http.SameSiteLaxMode}
	if rule, ok := g.config.deviceRule(e.regime.rules.Policy()); ok && !rule.Lifetime.IsZero() {
		now := g.config.Now()
		cookie.MaxAge = int(min(returnsTerm, rule.Lifetime.After(now).Sub(now)) / time.Second)
	}
	h.Add("Set-Cookie", cookie.String())
	return true
}

// deviceTag appends the script for a browser of which nothing is known.
func (e *Exchange) deviceTag(tag []byte) []byte {
	g := e.guard
	if e.device == "" || !e.regime.device || g.risk.engine.KnowsBrowser(e.device, g.config.Now()) {
		return tag
	}
	return append(append(append(tag, opening(g.config.Prefix, deviceScript)...), ` data-p="`+html.EscapeString(string(g.config.Risk.Purpose))+`"`...), closing...)
}

func (g *Guard) devicePath() string { return g.config.Prefix + "/device" }

// withDevice takes what pages tell of browsers, and leaves everything else under the prefix to the centre.
func (g *Guard) withDevice(centre http.Handler) http.Handler {
	if g.risk == nil || g.config.Risk.Purpose == "" {
		return centre
	}
	return hearing(g.devicePath(), centre, g.hearBrowser)
}

// Bits of what a page tells.
const (
	bitDriven = 1 << iota
	bitNoLanguages
	bitNoPlugins
	bitNoScreen
	bitsEnd
)

// maxTold is more than a page tells.
const maxTold = 512

// hearBrowser takes in what a page tells of the browser of a visitor who consents, and returns the status to answer with.
func (g *Guard) hearBrowser(w http.ResponseWriter, r *http.Request) (status int) {
	now, addr, p := g.config.Now(), g.config.Trust.Addr(r), g.now()
	device := deviceOf(r)
	switch {
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed
	case !p.device || device == "" || r.Header.Get("Sec-Fetch-Site") == "cross-site" || !g.protects(g.choiceUnder(p, r)):
		return http.StatusForbidden
	case !g.risk.told.allow(addr, now):
		return http.StatusTooManyRequests
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxTold)
	if err := r.ParseForm(); err != nil {
		return http.StatusBadRequest
	}
	bits, err := strconv.ParseUint(r.PostForm.Get("b"), 10, 8)
	if err != nil || bits >= bitsEnd {
		return http.StatusBadRequest
	}
	b := risk.Browser{
		Driven: bits&bitDriven != 0, NoLanguages: bits&bitNoLanguages != 0, NoPlugins: bits&bitNoPlugins != 0, NoScreen: bits&bitNoScreen != 0,
		TimeZone: r.PostForm.Get("z"),
	}
	if err := g.risk.engine.TellBrowser(device, b, g.config.Locator.Locate(addr).Country, now); err != nil {
		g.faults.note("device", err)
		return http.StatusServiceUnavailable
	}
	return http.StatusNoContent
}
