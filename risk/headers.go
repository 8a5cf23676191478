package risk

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"sync/atomic"
)

// contradictions counts how many headers cannot be those of the browser that the user agent names. One alone means
// little: proxies and odd builds had one in 27 of 100 sets of real browsers' headers, two in 0.25.
// Only what asks for a page is looked at, since each kind of subresource has headers of its own.
func (e *Engine) contradictions(q *Request) int {
	h := &q.headers
	if !h.known || q.method != "GET" || q.named.Browser == "" || h.dest != "" && h.dest != "document" {
		return 0
	}
	n := 0
	for _, odd := range [...]bool{
		h.language == "",
		h.encoding == "" || h.encoding == "identity",
		h.accept == "" || h.accept == "*/*" && h.dest == "",
		q.lacksMetadata(),
	} {
		if odd {
			n++
		}
	}
	if h.brands != "" {
		n += e.hints.falseHints(e.seed, q)
	}
	return n
}

// lacksMetadata reports that a browser that always sends Fetch Metadata and client hints over TLS sent
// neither or not both (https://www.w3.org/TR/fetch-metadata/: Chrome 80, Firefox 90, Safari 16.4).
func (q *Request) lacksMetadata() bool {
	if !q.headers.secure {
		return false
	}
	switch engine, major := q.engine(); engine {
	case engineChromium:
		return major >= 80 && q.headers.dest == "" || major >= 90 && q.headers.brands == ""
	case engineGecko:
		return major >= 90 && q.headers.dest == ""
	}
	return false
}

// hintMemo remembers what falseHints said of the combinations that were met last: 56 bits of a keyed hash, and the number.
type hintMemo [1024]atomic.Uint64

func (m *hintMemo) falseHints(seed maphash.Seed, q *Request) int {
	hash := q.agentHash ^ bits.RotateLeft64(maphash.String(seed, q.headers.brands), 21) ^ bits.RotateLeft64(maphash.String(seed, q.headers.platform), 42)
	cell := &m[hash%uint64(len(m))]
	if known := cell.Load(); known&^0xff == hash&^0xff && known != 0 {
		return int(known & 0xff)
	}
	n := q.falseHints()
	cell.Store(hash&^0xff | uint64(n))
	return n
}

// falseHints counts client hints that contradict the user agent (https://wicg.github.io/ua-client-hints/).
func (q *Request) falseHints() (n int) {
	h := &q.headers
	if strings.Contains(h.brands, `"HeadlessChrome"`) {
		n++
	}
	claimed := numberAfter(q.agent, "Chrome/")
	switch said := numberAfter(h.brands, `"Chromium";v="`); {
	case claimed == 0 && !strings.Contains(q.agent, "AppleWebKit"):
		n++
	case claimed != 0 && said != 0 && said != claimed:
		n++
	}
	for _, p := range platforms {
		if h.platform == p.hint && !strings.Contains(q.agent, p.agent) && !strings.Contains(q.agent, p.or) {
			n++
		}
	}
	return n
}

// platforms are the names in Sec-CH-UA-Platform and what the user agent says beside them. "Android" asks for the desktop
// site as Linux.
var platforms = [...]struct{ hint, agent, or string }{
	{`"Windows"`, "Windows", "Xbox"},
	{`"macOS"`, "Macintosh", "Mac OS X"},
	{`"Android"`, "Android", "X11; Linux"},
	{`"Chrome OS"`, "CrOS", "X11; Linux"},
}

// numberAfter reads the number behind the first occurrence of mark; 0 for none.
func numberAfter(s, mark string) (n int) {
	i := strings.Index(s, mark)
	if i < 0 {
		return 0
	}
	for i += len(mark); i < len(s) && s[i] >= '0' && s[i] <= '9' && n < 1<<20; i++ {
		n = 10*n + int(s[i]-'0')
	}
	return n
}
