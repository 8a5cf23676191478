package boltstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/storetest"
)

// TestShelf is the contract; and what is over is in no byte of the file once it was swept.
func TestShelf(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "k.db")
	s, err := boltstore.Open(path, boltstore.Options{Site: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() })
	now := time.Now()
	shelf := s.Shelf(func() time.Time { return now })
	storetest.Shelf(t, shelf)
	canary := []byte("a canary that must not stay")
	if err := shelf.Put(t.Context(), "seed", canary, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(path); err != nil || !bytes.Contains(raw, canary) {
		t.Fatalf("it is not there to be found: %v", err)
	}
	now = now.Add(2 * time.Hour)
	if err := shelf.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(path); err != nil || bytes.Contains(raw, canary) {
		t.Errorf("what is over is still in the file: %v", err)
	}
}
