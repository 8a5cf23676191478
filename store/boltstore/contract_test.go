package boltstore_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kelisim/kelisim/store/boltstore"
	"github.com/kelisim/kelisim/store/storetest"
)

func TestContract(t *testing.T) {
	dir := t.TempDir()
	storetest.Run(t, storetest.Harness{
		Alone: true,
		Open: func(t testing.TB, site string) storetest.Store {
			return open(t, filepath.Join(dir, site+".db"), site)
		},
		Raw: func(t testing.TB) []byte {
			files, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil {
				t.Fatal(err)
			}
			var all []byte
			for _, name := range files {
				b, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b...)
			}
			return all
		},
	})
}

func open(t testing.TB, path, site string) *boltstore.Store {
	t.Helper()
	s, err := boltstore.Open(path, boltstore.Options{Site: site})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Shutdown() }) // the test may have done it
	return s
}
