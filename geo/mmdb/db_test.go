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
	"github.com/kelisim/kelisim/geo/mmdb/mmdbtest"
)

type record = mmdbtest.Record

// file puts data in a new file.
func file(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.mmdb")
	write(t, path, data)
	return path
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// bare is a location without its date.
func bare(loc geo.Location) geo.Location {
	loc.Built = 0
	return loc
}

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
		db := open(t, mmdbtest.Database(row.databaseType, mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: row.record}))
		if got := bare(db.Locate(netip.MustParseAddr("8.8.8.8"))); got != row.want {
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
		mmdbtest.Database("GeoIP2-Enterprise", mmdbtest.Epoch+1, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country": record{"iso_code": "US"}, "traits": record{"user_type": "hosting"}}}),
		mmdbtest.Database("GeoIP2-Anonymous-IP", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.8.0.0/16", Record: record{"is_tor_exit_node": true}}))
	if got, want := bare(db.Locate(netip.MustParseAddr("8.8.8.8"))), (geo.Location{Country: "US", Net: geo.NetTor}); got != want {
		t.Errorf("at %+v, want %+v", got, want)
	}
	if got := db.Locate(netip.MustParseAddr("8.9.9.9")).Net; got != geo.NetHosting {
		t.Errorf("outside it: %s, want hosting", got)
	}
	if want := time.Unix(mmdbtest.Epoch, 0); !db.Built().Equal(want) {
		t.Errorf("built %s, want %s, the oldest", db.Built(), want)
	}
}

func TestOpenRefuses(t *testing.T) {
	good := mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": "KZ"}})
	for _, row := range []struct {
		why, says string
		data      []byte
	}{
		{"no database", "not a MaxMind database", []byte("GIF89a")},
		{"an empty file", "not a MaxMind database", nil},
		{"one cut short", "not a MaxMind database", good[:len(good)/2]},
		{"a type without location", "use a City", mmdbtest.Database("GeoIP2-Domain", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"domain": "x"}})},
		{"a type that geoip2 does not know", "does not support", mmdbtest.Database("Acme-City-2000", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{}})},
		{"no build date", "no build date", mmdbtest.Database("country ipvAll", 0, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": "KZ"}})},
		{"no record", "no record", mmdbtest.Database("country ipvAll", mmdbtest.Epoch)},
		{"a record of the wrong shape", "record of", mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": 7}})},
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
	data := mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "::/128", Record: record{"country_code": "KZ"}})
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
		return mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": code}})
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

// A bad file keeps nobody else's from being renewed, and its own database stays.
func TestReloadOfEachByItself(t *testing.T) {
	addr := netip.MustParseAddr("8.8.8.8")
	place := func(code string) []byte {
		return mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": code}})
	}
	owner := func(asn int) []byte {
		return mmdbtest.Database("asn ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"autonomous_system_number": asn}})
	}
	places, owners := file(t, place("KZ")), file(t, owner(7))
	db, err := mmdb.Open(places, owners)
	if err != nil {
		t.Fatal(err)
	}
	write(t, places, []byte("GIF89a"))
	write(t, owners, owner(8))
	if err := db.Reload(); err == nil || !strings.Contains(err.Error(), places) || strings.Contains(err.Error(), owners) {
		t.Errorf("%v, want an error that names the bad file only", err)
	}
	if got, want := bare(db.Locate(addr)), (geo.Location{Country: "KZ", ASN: 8}); got != want {
		t.Errorf("at %+v, want %+v", got, want)
	}
}

// Refresh reads what has changed, once.
func TestRefresh(t *testing.T) {
	addr := netip.MustParseAddr("8.8.8.8")
	country := func(code string) []byte {
		return mmdbtest.Database("country ipvAll", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country_code": code}})
	}
	path := file(t, country("KZ"))
	db, err := mmdb.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(data []byte) func() {
		return func() {
			other := file(t, data)
			if err := os.Rename(other, path); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, row := range []struct {
		why     string
		do      func()
		swapped bool
		says    string
		country string
	}{
		{"nothing happened", func() {}, false, "", "KZ"},
		{"another file took its place", replace(country("DE")), true, "", "DE"},
		{"nothing happened since", func() {}, false, "", "DE"},
		{"a bad file took its place", replace([]byte("<html>")), false, "not a MaxMind database", "DE"},
		{"the bad file is still there", func() {}, false, "", "DE"},
		{"the file is gone", func() { _ = os.Remove(path) }, false, "no such file", "DE"},
		{"the file is still gone", func() {}, false, "", "DE"},
		{"there is a file again", replace(country("FR")), true, "", "FR"},
		{"it was written to", func() { write(t, path, append(country("US"), 0)[:len(country("US"))]) }, true, "", "US"},
	} {
		row.do()
		if row.why == "it was written to" { // within the resolution of the file system's clock
			if err := os.Chtimes(path, time.Time{}, time.Unix(mmdbtest.Epoch, 0)); err != nil {
				t.Fatal(err)
			}
		}
		swapped, err := db.Refresh()
		if swapped != row.swapped || (err != nil) != (row.says != "") || err != nil && !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: swapped %v, error %v; want %v and %q", row.why, swapped, err, row.swapped, row.says)
		}
		if got := db.Locate(addr).Country; got != row.country {
			t.Errorf("%s: at %q, want %q", row.why, got, row.country)
		}
	}
}

func TestDatabasesAndAnswers(t *testing.T) {
	db := open(t,
		mmdbtest.Database("asn ipvAll", mmdbtest.Epoch+86400, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"autonomous_system_number": 7}}),
		mmdbtest.Database("GeoIP2-Anonymous-IP", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.8.8.0/24", Record: record{"is_anonymous_vpn": true}}))
	infos := db.Databases()
	if len(infos) != 2 || infos[0].Type != "GeoIP2-Anonymous-IP" || infos[1].Type != "asn ipvAll" {
		t.Fatalf("%+v, want the Anonymous-IP database first", infos)
	}
	if i := infos[0]; !i.Class || i.Place || i.Provider || i.Nodes != 120 || i.Size == 0 || i.Path == "" || !i.Built.Equal(time.Unix(mmdbtest.Epoch, 0)) {
		t.Errorf("%+v", i)
	}
	if i := infos[1]; i.Class || i.Place || !i.Provider {
		t.Errorf("%+v", i)
	}
	answers := db.Answers(netip.MustParseAddr("::ffff:8.8.8.8"))
	day := geo.DateOf(time.Unix(mmdbtest.Epoch, 0))
	if answers[0].Location != (geo.Location{Net: geo.NetVPN, Built: day}) || answers[1].Location != (geo.Location{ASN: 7, Built: day + 1}) {
		t.Errorf("%+v", answers)
	}
	if got, want := db.Locate(netip.MustParseAddr("8.8.8.8")), (geo.Location{ASN: 7, Net: geo.NetVPN, Built: day}); got != want {
		t.Errorf("together %+v, want %+v, as old as the oldest", got, want)
	}
	for _, a := range append(db.Answers(netip.MustParseAddr("9.9.9.9")), db.Answers(netip.Addr{})...) {
		if a.Location != (geo.Location{}) {
			t.Errorf("%s knows an address that it does not hold: %+v", a.Database.Type, a.Location)
		}
	}
}

func TestParse(t *testing.T) {
	db, err := mmdb.Parse(mmdbtest.World("country ipvAll", mmdbtest.Epoch, 100, func(int) record { return record{"country_code": "KZ"} }))
	if err != nil {
		t.Fatal(err)
	}
	if got := db.Locate(netip.MustParseAddr("20.5.16.1")).Country; got != "KZ" {
		t.Errorf("at %q, want KZ", got)
	}
	if swapped, err := db.Refresh(); swapped || err != nil || db.Reload() != nil || db.Locate(netip.MustParseAddr("1.1.1.1")).Country != "KZ" {
		t.Errorf("without a file: %v, %v", swapped, err)
	}
	if db, err := mmdb.Parse([]byte("<html>")); db != nil || err == nil {
		t.Errorf("%v, %v", db, err)
	}
}

// Look-ups go on during reloads and always see one database or the other.
func TestReloadUnderLoad(t *testing.T) {
	versions := [][]byte{
		mmdbtest.Database("GeoLite2-City", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country": record{"iso_code": "KZ"}, "city": record{"names": record{"en": "Oral"}}}}),
		mmdbtest.Database("GeoLite2-City", mmdbtest.Epoch, mmdbtest.Network{Prefix: "8.0.0.0/8", Record: record{"country": record{"iso_code": "DE"}, "city": record{"names": record{"en": "Ulm"}}}}),
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
				if got := bare(db.Locate(netip.MustParseAddr("8.8.8.8"))); !allowed[got] {
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
