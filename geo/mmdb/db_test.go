package mmdb_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/geo/mmdb"
)

const epoch = 1_780_000_000

func open(t testing.TB, databases ...[]byte) *mmdb.DB {
	t.Helper()
	var paths []string
	for _, data := range databases {
		paths = append(paths, file(t, data))
	}
	db, err := mmdb.Open(paths...)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestKinds(t *testing.T) {
	enterprise := func(traits record) record {
		return record{"country": record{"iso_code": "KZ"}, "traits": traits}
	}
	for _, row := range []struct {
		databaseType string
		record       record
		want         geo.Location
	}{
		{"country ipvAll", record{"country_code": "KZ"}, geo.Location{Country: "KZ"}},
		{"country ipv4", record{"country_code": "kz"}, geo.Location{Country: "KZ"}},
		{"country ipvAll", record{"country_code": "EU"}, geo.Location{}},
		{"asn ipvAll", record{"autonomous_system_number": 9198, "autonomous_system_organization": "JSC"}, geo.Location{ASN: 9198, Provider: "JSC"}},
		{"city ipv4", record{"country_code": "KZ", "state1": "Almaty", "city": "Talgar"}, geo.Location{Country: "KZ", Region: "Almaty", City: "Talgar"}},
		{"DBIP-City-Lite", record{"country": record{"iso_code": "KZ"}, "city": record{"names": record{"en": "Oral"}}}, geo.Location{Country: "KZ", City: "Oral"}},
		{"GeoIP2-Country", record{"registered_country": record{"iso_code": "FR"}}, geo.Location{Country: "FR"}},
		{"GeoIP2-ISP", record{"autonomous_system_number": 1, "isp": "x"}, geo.Location{ASN: 1}},
		{"GeoIP2-Enterprise", enterprise(record{"user_type": "cellular"}), geo.Location{Country: "KZ", Net: geo.NetMobile}},
		{"GeoIP2-Enterprise", enterprise(record{"user_type": "hosting"}), geo.Location{Country: "KZ", Net: geo.NetHosting}},
		{"GeoIP2-Enterprise", enterprise(record{"user_type": "residential"}), geo.Location{Country: "KZ", Net: geo.NetEyeball}},
		{"GeoIP2-Enterprise", enterprise(record{"user_type": "search_engine_spider"}), geo.Location{Country: "KZ", Net: geo.NetBot}},
		{"GeoIP2-Enterprise", enterprise(record{"user_type": "consumer_privacy_network"}), geo.Location{Country: "KZ", Net: geo.NetVPN}},
		{"GeoIP2-Enterprise", enterprise(record{"connection_type": "Cellular"}), geo.Location{Country: "KZ", Net: geo.NetMobile}},
		{"GeoIP2-Enterprise", enterprise(record{"connection_type": "Cable/DSL"}), geo.Location{Country: "KZ", Net: geo.NetEyeball}},
		{"GeoIP2-Enterprise", enterprise(record{"autonomous_system_number": 7}), geo.Location{Country: "KZ", ASN: 7}},
		{"GeoIP2-Anonymous-IP", record{"is_anonymous": true, "is_residential_proxy": true, "is_hosting_provider": true}, geo.Location{Net: geo.NetVPN}},
		{"GeoIP-Anonymous-Plus", record{"is_anonymous": true, "is_tor_exit_node": true, "is_anonymous_vpn": true}, geo.Location{Net: geo.NetTor}},
		{"GeoIP-Anonymous-Plus", record{"is_anonymous": true}, geo.Location{}},
	} {
		db := open(t, database(row.databaseType, epoch, network{"8.0.0.0/8", row.record}))
		if got := db.Locate(netip.MustParseAddr("8.8.8.8")); got != row.want {
			t.Errorf("%s %v: at %+v, want %+v", row.databaseType, row.record, got, row.want)
		}
		if got := db.Locate(netip.MustParseAddr("9.9.9.9")); got != (geo.Location{}) {
			t.Errorf("%s: an address outside is at %+v", row.databaseType, got)
		}
	}
}

// The Anonymous-IP database decides the network class, wherever it stands in the list.
func TestAnonymousDatabaseGoesFirst(t *testing.T) {
	db := open(t,
		database("GeoIP2-Enterprise", epoch+1, network{"8.0.0.0/8", record{"country": record{"iso_code": "US"}, "traits": record{"user_type": "hosting"}}}),
		database("GeoIP2-Anonymous-IP", epoch, network{"8.8.0.0/16", record{"is_tor_exit_node": true}}))
	if got, want := db.Locate(netip.MustParseAddr("8.8.8.8")), (geo.Location{Country: "US", Net: geo.NetTor}); got != want {
		t.Errorf("at %+v, want %+v", got, want)
	}
	if got := db.Locate(netip.MustParseAddr("8.9.9.9")).Net; got != geo.NetHosting {
		t.Errorf("outside it: %s, want hosting", got)
	}
	if want := time.Unix(epoch, 0); !db.Built().Equal(want) {
		t.Errorf("built %s, want %s, the oldest", db.Built(), want)
	}
}

func TestOpenRefuses(t *testing.T) {
	good := database("country ipvAll", epoch, network{"8.0.0.0/8", record{"country_code": "KZ"}})
	for _, row := range []struct {
		why, says string
		data      []byte
	}{
		{"no database", "not a MaxMind database", []byte("GIF89a")},
		{"an empty file", "not a MaxMind database", nil},
		{"one cut short", "not a MaxMind database", good[:len(good)/2]},
		{"a type without location", "use a City", database("GeoIP2-Domain", epoch, network{"8.0.0.0/8", record{"domain": "x"}})},
		{"a type that geoip2 does not know", "does not support", database("Acme-City-2000", epoch, network{"8.0.0.0/8", record{}})},
		{"no build date", "no build date", database("country ipvAll", 0, network{"8.0.0.0/8", record{"country_code": "KZ"}})},
		{"no record", "no record", database("country ipvAll", epoch)},
		{"a record of the wrong shape", "record of", database("country ipvAll", epoch, network{"8.0.0.0/8", record{"country_code": 7}})},
	} {
		path := file(t, row.data)
		db, err := mmdb.Open(path)
		if db != nil || err == nil || !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want an error that says %q and names the file", row.why, err, row.says)
		}
	}
	if _, err := mmdb.Open(); err == nil {
		t.Error("no path at all was accepted")
	}
	missing := filepath.Join(t.TempDir(), "missing.mmdb")
	_, err := mmdb.Open(missing, file(t, []byte("GIF89a")))
	if err == nil || !strings.Contains(err.Error(), missing) || !strings.Contains(err.Error(), "not a MaxMind database") {
		t.Errorf("two bad files: %v, want both named", err)
	}
}

// A tree whose branches share nodes has 2^128 leaves: it must be refused, not walked.
func TestSharedBranchesAreRefused(t *testing.T) {
	data := database("country ipvAll", epoch, network{"::/128", record{"country_code": "KZ"}})
	for node := range 127 { // both sides of each node lead to the next
		copy(data[6*node+3:6*node+6], data[6*node:6*node+3])
	}
	if _, err := mmdb.Open(file(t, data)); err == nil || !strings.Contains(err.Error(), "share nodes") {
		t.Errorf("%v, want a refusal", err)
	}
}

func TestReload(t *testing.T) {
	addr := netip.MustParseAddr("8.8.8.8")
	country := func(code string) []byte {
		return database("country ipvAll", epoch, network{"8.0.0.0/8", record{"country_code": code}})
	}
	path := file(t, country("KZ"))
	db, err := mmdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, country("KZ")[:100])
	if got := db.Locate(addr).Country; got != "KZ" {
		t.Errorf("a file damaged on disk changed the answer to %q", got)
	}
	if err := db.Reload(); err == nil {
		t.Error("a damaged file was taken")
	}
	if got := db.Locate(addr).Country; got != "KZ" {
		t.Errorf("after a refused reload the answer is %q, want KZ", got)
	}
	write(t, path, country("DE"))
	if err := db.Reload(); err != nil {
		t.Fatal(err)
	}
	if got := db.Locate(addr).Country; got != "DE" {
		t.Errorf("after a reload the answer is %q, want DE", got)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := db.Reload(); err == nil || db.Locate(addr).Country != "DE" {
		t.Errorf("a missing file: %v, answer %q", err, db.Locate(addr).Country)
	}
}

// Look-ups go on during reloads and always see one database or the other.
func TestReloadUnderLoad(t *testing.T) {
	versions := [][]byte{
		database("GeoLite2-City", epoch, network{"8.0.0.0/8", record{"country": record{"iso_code": "KZ"}, "city": record{"names": record{"en": "Oral"}}}}),
		database("GeoLite2-City", epoch, network{"8.0.0.0/8", record{"country": record{"iso_code": "DE"}, "city": record{"names": record{"en": "Ulm"}}}}),
	}
	allowed := map[geo.Location]bool{{Country: "KZ", City: "Oral"}: true, {Country: "DE", City: "Ulm"}: true}
	path := file(t, versions[0])
	db, err := mmdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if got := db.Locate(netip.MustParseAddr("8.8.8.8")); !allowed[got] {
					t.Errorf("half of a reload was seen: %+v", got)
					return
				}
			}
		})
	}
	for i := range 100 {
		write(t, path, versions[i%2])
		if err := db.Reload(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	wg.Wait()
	if db.Faults() != 0 {
		t.Errorf("%d faults", db.Faults())
	}
}
