package csp

import (
	"net/netip"
	"strings"
)

// Class says what kind of thing a report is about.
type Class uint8

const (
	ThirdParty Class = iota // another origin
	Injected                // put into the page by a browser extension or a program on the visitor's computer
	Inline                  // inline script or style
	Eval                    // code made from strings
	Local                   // data:, blob:, about: and what else never leaves the browser
	Nearby                  // an address of the visitor's own network, though the site is not there
	Unclear                 // malformed, or not told
	classes
)

// Classes are all of them, to be counted by.
const Classes = int(classes)

// String is the name by which counts are shown.
func (c Class) String() string {
	switch c {
	case ThirdParty:
		return "third-party"
	case Injected:
		return "injected"
	case Inline:
		return "inline"
	case Eval:
		return "eval"
	case Local:
		return "local"
	case Nearby:
		return "nearby"
	}
	return "unclear"
}

// classify sorts what was blocked. The browser gives an address, a keyword or a bare scheme (CSP3 section 5.3).
func classify(blocked, source, pageHost string) (Class, string) {
	if isInjector(source) {
		return Injected, ""
	}
	switch lower := strings.ToLower(blocked); lower {
	case "":
		return Unclear, ""
	case "inline":
		return Inline, ""
	case "eval", "wasm-eval":
		return Eval, ""
	case "self", "about", "data", "blob", "filesystem", "mediastream", "javascript":
		return Local, ""
	default:
		if isInjector(lower) {
			return Injected, ""
		}
		if scheme, _, ok := strings.Cut(lower, ":"); ok && (scheme == "data" || scheme == "blob" || scheme == "about" || scheme == "filesystem" || scheme == "javascript") {
			return Local, ""
		}
	}
	origin, host := originOf(blocked)
	switch {
	case origin == "":
		return Unclear, ""
	case isProgram(host):
		return Injected, ""
	case isNearby(host) && !isNearby(pageHost):
		return Nearby, ""
	}
	return ThirdParty, origin
}

// isInjector knows the schemes of what extensions bring: "chrome-extension", "moz-extension", "safari-web-extension" …
func isInjector(address string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(address), ":")
	return strings.HasSuffix(scheme, "-extension") || scheme == "user-script" || scheme == "webkit-masked-url" ||
		scheme == "resource" || scheme == "chrome"
}

// isProgram knows the hosts that virus scanners write into every page that they let through.
func isProgram(host string) bool {
	return strings.HasSuffix(host, ".kaspersky-labs.com") || host == "local.adguard.org"
}

func isNearby(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsUnspecified()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local")
}
