package goatcounter

import (
	"net/url"
	"strings"
)

// Schemes of a referrer.
const (
	schemeHTTP      = "h"
	schemeGenerated = "g"
	schemeCampaign  = "c"
	schemeOther     = "o"
)

// generated are the sites for which GoatCounter puts a name of its own. It is never written to.
var generated = map[string]string{
	"google": "google.com", "bing": "bing.com", "duckduckgo": "duckduckgo.com", "yandex": "yandex.ru", "yahoo": "search.yahoo.com",
	"baidu": "baidu.com", "ecosia": "ecosia.org", "hacker news": "news.ycombinator.com", "lobsters": "lobste.rs", "reddit": "reddit.com",
	"twitter": "twitter.com", "facebook": "facebook.com", "linkedin": "linkedin.com", "instagram": "instagram.com", "youtube": "youtube.com",
	"telegram messenger": "t.me", "telegram": "t.me", "slack": "slack.com", "slack chat": "slack.com", "github": "github.com",
	"wikipedia": "wikipedia.org", "pocket": "getpocket.com", "feedly": "feedly.com", "vkontakte": "vk.com",
}

// refer puts the referrer where a request has it.
func (r *Row) refer(referrer, scheme string) {
	if referrer == "" {
		return
	}
	switch scheme {
	case schemeCampaign:
		r.tag("utm_campaign=" + url.QueryEscape(referrer))
	case schemeGenerated:
		if host := generated[strings.ToLower(referrer)]; host != "" {
			r.Referrer = "https://" + host + "/"
		} else if strings.EqualFold(referrer, "email") {
			r.tag("utm_medium=email")
		}
	case schemeHTTP, schemeOther, "":
		if r.Referrer = referrer; !strings.Contains(referrer, "://") && scheme != schemeOther {
			r.Referrer = "https://" + referrer
		}
	}
}

// tag adds a campaign tag to the target.
func (r *Row) tag(tag string) {
	if r.Target == "" {
		return
	}
	joint := "?"
	if strings.Contains(r.Target, "?") {
		joint = "&"
	}
	r.Target += joint + tag
}
