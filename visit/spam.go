package visit

import (
	"errors"
	"fmt"
	"strings"
)

// Referrer spam: programs that ask for pages only to leave the name of a site in their statistics. Such hits count as a bot
// of class spam, under no source.

// MaxSpam bounds the hosts that a site may name.
const MaxSpam = 50_000

const (
	classSpam = "spam" // asks for pages to be seen as a referrer
	spamName  = "Referrer spam"
)

// knownSpam are hosts that have done little else for years; whoever wants a longer list gives one in [Options].
const knownSpam = `semalt.com darodar.com econom.co ilovevitaly.com ilovevitaly.ru priceg.com hulfingtonpost.com
	buttons-for-website.com buttons-for-your-website.com free-share-buttons.com free-social-buttons.com share-buttons.xyz
	simple-share-buttons.com social-buttons.com floating-share-buttons.com event-tracking.com get-free-traffic-now.com
	best-seo-offer.com best-seo-solution.com 100dollars-seo.com success-seo.com seo-platform.com traffic2money.com
	trafficmonetize.org trafficmonetizer.org webmonetizer.net 4webmasters.org 7makemoneyonline.com makemoneyonline.com
	googlsucks.com theguardlan.com humanorightswatch.org o-o-6-o-o.com cenoval.ru cenokos.ru blackhatworth.com
	guardlink.org landoftracking.com rankings-analytics.com ranksonic.info videos-for-your-business.com
	erot.co lumb.co kambasoft.com savetubevideo.com iskalko.ru superiends.org offers.bycontext.com`

// spam knows hosts by which nobody ever came.
type spam map[string]struct{}

func newSpam(more []string) (spam, error) {
	s := spam{}
	for host := range strings.FieldsSeq(knownSpam) {
		s[host] = struct{}{}
	}
	if len(more) > MaxSpam {
		return nil, fmt.Errorf("visit: %d hosts of referrer spam: at most %d", len(more), MaxSpam)
	}
	var faults []error
	for _, host := range more {
		if name := HostOf(host); name != "" && len(faults) < 10 {
			s[strings.Clone(name)] = struct{}{}
		} else if name == "" {
			faults = append(faults, fmt.Errorf("visit: %.80q is no host of referrer spam: give names such as spam.example", host))
		}
	}
	return s, errors.Join(faults[:min(len(faults), 10)]...)
}

// has reports whether source or a domain above it is listed.
func (s spam) has(source string) bool {
	for source != "" {
		if _, ok := s[source]; ok {
			return true
		}
		var ok bool
		if _, source, ok = strings.Cut(source, "."); !ok {
			return false
		}
	}
	return false
}

// mark makes pv a bot's, unless it is one already, and forgets where it pretends to come from.
func (spam) mark(pv *Pageview) {
	pv.Source, pv.Campaign, pv.Channel = "", "", channelDirect
	if pv.Bot == "" {
		pv.Bot, pv.BotClass, pv.Device = spamName, classSpam, deviceOther
		pv.Browser, pv.BrowserVersion, pv.OS, pv.OSVersion = "", "", "", ""
	}
}
