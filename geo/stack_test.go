package geo_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
)

// fixed is a locator that says the same of every address.
type fixed struct {
	loc   geo.Location
	built time.Time
}

func (f fixed) Locate(netip.Addr) geo.Location { return f.loc }
func (f fixed) Built() time.Time               { return f.built }

func TestStackTakesEachPartWhole(t *testing.T) {
	var (
		place    = geo.Location{Country: "KZ", Region: "Almaty", City: "Almaty"}
		country  = geo.Location{Country: "DE"}
		provider = geo.Location{ASN: 9198, Provider: "JSC Kazakhtelecom"}
		nameless = geo.Location{ASN: 7}
		tor      = geo.Location{Net: geo.NetTor}
		full     = geo.Location{Country: "US", Region: "Ohio", ASN: 1, Provider: "One", Net: geo.NetHosting}
	)
	for _, row := range []struct {
		why   string
		stack []geo.Location
		want  geo.Location
	}{
		{"nobody knows", nil, geo.Location{}},
		{"one knows", []geo.Location{full}, full},
		{"first place wins", []geo.Location{place, full}, geo.Location{Country: "KZ", Region: "Almaty", City: "Almaty", ASN: 1, Provider: "One", Net: geo.NetHosting}},
		{"no region of another country", []geo.Location{country, place}, country},
		{"no name for another number", []geo.Location{nameless, provider}, nameless},
		{"three sources", []geo.Location{tor, provider, place}, geo.Location{Country: "KZ", Region: "Almaty", City: "Almaty", ASN: 9198, Provider: "JSC Kazakhtelecom", Net: geo.NetTor}},
		{"last one fills up", []geo.Location{{}, {}, full}, full},
	} {
		var s geo.Stack
		for _, loc := range row.stack {
			s = append(s, fixed{loc: loc})
		}
		if got := s.Locate(netip.MustParseAddr("192.0.2.1")); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.why, got, row.want)
		}
	}
}

// An answer is as old as the oldest part of it that is used.
func TestAnswerIsAsOldAsItsOldestPart(t *testing.T) {
	place := geo.Location{Country: "KZ", Built: 200}
	provider := geo.Location{ASN: 9198, Built: 100}
	elsewhere := geo.Location{Country: "DE", Built: 50}
	undated := geo.Location{Net: geo.NetTor}
	for _, row := range []struct {
		why   string
		stack []geo.Location
		want  geo.Date
	}{
		{"one part", []geo.Location{place}, 200},
		{"two parts", []geo.Location{place, provider}, 100},
		{"an older part that is not used", []geo.Location{place, elsewhere}, 200},
		{"a part without a date", []geo.Location{undated, place}, 200},
		{"a part without a date, last", []geo.Location{place, undated}, 200},
		{"nothing known", []geo.Location{{}, {}}, 0},
	} {
		var s geo.Stack
		for _, loc := range row.stack {
			s = append(s, fixed{loc: loc})
		}
		if got := s.Locate(netip.MustParseAddr("192.0.2.1")).Built; got != row.want {
			t.Errorf("%s: built on day %d, want %d", row.why, got, row.want)
		}
	}
}

func TestStackIsAsOldAsItsOldest(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 6, d, 0, 0, 0, 0, time.UTC) }
	s := geo.Stack{fixed{built: day(17)}, fixed{}, fixed{built: day(2)}, fixed{built: day(9)}}
	if got := s.Built(); !got.Equal(day(2)) {
		t.Errorf("built %s, want %s", got, day(2))
	}
	if got := (geo.Stack{}).Built(); !got.IsZero() {
		t.Errorf("an empty stack was built %s", got)
	}
}

func TestNetClassNames(t *testing.T) {
	seen := map[string]bool{}
	for c := geo.NetUnknown; c <= geo.NetBot; c++ {
		if seen[c.String()] {
			t.Errorf("two classes are called %q", c)
		}
		seen[c.String()] = true
	}
	if got := geo.NetClass(200).String(); got != "unknown" {
		t.Errorf("a class that does not exist is called %q", got)
	}
}

func ExampleEmbedded() {
	table, err := geo.Embedded()
	if err != nil {
		panic(err)
	}
	loc := table.Locate(netip.MustParseAddr("95.56.0.1"))
	fmt.Println(loc.Country, loc.ASN, loc.Provider)
	// Output: KZ 9198 JSC Kazakhtelecom
}
