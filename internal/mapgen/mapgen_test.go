package main

import (
	"math"
	"testing"
)

func TestProjectKeepsTheMiddleAndTheEdges(t *testing.T) {
	tests := []struct{ in, want point }{
		{point{0, 0}, point{0, 0}},
		{point{180, 0}, point{2.70663, 0}},
		{point{0, 90}, point{0, 1.31736}},
		{point{-180, -90}, point{-1.59, -1.31736}},
	}
	for _, test := range tests {
		got := project(test.in)
		if math.Abs(got[0]-test.want[0]) > .03 || math.Abs(got[1]-test.want[1]) > .001 {
			t.Errorf("%v lies at %v, want %v", test.in, got, test.want)
		}
	}
}

func TestCutRing(t *testing.T) {
	square := func(west, east float64) []point {
		return []point{{west, 60}, {east, 60}, {east, 70}, {west, 70}, {west, 60}}
	}
	tests := []struct {
		name  string
		ring  []point
		parts int
	}{
		{"far from the meridian", square(60, 80), 1},
		{"over it", square(170, -170), 2},
		{"over it, from the other side", []point{{-170, 60}, {-170, 70}, {170, 70}, {170, 60}, {-170, 60}}, 2},
		{"ending on it", square(170, 180), 1},
	}
	for _, test := range tests {
		parts := cutRing(test.ring)
		wide := 0
		for _, part := range parts {
			low, high := math.Inf(1), math.Inf(-1)
			for _, p := range part {
				low, high = min(low, p[0]), max(high, p[0])
			}
			if high-low > 20 || low < -180 || high > 180 {
				t.Errorf("%s: a part reaches from %v to %v", test.name, low, high)
			}
			if high > low {
				wide++
			}
		}
		if wide != test.parts {
			t.Errorf("%s: %d parts, want %d", test.name, wide, test.parts)
		}
	}
}

func TestNamesInThreeLanguages(t *testing.T) {
	all := collectNames()
	tests := []struct{ lang, code, want string }{
		{"kk", "KZ", "Қазақстан"}, {"ru", "KZ", "Казахстан"}, {"en", "KZ", "Kazakhstan"},
		{"en", "TR", "Türkiye"}, {"ru", "US", "США"}, {"kk", "US", "АҚШ"}, {"en", "XK", "Kosovo"},
	}
	for _, test := range tests {
		if got := all[test.lang].Regions[test.code]; got != test.want {
			t.Errorf("%s in %s is %q, want %q", test.code, test.lang, got, test.want)
		}
	}
	if got := all["kk"].Languages["kk"]; got != "Қазақ тілі" {
		t.Errorf("Kazakh in Kazakh is %q", got)
	}
	for lang, n := range all {
		if len(n.Regions) < 240 || len(n.Languages) < 100 || len(n.Regions) != len(all["en"].Regions) {
			t.Errorf("%s: %d countries, %d languages", lang, len(n.Regions), len(n.Languages))
		}
	}
}
