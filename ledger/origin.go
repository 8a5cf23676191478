package ledger

import (
	"context"
	"os"
	"slices"
	"strings"
)

// Continue derives the keys of a log that may have begun already: by the name that it was begun under where the head in
// file or, if there is none, the keys in the store tell it and the secrets prove it; else by name, see [Origin]. For a log keeps
// its name, whatever its site is called later. A store that does not answer counts as one that tells nothing.
func Continue(ctx context.Context, store Store, file, name string, secret []byte, old ...[]byte) (*Keys, error) {
	if signed, err := os.ReadFile(file); err == nil {
		begun, _, _ := strings.Cut(string(signed), "\n")
		if k, err := NewKeys(begun, secret, old...); err == nil {
			if _, err := OpenHead(signed, k.known); err == nil {
				return k, nil
			}
		}
	}
	published, _ := PublishedKeys(ctx, store)
	for _, text := range published {
		begun, _, _ := strings.Cut(text, "+")
		if k, err := NewKeys(begun, secret, old...); err == nil && slices.Contains(k.texts, text) {
			return k, nil
		}
	}
	return NewKeys(Origin(name), secret, old...)
}
