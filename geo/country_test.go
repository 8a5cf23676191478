package geo_test

import (
	"slices"
	"testing"

	"github.com/kelisim/kelisim/geo"
)

func TestCountries(t *testing.T) {
	all := slices.Collect(geo.Countries())
	if len(all) != 250 {
		t.Errorf("%d countries, want the 249 of ISO 3166-1 and XK", len(all))
	}
	if !slices.IsSorted(all) || len(slices.Compact(slices.Clone(all))) != len(all) {
		t.Error("the list is not sorted, or names a country twice")
	}
	for _, code := range all {
		if !geo.ValidCountry(code) {
			t.Errorf("%s is listed but not valid", code)
		}
	}
}

func TestValidCountryRefuses(t *testing.T) {
	for _, code := range []string{"", "K", "kz", "KAZ", "AP", "EU", "UK", "ZZ", "A1", "--", "\xff\xff", "AA", "DA"} {
		if geo.ValidCountry(code) {
			t.Errorf("%q is valid", code)
		}
	}
}
