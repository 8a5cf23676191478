package visit

import "strings"

// Bounds of texts that pages tell.
const (
	maxTitle     = 128 // bytes of a title
	maxEventName = 64  // bytes of the name of an event, and of a property's name and value
)

// Title returns a page's title as it may be counted: scrubbed word by word like a path, at most 128 bytes.
func Title(raw string) string { return clipUTF8(scrubWords(raw), maxTitle) }

// Name returns the name of an event, or a property's name or value, as it may be counted: scrubbed like a title, in
// lower case, at most 64 bytes.
func Name(raw string) string { return clipUTF8(strings.ToLower(scrubWords(raw)), maxEventName) }

// scrubWords scrubs a text of several words: each by itself, for what looks personal alone, and all together, for
// numbers that blanks divide. White space is single blanks afterwards.
func scrubWords(raw string) string {
	var b scrubBuffer
	words := strings.Fields(string(b.decoded(clip(raw, maxPersonal))))
	for i, word := range words {
		words[i] = scrubText(word)
	}
	text := strings.Join(words, " ")
	whole := scrubText(text) // as a segment of a path, where blanks are hyphens
	if whole == strings.ReplaceAll(text, " ", "-") {
		return text
	}
	return strings.TrimSpace(strings.ReplaceAll(whole, "-", " "))
}

// HostOf returns the host of a link to another site as it may be counted: lower case, without port and "www.", "" for
// an address or what is no name.
func HostOf(raw string) string {
	host, _, _ := strings.Cut(raw, "/")
	host = bareHost(host)
	if !hostName(host) {
		return ""
	}
	return bareOfPeople(strings.ToLower(host))
}

// FileOf returns the address of a file on another host ("host/path") as it may be counted; "" if its host is none.
func (a *Anonymiser) FileOf(raw string) string {
	host, path, _ := strings.Cut(raw, "/")
	if host = HostOf(host); host == "" {
		return ""
	}
	return clipUTF8(host+a.scrubber.Path("/"+path), maxPath)
}

// Pseudonym returns the visitor's key of the day on which hit came. It is for memory and for pages of that visitor,
// never for rest. False if there is no randomness for a new day.
func (a *Anonymiser) Pseudonym(hit Hit) (Day, Key, bool) {
	day, _ := a.calendar.date(hit.time)
	key, err := a.keys.Key(day, hit.addr.reveal(), hit.agent.reveal())
	return day, key, err == nil
}

// PseudonymOn is Pseudonym for a day that is alive; false for others.
func (a *Anonymiser) PseudonymOn(day Day, hit Hit) (Key, bool) {
	return a.keys.Peek(day, hit.addr.reveal(), hit.agent.reveal())
}

// Path returns a path as it may be counted: see [Scrubber.Path].
func (a *Anonymiser) Path(raw string) string { return a.scrubber.Path(raw) }

// On returns hit as if it had asked for the page at path: for what pages tell of themselves after they were served.
// Referrer and query are left out: they brought the visitor to the document, not to what it shows now.
func (h Hit) On(path string) Hit {
	h.path, h.method, h.dest = veil(clip(path, maxRawPath)), "GET", "document"
	h.referrer, h.query, h.prefetch = veiled{}, veiled{}, false
	return h
}

// Describe is [Anonymiser.Page] for a request that is no page view: who asks, and for what, with nothing counted.
func (a *Anonymiser) Describe(hit Hit, res Response) Pageview {
	res.Status = 0
	return a.Page(hit, res)
}
