package mmdb_test

import (
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/kelisim/kelisim/geo/mmdb"
)

func TestCachedLookupAllocatesNothing(t *testing.T) {
	db, addr := full(t), netip.MustParseAddr("81.2.69.142")
	db.Locate(addr)
	if n := testing.AllocsPerRun(100, func() { db.Locate(addr) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}

func BenchmarkLocate(b *testing.B) {
	db, addr := full(b), netip.MustParseAddr("81.2.69.142")
	b.ReportAllocs()
	for b.Loop() {
		db.Locate(addr)
	}
}

// full is City and Anonymous-IP together.
func full(tb testing.TB) *mmdb.DB {
	tb.Helper()
	db, err := mmdb.Open(filepath.Join("testdata", "GeoLite2-City-Test.mmdb"), filepath.Join("testdata", "GeoIP2-Anonymous-IP-Test.mmdb"))
	if err != nil {
		tb.Fatal(err)
	}
	return db
}
