package consent_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// declared compiles a shop whose only cookies are the given patterns, of statistics.
func declared(t testing.TB, names ...string) *consent.Rulebook {
	return compile(t, mode(consent.Deny), func(p *consent.Policy) {
		p.Cookies, p.Services[0].Cookies = nil, nil
		for _, name := range names {
			p.Cookies = append(p.Cookies, consent.CookieRule{Name: name, Purpose: consent.Statistics})
		}
	})
}

func TestGlobs(t *testing.T) {
	for _, row := range []struct {
		pattern string
		in, out string // names that it takes in, and that it does not
	}{
		{"_ga", "_ga", "_g _gaa _GA x_ga"},
		{"_ga_*", "_ga_ _ga_1 _ga_ABC_2", "_ga _gb_1 x_ga_1"},
		{"*_id", "_id a_id _id_id", "id a_idx"},
		{"a*b*c", "abc aXbYc abcbc aabbcc", "ab ac acb abcd"},
		{"visit_??", "visit_ab visit_?*", "visit_ visit_a visit_abc"},
		{"**ab**", "ab xaby", "a b axb"},
		{"a?*c1", "abc1 abbc1 a*c1", "ac1 abc"},
	} {
		b := declared(t, row.pattern)
		for _, name := range strings.Fields(row.in) {
			if b.DecideRequest(consent.Choice{}, name).Unclassified {
				t.Errorf("%q does not take in %q", row.pattern, name)
			}
		}
		for _, name := range strings.Fields(row.out) {
			if !b.DecideRequest(consent.Choice{}, name).Unclassified {
				t.Errorf("%q takes in %q", row.pattern, name)
			}
		}
	}
}

// Regular expressions say the same of made-up patterns and names.
func TestGlobsAgreeWithRegexp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func(alphabet string, n int) string {
		var s strings.Builder
		for range r.IntN(n) {
			s.WriteByte(alphabet[r.IntN(len(alphabet))])
		}
		return s.String()
	}
	for range 300 {
		pattern := "xy" + word("ab*?", 7)
		match := regexp.MustCompile("^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$")
		b := declared(t, pattern)
		for range 40 {
			name := "xy" + word("abc", 8)
			if got := !b.DecideRequest(consent.Choice{}, name).Unclassified; got != match.MatchString(name) {
				t.Errorf("%q takes in %q: %v", pattern, name, got)
			}
		}
	}
}

// The exact name goes before a pattern, the longer pattern before the shorter, wherever they stand.
func TestMostSpecificPatternWins(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Cookies = []consent.CookieRule{
			{Name: "ab*", Purpose: consent.Marketing}, {Name: "abc*", Purpose: consent.Statistics}, {Name: "abcd", Purpose: consent.Necessary},
			{Name: "ab?", Purpose: consent.Preferences},
		}
	})
	for name, want := range map[string]consent.Purpose{
		"abcd": consent.Necessary, "abcde": consent.Statistics, "abc": consent.Statistics, "abx": consent.Marketing, "ab": consent.Marketing,
	} {
		if got := b.DecideRequest(consent.Choice{}, name).Purpose; got != want {
			t.Errorf("%s is of %q, want %q", name, got, want)
		}
	}
}

// Names come from outside: a pattern and a name that do not get along must not take long.
func TestGlobsTakeBoundedTime(t *testing.T) {
	b := declared(t, strings.Repeat("a*", 60)+"bb")
	best := time.Hour // of three: others may have the machine in between
	for range 3 {
		began := time.Now()
		b.DecideRequest(consent.Choice{}, strings.Repeat("a", 8<<10))
		best = min(best, time.Since(began))
	}
	if best > time.Second {
		t.Errorf("took %v", best)
	}
}
