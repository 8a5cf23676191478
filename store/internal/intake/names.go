package intake

import (
	"errors"
	"fmt"

	"github.com/kelisim/kelisim/consent"
)

const (
	// MaxSite is the length of the longest name of a site, bytes.
	MaxSite = 64
	// MaxKey is the length of the longest key of a document, bytes.
	MaxKey = 256
	// MaxDocument is the size of the largest document or sealed record, bytes.
	MaxDocument = 4 << 20
)

// Site returns what is wrong with the name of a site, or nil. It becomes part of keys, in which
// braces would move it to another slot of a Redis cluster, and a colon to another site.
func Site(name string) error {
	if name == "" || len(name) > MaxSite {
		return fmt.Errorf("name of the site %q: want 1–%d letters, digits, dots, dashes or underscores", name, MaxSite)
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '-', c == '_':
		default:
			return fmt.Errorf("name of the site %q holds %q: want letters, digits, dots, dashes or underscores", name, c)
		}
	}
	return nil
}

// Key returns what is wrong with the key and content of a document, or nil.
func Key(key string, content []byte) error {
	if key == "" || len(key) > MaxKey {
		return fmt.Errorf("key %q: want 1–%d bytes", key, MaxKey)
	}
	if len(content) > MaxDocument {
		return fmt.Errorf("document %q of %d bytes: at most %d", key, len(content), MaxDocument)
	}
	return nil
}

// Entry returns what is wrong with an entry of the ledger, or nil.
func Entry(e consent.Entry) error {
	if e.ID == "" || len(e.ID) > MaxKey {
		return fmt.Errorf("id of an entry %q: want 1–%d bytes", e.ID, MaxKey)
	}
	if len(e.Sealed) == 0 {
		return errors.New("an entry without content")
	}
	if len(e.Sealed) > MaxDocument {
		return fmt.Errorf("entry %q of %d bytes: at most %d", e.ID, len(e.Sealed), MaxDocument)
	}
	return nil
}
