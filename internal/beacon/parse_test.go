package beacon_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/internal/beacon"
)

const form = "application/x-www-form-urlencoded;charset=UTF-8"

func TestParse(t *testing.T) {
	got, err := beacon.Parse(form, strings.NewReader("p=%2Farticles%2Faport&s=31&n=2&k=abc&t=%D0%90%D0%BB%D0%BC%D0%B0&d=120&w=5&l=1200&i=48&c=12&o=example.org&o=example.com&f=cdn.example%2Fa.pdf&e=signup%09plan%3Dfree%09first%3Dtrue&v=%2Fnext"))
	want := beacon.Report{
		Token: "abc", Number: 2, Path: "/articles/aport", Next: "/next", Title: "Алма", Seconds: 31, Scrolled: 100, Width: 5, Paint: 1200, Delay: 48, Shift: 12,
		Links: []string{"example.org", "example.com"}, Files: []string{"cdn.example/a.pdf"},
		Events: []beacon.Event{{Name: "signup", Props: []beacon.Prop{{Name: "plan", Value: "free"}, {Name: "first", Value: "true"}}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, row := range []struct {
		name, body string
		want       error
	}{
		{"nothing", "", beacon.ErrField},
		{"no page", "s=1", beacon.ErrField},
		{"a page elsewhere", "p=https%3A%2F%2Fexample.org", beacon.ErrField},
		{"an unknown field", "p=/&x=1", beacon.ErrField},
		{"a field twice", "p=/&s=1&s=2", beacon.ErrField},
		{"no number", "p=/&s=1e9", beacon.ErrField},
		{"less than none", "p=/&s=-1", beacon.ErrField},
		{"a number that is long", "p=/&s=000000000000000000001", beacon.ErrField},
		{"one delivery too many", "p=/&n=16", beacon.ErrField},
		{"a broken escape", "p=/%zz", beacon.ErrField},
		{"no text", "p=/&t=%ff%fe", beacon.ErrField},
		{"a long text", "p=/&t=" + strings.Repeat("a", 513), beacon.ErrField},
		{"a long token", "p=/&k=" + strings.Repeat("a", 200), beacon.ErrField},
		{"many links", "p=/" + strings.Repeat("&o=example.org", 17), beacon.ErrField},
		{"many events", "p=/" + strings.Repeat("&e=a", 17), beacon.ErrField},
		{"an event without a name", "p=/&e=%09a%3Db", beacon.ErrField},
		{"many properties", "p=/&e=a%09b%3D1%09c%3D1%09d%3D1%09e%3D1%09f%3D1", beacon.ErrField},
		{"a property without a value", "p=/&e=a%09b", beacon.ErrField},
		{"many fields", "p=/" + strings.Repeat("&o=a", 64), beacon.ErrSize},
		{"a long body", "p=/" + strings.Repeat("a", beacon.MaxBody), beacon.ErrSize},
	} {
		if _, err := beacon.Parse(form, strings.NewReader(row.body)); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
	for _, kind := range []string{"", "text/plain", "application/json", "multipart/form-data; boundary=x", ";"} {
		if _, err := beacon.Parse(kind, strings.NewReader("p=/")); !errors.Is(err, beacon.ErrType) {
			t.Errorf("%q: %v", kind, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, body := range []string{
		"p=%2Farticles%2Faport&s=31&n=2&k=abc&t=%D0%90&d=73&w=5&l=1200&i=48&c=12&o=example.org&f=cdn.example%2Fa.pdf&e=signup%09plan%3Dfree&v=%2Fnext",
		"p=/&e=a\tb=c", "p=/&n=15", "p=//x&o=&f=&e=", "p=/%2e%2e/&t=<script>", "p=/&s=99999999",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		r, err := beacon.Parse(form, strings.NewReader(body))
		if err != nil {
			if !reflect.DeepEqual(r, beacon.Report{}) {
				t.Errorf("a fault with a report: %+v", r)
			}
			return
		}
		if r.Path == "" || r.Path[0] != '/' || r.Number < 0 || r.Number >= beacon.MaxDeliveries || r.Seconds < 0 || r.Scrolled > 100 ||
			len(r.Links) > beacon.MaxEvents || len(r.Files) > beacon.MaxEvents || len(r.Events) > beacon.MaxEvents {
			t.Errorf("beyond the bounds: %+v", r)
		}
		_ = r.Screen()
	})
}
