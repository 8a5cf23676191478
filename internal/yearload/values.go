package yearload

import (
	"fmt"
	"math/rand/v2"

	"github.com/kelisim/kelisim/visit"
)

type page struct{ path, section string }

// place is where some visitors are.
type place struct{ country, region, city string }

// How many values of each kind a large site has.
const (
	numPages     = 4000
	numSections  = 24
	numSources   = 800
	numPlaces    = 1500
	numProviders = 1200
	numVersions  = 60
)

// What is drawn from, the most frequent first. None is ever written to.
var (
	pages = func() (all []page) {
		for i := range numPages {
			path := fmt.Sprintf("/section-%d/title-of-article-%d", i%numSections, i)
			all = append(all, page{path, visit.Section(path)})
		}
		return all
	}()
	places = func() (all []place) {
		countries := []string{"KZ", "RU", "UZ", "KG", "US", "DE", "TR", "CN", "GB", "FR", "PL", "UA", "BY", "AE", "IN", "JP", "KR", "IT", "ES", "NL"}
		for i := range numPlaces {
			country := countries[i%len(countries)]
			region := fmt.Sprintf("Region %d", i%60)
			all = append(all, place{country, region, fmt.Sprintf("City %d", i)})
		}
		return all
	}()
	sources   = list(numSources, "www%d.example.org")
	providers = list(numProviders, "Provider of the Internet %d")
	campaigns = list(20, "campaign-%d")
	files     = list(600, "/static/chunk-%d.js")
	missing   = list(300, "/old/page-%d")
	bots      = list(80, "Crawler %d")
	versions  = list(numVersions, "%d")
	browsers  = []string{"Chrome", "Safari", "Firefox", "Edge", "Samsung Internet", "Opera", "Yandex"}
	systems   = []string{"Windows", "Android", "iOS", "macOS", "Linux", "Chrome OS"}
	devices   = []string{"mobile", "desktop", "tablet", "tv"}
	languages = []string{"kk", "ru", "en", "tr", "de", "zh", "uz", "fr", "es", "ky"}
	networks  = []string{"isp", "mobile", "business", "hosting"}
)

func list(n int, format string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprintf(format, i))
	}
	return all
}

// person draws who a visitor is, as far as statistics know.
func person(r *rand.Rand, pv *visit.Pageview) {
	p := &places[rank(r, len(places))]
	pv.Country, pv.Region, pv.City = p.country, p.region, p.city
	pv.Provider, pv.Network = providers[rank(r, len(providers))], networks[rank(r, len(networks))]
	pv.Browser, pv.OS = browsers[rank(r, len(browsers))], systems[rank(r, len(systems))]
	pv.BrowserVersion = pv.Browser + " " + versions[rank(r, 12)]
	pv.OSVersion = pv.OS + " " + versions[rank(r, 6)]
	pv.Device, pv.Language = devices[rank(r, len(devices))], languages[rank(r, len(languages))]
}

// arrival draws where a visit came from.
func arrival(r *rand.Rand, pv *visit.Pageview) {
	switch n := r.IntN(20); {
	case n < 8:
		pv.Channel = "direct"
	case n < 19:
		pv.Source, pv.Channel = sources[rank(r, len(sources))], [...]string{"search", "social", "referral"}[n%3]
	default:
		pv.Channel, pv.Campaign = "campaign", campaigns[rank(r, len(campaigns))]
	}
}
