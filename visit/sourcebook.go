package visit

import (
	"hash/maphash"
	"strings"
)

// sourceBook shares equal sources as [Interner] shares strings, and remembers of each which channel it is and whether it
// is spam: all of it is asked of every page view.
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

// find returns a copy of source that shares no memory with it, and what is known of it.
func (b *sourceBook) find(source string) sourced {
	if source == "" {
		return sourced{channel: channelDirect}
	}
	hash := maphash.String(b.seed, source)
	if known := b.cache.get(hash, &source); known != nil {
		return *known
	}
	own := strings.Clone(source)
	found := sourced{own, sourceChannel(own), b.spam.has(own)}
	if b.cache.admits(hash) {
		return *b.cache.put(hash, own, found)
	}
	return found
}
