package visit

import (
	"hash/maphash"
	"strings"
)

// Interner shares equal strings, so that what is kept holds no memory of a request alive and the hot
// path allocates nothing. It is bounded and safe for concurrent use; a string that finds no room is
// copied.
type Interner struct {
	seed  maphash.Seed
	cache *cache[string, string]
}

// NewInterner makes an Interner of about size strings.
func NewInterner(size int) *Interner {
	return &Interner{seed: maphash.MakeSeed(), cache: newCache[string, string](size)}
}

// known returns the string that is shared for s, if there is one.
func (in *Interner) known(s string) (string, bool) {
	if shared := in.cache.get(maphash.String(in.seed, s), &s); shared != nil {
		return *shared, true
	}
	return "", false
}

// Intern returns a string equal to s that shares no memory with it.
func (in *Interner) Intern(s string) string {
	if s == "" {
		return ""
	}
	hash := maphash.String(in.seed, s)
	if shared := in.cache.get(hash, &s); shared != nil {
		return *shared
	}
	own := strings.Clone(s)
	if in.cache.admits(hash) {
		return *in.cache.put(hash, own, own)
	}
	return own
}
