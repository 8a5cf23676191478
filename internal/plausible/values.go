package plausible

import (
	"net/url"
	"strings"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// folder makes values of what the files name.
type folder struct {
	scrubber *visit.Scrubber
	host     string // of the site
}

// sites are the hosts of sources that Plausible calls by another name. It is never written to.
var sites = map[string]string{
	"google": "google.com", "bing": "bing.com", "duckduckgo": "duckduckgo.com", "yandex": "yandex.ru", "yahoo!": "search.yahoo.com",
	"baidu": "baidu.com", "ecosia": "ecosia.org", "brave": "search.brave.com", "hacker news": "news.ycombinator.com", "reddit": "reddit.com", "twitter": "twitter.com",
	"facebook": "facebook.com", "linkedin": "linkedin.com", "instagram": "instagram.com", "youtube": "youtube.com", "telegram": "t.me",
	"github": "github.com", "wikipedia": "wikipedia.org", "vkontakte": "vk.com", "chatgpt": "chatgpt.com", "perplexity": "perplexity.ai", "pinterest": "pinterest.com",
}

func (f *folder) source(v []string) []value {
	query := url.Values{"utm_source": v[2:3], "utm_medium": v[3:4], "utm_campaign": v[4:5]}.Encode()
	tags := visit.Campaign(query)
	source := ""
	if v[1] != "" {
		source = visit.Referrer("https://"+strings.TrimPrefix(strings.TrimPrefix(v[1], "https://"), "http://"), f.host)
	}
	if source == "" {
		name := strings.ToLower(strings.TrimSpace(v[0]))
		if host := sites[name]; host != "" {
			name = host
		}
		source = visit.Referrer("https://"+name, f.host)
	}
	if source == "" && tags.Source != "" && tags.Source[0] != ':' {
		source = tags.Source
	}
	return []value{{stats.DimSource, source}, {stats.DimChannel, visit.Channel(source, tags)}, {stats.DimCampaign, tags.Campaign}}
}

func (f *folder) page(v []string) []value {
	path := v[0]
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	path = f.scrubber.Path(path)
	return []value{{stats.DimPage, path}, {stats.DimSection, visit.Section(path)}}
}

func (*folder) country(v []string) []value {
	code := v[0]
	if len(code) != 2 || code[0] < 'A' || code[0] > 'Z' || code[1] < 'A' || code[1] > 'Z' {
		code = ""
	}
	return []value{{stats.DimCountry, code}}
}

func (*folder) device(v []string) []value {
	switch class := strings.ToLower(v[0]); class {
	case "mobile", "tablet", "desktop", "tv":
		return []value{{stats.DimDevice, class}}
	case "laptop", "ultrawide":
		return []value{{stats.DimDevice, "desktop"}}
	}
	return []value{{stats.DimDevice, "other"}}
}

func (*folder) browser(v []string) []value {
	return versioned(stats.DimBrowser, stats.DimBrowserVersion, known(v[0], map[string]string{"Microsoft Edge": "Edge", "Samsung Browser": "Samsung Internet", "Yandex Browser": "Yandex"}), v[1])
}

func (*folder) system(v []string) []value {
	return versioned(stats.DimOS, stats.DimOSVersion, known(v[0], map[string]string{"Mac": "macOS", "GNU/Linux": "Linux", "Ubuntu": "Linux"}), v[1])
}

// known returns the name that live traffic has.
func known(name string, others map[string]string) string {
	if other := others[name]; other != "" {
		return other
	}
	return bounded(name)
}

// versioned returns a name, and its version where that is known: only its first number, as live traffic has it.
func versioned(name, version stats.Dimension, text, v string) []value {
	v, _, _ = strings.Cut(v, ".")
	if text == "" || v == "" || len(v) > 4 || strings.Trim(v, "0123456789") != "" {
		return []value{{name, text}}
	}
	return []value{{name, text}, {version, text + " " + v}}
}

func (*folder) event(v []string) []value { return []value{{stats.DimEvent, visit.Name(v[0])}} }

// bounded returns a name of a few words of Latin letters, or "".
func bounded(name string) string {
	if len(name) > 40 {
		return ""
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" .-+/!", r) {
			return ""
		}
	}
	return name
}
