package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// editTries is how often a document is written again after somebody else wrote first.
const editTries = 8

var errContended = errors.New("server: others keep writing the same document")

// load reads a JSON document; the zero T where there is none.
func load[T any](ctx context.Context, docs Documents, key string) (doc T, raw []byte, err error) {
	raw, err = docs.Get(ctx, key)
	if isNone(err) {
		return doc, nil, nil
	}
	if err != nil {
		return doc, nil, fmt.Errorf("server: cannot read %q: %w", key, err)
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return doc, raw, fmt.Errorf("server: the document %q is damaged: %w", key, err)
	}
	return doc, raw, nil
}

// edit changes a JSON document by f, after whatever others wrote meanwhile. An error of f changes nothing.
func edit[T any](ctx context.Context, docs Documents, key string, f func(*T) error) error {
	for range editTries {
		doc, old, err := load[T](ctx, docs, key)
		if err != nil {
			return err
		}
		if err := f(&doc); err != nil {
			return err
		}
		next, err := json.Marshal(doc)
		if err != nil {
			return err
		}
		if ok, err := docs.Swap(ctx, key, old, next); ok || err != nil {
			return err
		}
	}
	return errContended
}
