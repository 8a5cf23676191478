package visit

import "net/http"

// hints are the User-Agent Client Hints of a request (https://wicg.github.io/ua-client-hints/).
type hints struct {
	brands          string // Sec-CH-UA, or -Full-Version-List where that alone was sent
	platform        string
	platformVersion string
	mobile          bool
}

func (h *hints) empty() bool { return h.brands == "" && h.platform == "" }

// readHints reads the hints. Browsers that send any send Sec-CH-UA, so the others are looked for only
// then.
func readHints(h http.Header) hints {
	brands := first(h, "Sec-Ch-Ua")
	if brands == "" {
		if brands = first(h, "Sec-Ch-Ua-Full-Version-List"); brands == "" {
			return hints{}
		}
	}
	return hints{
		brands:          clip(brands, maxPersonal),
		platform:        clip(first(h, "Sec-Ch-Ua-Platform"), 32),
		platformVersion: clip(first(h, "Sec-Ch-Ua-Platform-Version"), 32),
		mobile:          first(h, "Sec-Ch-Ua-Mobile") == "?1",
	}
}
