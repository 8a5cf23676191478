package banner

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"slices"
	"sync"
)

// Fingerprint stands for everything built in that markup is made of: words, templates and the names of scripts and styles.
// Of two builds with one fingerprint, [Render] makes the same of a View.
func Fingerprint() string { return fingerprint() }

// fingerprint cannot fail on what the compiler embedded.
var fingerprint = sync.OnceValue(func() string {
	sum := sha256.New()
	for _, from := range []fs.FS{files, markup} {
		for _, pattern := range []string{"locales/*.json", "markup/*.html"} {
			names, _ := fs.Glob(from, pattern)
			for _, name := range names {
				content, _ := fs.ReadFile(from, name)
				sum.Write(content)
				sum.Write([]byte(name))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Values(assets().names)) {
		sum.Write([]byte(name))
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
})
