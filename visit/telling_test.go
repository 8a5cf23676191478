package visit_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

func TestTitlesAreScrubbed(t *testing.T) {
	for _, row := range []struct{ raw, want string }{
		{"Алма бағы — мақалалар", "Алма бағы - мақалалар"},
		{"  Articles \n about   apples ", "Articles about apples"},
		{"Inbox of aigerim@example.kz", "Inbox of :email"},
		{"Inbox of aigerim%40example.kz", "Inbox of :email"},
		{"Visitor 203.0.113.77", "Visitor :ip"},
		{"Order 8812734551", "Order :id"},
		{"Self-made apple-pie", "Self-made apple-pie"},
	} {
		if got := visit.Title(row.raw); got != row.want {
			t.Errorf("Title(%q) = %q, want %q", row.raw, got, row.want)
		}
	}
	if got := visit.Title(strings.Repeat("сөз ", 200)); len(got) > 128 || !strings.HasPrefix(got, "сөз сөз") {
		t.Errorf("a long title: %d bytes, %q", len(got), got)
	}
	for _, raw := range []string{"call +7 701 123 45 67", "token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.abcdefghij", "2001:db8::77 was here"} {
		got := visit.Title(raw)
		for _, part := range []string{"701 123", "eyJhbGci", "2001:db8"} {
			if strings.Contains(got, part) {
				t.Errorf("Title(%q) = %q", raw, got)
			}
		}
	}
}

func TestHostsOfLinks(t *testing.T) {
	for _, row := range []struct{ raw, want string }{
		{"www.Example.org", "example.org"}, {"example.org:8443", "example.org"}, {"203.0.113.7", ""}, {"localhost", ""},
		{"a@b.example", ""}, {"", ""}, {"shop.example.kz/cart?u=1", "shop.example.kz"},
	} {
		if got := visit.HostOf(row.raw); got != row.want {
			t.Errorf("HostOf(%q) = %q, want %q", row.raw, got, row.want)
		}
	}
}

// TestFirstsDieWithTheirDay: who has done a thing before is known on its day only.
func TestFirstsDieWithTheirDay(t *testing.T) {
	a, err := visit.NewAnonymiser(visit.Options{Secret: []byte(strings.Repeat("s", 32)), Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	one, other := visit.Key{1, 2}, visit.Key{3, 4}
	for i, row := range []struct {
		day  visit.Day
		key  visit.Key
		what string
		want bool
	}{
		{100, one, "event signup", true}, {100, one, "event signup", false}, {100, other, "event signup", true},
		{100, one, "event play", true}, {101, one, "event signup", true},
	} {
		if got := a.First(row.day, row.key, row.what); got != row.want {
			t.Errorf("%d: %v", i, got)
		}
	}
	a.Drop(100)
	if a.First(100, visit.Key{9, 9}, "event signup") {
		t.Error("a day that is over knows firsts")
	}
}
