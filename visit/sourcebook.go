package visit

import (
	"hash/maphash"
	"strings"
)

// sourceBook remembers, by the host and port of a referrer, which source and channel that is and whether it is spam:
// all of it is asked of every page view. Nothing else of a referrer is ever kept.
type sourceBook struct {
	spam  spam
	seed  maphash.Seed
	cache *cache[string, sourced]
}

type sourced struct {
	source, channel string
	spam            bool
}

func newSourceBook(size int, spam spam) *sourceBook {
	return &sourceBook{spam: spam, seed: maphash.MakeSeed(), cache: newCache[string, sourced](size)}
}

// of returns what is known of the host that referer names: a copy that shares no memory with it, in lower case and
// without port and "www."; none where it is the site's own, one of hosts, or no name.
func (b *sourceBook) of(referer, ownHost string, hosts []string) sourced {
	none := sourced{channel: channelDirect}
	authority, ok := authority(referer)
	if !ok || authority == ownHost {
		return none
	}
	found := b.find(authority)
	if found.source == "" || isHost(found.source, ownHost) {
		return none
	}
	for _, own := range hosts {
		if isHost(found.source, own) {
			return none
		}
	}
	return found
}

func (b *sourceBook) find(authority string) sourced {
	hash := maphash.String(b.seed, authority)
	if known := b.cache.get(hash, &authority); known != nil {
		return *known
	}
	own := strings.Clone(authority)
	host := hostOf(own)
	if host == "" {
		return sourced{}
	}
	found := sourced{host, sourceChannel(host), b.spam.has(host)}
	if b.cache.admits(hash) {
		return *b.cache.put(hash, own, found)
	}
	return found
}
