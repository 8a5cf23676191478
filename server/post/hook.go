package post

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Bounds of a delivery.
const (
	hookTime  = 10 * time.Second // of one try
	hookTries = 3
	hookWait  = 2 * time.Second // before the second try; four times as long before each later one
)

// ErrForbidden is returned for an address to which nothing may be sent.
var ErrForbidden = errors.New("post: a webhook goes to https and a public address, or to a host that is allowed by --webhook-allow")

// Hooks sends signed events. Make one with [NewHooks]; it is safe for concurrent use.
type Hooks struct {
	allow  []string
	now    func() time.Time
	wait   func(context.Context, time.Duration) error
	client *http.Client
}

// HookOptions of [NewHooks]; all are optional.
type HookOptions struct {
	// Allow are hosts ("alerts.internal", "127.0.0.1:9000") that may be anywhere, and may speak plain HTTP.
	Allow []string
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Wait waits between tries. Default: a timer that ctx ends.
	Wait func(context.Context, time.Duration) error
}

// NewHooks returns Hooks.
func NewHooks(o HookOptions) *Hooks {
	h := &Hooks{allow: o.Allow, now: o.Now, wait: o.Wait}
	if h.now == nil {
		h.now = time.Now
	}
	if h.wait == nil {
		h.wait = wait
	}
	h.client = &http.Client{
		Timeout:       hookTime,
		Transport:     &http.Transport{DialContext: h.dial, Proxy: nil, DisableKeepAlives: true, TLSHandshakeTimeout: hookTime, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return h
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Check says whether events may be sent to an address; where its host is, is looked at when it is dialled.
func (h *Hooks) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || len(address) > 1024 || (u.Scheme != "https" && u.Scheme != "http") {
		return ErrForbidden
	}
	if h.allowed(u.Host, u.Hostname()) {
		return nil
	}
	if ip, err := netip.ParseAddr(u.Hostname()); u.Scheme != "https" || err == nil && !public(ip) {
		return ErrForbidden
	}
	return nil
}

func (h *Hooks) allowed(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(h.allow, name) })
}

// dial refuses addresses that are not public at the moment of the connection.
func (h *Hooks) dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{Timeout: hookTime}
	if host, _, err := net.SplitHostPort(address); err != nil || !h.allowed(host, address) {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !public(ap.Addr()) {
				return ErrForbidden
			}
			return nil
		}
	}
	return d.DialContext(ctx, network, address)
}

// special are networks that are routed nowhere or within somebody's house, beside those that netip knows
// (IANA special-purpose registries).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

// public reports whether an address is one of the open net.
func public(ip netip.Addr) bool {
	ip = ip.Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// Header holds the time and the signature of an event: "t=1700000000,v1=" and the hex HMAC-SHA256 of the time in
// seconds, a dot and the body.
const Header = "Kelisim-Signature"

// Sign returns the value of [Header] for a body.
func Sign(secret []byte, at time.Time, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, secret)
	_, _ = mac.Write([]byte(t + "."))
	_, _ = mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Send posts event as JSON until an answer of 2xx comes, three times at most. What the receiver refuses (4xx but
// 429) is not tried again.
func (h *Hooks) Send(ctx context.Context, address string, secret []byte, event any) error {
	if err := h.Check(address); err != nil {
		return err
	}
	body, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("post: %w", err)
	}
	pause := hookWait
	for try := 1; ; try++ {
		again, err := h.try(ctx, address, secret, body)
		if err == nil || !again || try == hookTries {
			return err
		}
		if err := h.wait(ctx, pause); err != nil {
			return fmt.Errorf("post: %w", err)
		}
		pause *= 4
	}
}

func (h *Hooks) try(ctx context.Context, address string, secret, body []byte) (again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return false, fmt.Errorf("post: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Kelisim")
	r.Header.Set(Header, Sign(secret, h.now(), body))
	res, err := h.client.Do(r)
	if err != nil {
		var fault *url.Error
		if errors.As(err, &fault) {
			err = fault.Err // the address may hold a secret
		}
		return !errors.Is(err, ErrForbidden), fmt.Errorf("post: the webhook does not answer: %w", err)
	}
	_ = res.Body.Close()
	if res.StatusCode/100 == 2 {
		return false, nil
	}
	again = res.StatusCode >= 500 || res.StatusCode == http.StatusTooManyRequests
	return again, fmt.Errorf("post: the webhook answers %d", res.StatusCode)
}
