package risk_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/kelisim/kelisim/geo"
	"github.com/kelisim/kelisim/risk"
)

func TestS1_4_1_4_AssessTellsWhereTheNetworkIs(t *testing.T) {
	t.Parallel()
	built := time.Date(2026, 6, 17, 0, 0, 0, 0, time.UTC)
	got := risk.Assess(geo.Location{Country: "KZ", City: "Almaty", ASN: 9198, Provider: "Kazakhtelecom", Net: geo.NetEyeball}, built)
	want := risk.Verdict{Country: "KZ", City: "Almaty", ASN: 9198, Provider: "Kazakhtelecom", Net: geo.NetEyeball, GeoBuilt: built}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Assess = %+v, want %+v", got, want)
	}
}
