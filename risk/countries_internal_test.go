package risk

import "testing"

// TestApart: distances are never exaggerated, and what is not known is no distance.
func TestApart(t *testing.T) {
	if n := len(countries()); n < 230 {
		t.Fatalf("%d countries", n)
	}
	for _, tt := range []struct {
		a, b        string
		atLeast, km float64 // between bounds
	}{
		{"KZ", "DE", 1000, 3400}, {"KZ", "US", 3000, 9000}, {"NZ", "PT", 13000, 20000}, {"FJ", "GB", 13000, 17000},
		{"KZ", "RU", 0, 0}, {"KZ", "CN", 0, 0}, {"KZ", "KG", 0, 0}, {"US", "CA", 0, 0}, {"FR", "DE", 0, 0}, {"KZ", "KZ", 0, 0}, {"KZ", "XX", 0, 0}, {"", "KZ", 0, 0},
	} {
		if d := apart(tt.a, tt.b); d < tt.atLeast || d > tt.km || d != apart(tt.b, tt.a) {
			t.Errorf("%s–%s: %.0f km", tt.a, tt.b, d)
		}
	}
}

func TestFits(t *testing.T) {
	for _, tt := range []struct {
		country string
		offset  float64
		want    bool
	}{
		{"KZ", 5, true}, {"KZ", 6, true}, {"KZ", 3, true}, {"KZ", -5, false}, {"DE", 1, true}, {"DE", 8, false}, {"CN", 8, true}, {"CN", -8, false},
		{"RU", 2, true}, {"RU", 12, true}, {"RU", -6, false}, {"US", -10, true}, {"US", -5, true}, {"US", 8, false}, {"NZ", 13, true}, {"KI", 14, true}, {"XX", 1, true},
	} {
		if got := fits(tt.country, tt.offset); got != tt.want {
			t.Errorf("%s at %v: %v", tt.country, tt.offset, got)
		}
	}
}
