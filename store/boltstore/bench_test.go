package boltstore_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kelisim/kelisim/store/storetest"
)

func BenchmarkStore(b *testing.B) {
	dir := b.TempDir()
	path := func(site string) string { return filepath.Join(dir, site+".db") }
	storetest.Bench(b, storetest.Harness{
		Open: func(t testing.TB, site string) storetest.Store { return open(t, path(site), site) },
	}, func(b *testing.B, site string) int64 {
		info, err := os.Stat(path(site))
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	})
}
