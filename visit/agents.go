package visit

import (
	"hash/maphash"
	"math/bits"
	"net/http"
	"strings"
)

const defaultAgents = 4096

// Agents names browsers, systems and bots from user agent strings and client hints. What a string
// costs is bounded: it is cut at 512 bytes and read once, without regular expressions. Strings seen
// more than once are remembered, in bounded memory that a flood of made-up ones cannot empty cheaply.
// It is safe for concurrent use.
type Agents struct {
	words  *dictionary
	bots   []bot
	labels labels
	seed   maphash.Seed
	cache  *cache[agentKey, Agent]
}

type agentKey struct {
	ua string
	hints
}

// NewAgents makes Agents that remembers about size user agents (0 is 4,096), each at most 1 KiB.
func NewAgents(size int) *Agents {
	if size <= 0 {
		size = defaultAgents
	}
	a := &Agents{seed: maphash.MakeSeed(), cache: newCache[agentKey, Agent](size)}
	a.words, a.bots = newDictionary()
	return a
}

// Parse names what sent the user agent string ua with the client hints in header, which may be nil.
// For a bot only Bot, BotClass and Device are set: what browser it claims to be says nothing.
func (a *Agents) Parse(ua string, header http.Header) Agent {
	h := readHints(header)
	var agent Agent
	a.parse(clip(ua, maxPersonal), &h, &agent)
	return agent
}

func (a *Agents) parse(ua string, h *hints, agent *Agent) {
	hash := a.hash(ua, h)
	key := agentKey{ua, *h}
	if known := a.cache.get(hash, &key); known != nil {
		*agent = *known
		return
	}
	a.read(ua, h, agent)
	if a.cache.admits(hash) {
		a.cache.put(hash, key.clone(), *agent)
	}
}

func (a *Agents) hash(ua string, h *hints) uint64 {
	hash := maphash.String(a.seed, ua)
	if !h.empty() {
		hash ^= bits.RotateLeft64(maphash.String(a.seed, h.brands), 17)
		hash ^= bits.RotateLeft64(maphash.String(a.seed, h.platform), 31)
		hash ^= bits.RotateLeft64(maphash.String(a.seed, h.platformVersion), 43)
		if h.mobile {
			hash ^= 0x9E3779B97F4A7C15
		}
	}
	return hash
}

func (k agentKey) clone() agentKey {
	k.ua, k.brands = strings.Clone(k.ua), strings.Clone(k.brands)
	k.platform, k.platformVersion = strings.Clone(k.platform), strings.Clone(k.platformVersion)
	return k
}

// read names without remembering.
func (a *Agents) read(ua string, h *hints, agent *Agent) {
	var s scan
	s.read(ua, a.words)
	v := s.verdict()
	if v.bot != botNone {
		b := a.bots[v.bot]
		*agent = Agent{Device: deviceOther, Bot: b.name, BotClass: b.class}
		return
	}
	h.refine(&v)
	if v.major >= maxMajor {
		v.major = 0
	}
	*agent = Agent{
		Browser: familyNames[v.family], BrowserVersion: a.labels.browser(v.family, v.major), Major: v.major,
		OS: systemNames[v.system], OSVersion: a.labels.system(v.system, v.release), Device: v.device,
	}
}
