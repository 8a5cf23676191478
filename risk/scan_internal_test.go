package risk

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// TestThePatternsAreFound: each by itself, in capitals and percent-encoded once and twice, by the automaton and not let through by the sieve.
func TestThePatternsAreFound(t *testing.T) {
	t.Parallel()
	if len(patterns) > 256 {
		t.Fatalf("%d patterns: a byte numbers them", len(patterns))
	}
	encode := func(s string, sign string) string {
		var b strings.Builder
		for i := range len(s) {
			b.WriteString(sign + string("0123456789abcdef"[s[i]>>4]) + string("0123456789abcdef"[s[i]&15]))
		}
		return b.String()
	}
	for i, p := range patterns {
		if strings.ToLower(p.text) != p.text && p.text[len(p.text)-1] < 0x80 || p.halves == 0 || p.halves > 2 || int(p.signal) >= numHeld {
			t.Errorf("%+v cannot be found, or says nothing", p)
		}
		for _, target := range []string{"/x?" + p.text, "/x?" + strings.ToUpper(p.text), "/x?" + encode(p.text, "%"), "/x?" + encode(p.text, "%25"), strings.Repeat("a", 3000) + p.text + strings.Repeat("a", 40) + p.text} {
			if strings.Contains(p.text, "\xc0") && target == "/x?"+strings.ToUpper(p.text) {
				continue // is no text
			}
			if coarse.passes(target) {
				t.Errorf("%q: the sieve lets %q through", p.text, target)
			}
			var m sighting
			automaton.run(&m, target, true)
			if m.met[i>>6]&(1<<(i&63)) == 0 {
				t.Errorf("%q is not found in %q", p.text, target)
			}
		}
	}
}

// FuzzScan: what the sieve lets through, the automaton finds nothing in; and the automaton finds what is plainly there.
func FuzzScan(f *testing.F) {
	for _, p := range patterns {
		f.Add("/a/" + p.text + "b")
	}
	f.Add("%%32%65%")
	f.Add("/**/*/%2")
	f.Fuzz(func(t *testing.T, target string) {
		found := automaton.scan(target)
		if found != 0 && coarse.passes(target) {
			t.Errorf("the sieve lets %q through: %b", target, found)
		}
		if len(target) > MaxTarget || strings.ContainsAny(target, "%+") || strings.Contains(target, "/*") {
			return
		}
		for _, p := range patterns {
			if p.halves == 2 && strings.Contains(strings.ToLower(target), p.text) && !found.has(p.signal) {
				t.Errorf("%q is in %q and not found", p.text, target)
			}
		}
	})
}

// TestLongTargetsAreBounded: both ends are read, and no more.
func TestLongTargetsAreBounded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		target string
		found  bool
	}{
		{strings.Repeat("a", 60<<10) + "../../", true},
		{"../../" + strings.Repeat("a", 60<<10), true},
		{strings.Repeat("a", 30<<10) + "../../" + strings.Repeat("a", 30<<10), false},
	} {
		if coarse.passes(row.target) {
			t.Error("the sieve lets a long target through")
		}
		if got := automaton.scan(row.target) != 0; got != row.found {
			t.Errorf("%d bytes: %v, want %v", len(row.target), got, row.found)
		}
	}
}

// TestWhatIsRemembered lists every field that is kept of anybody: numbers only, and no more than these. Whoever adds one asks first
// whether it could tell an address, a path or a person, and says so in docs/risk.md.
func TestWhatIsRemembered(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"entry":         {"seen int64", "until int64", "passed int64", "slow int64", "fill [11]int64", "held [24]int64", "things [3]risk.ring", "tries int64", "told int64"},
		"ring":          {"last [16]uint32", "next uint8"},
		"counter":       {"window int64", "own int64", "total int64", "told bool", "denied bool"},
		"crawlerAnswer": {"state risk.crawlerState", "until int64"},
		"Pseudonym":     {"[2]uint64"},
		"account": { // in the shelf, sealed
			"Who risk.Pseudonym", "Salt uint64", "Seen int64", "Agreed uint64", "Labels int64", "Labelled risk.labelled", "Held [7]int64", "LastAt int64",
			"Last [2]uint8", "Next uint8", "_ uint8", "Countries risk.memory6", "Networks [8]uint32", "Devices risk.memory6", "Clients risk.memory6",
		},
		"failing":  {"seen int64", "fails int64", "attacked int64", "labels int64", "pairs [4]risk.pair", "labelled risk.labelled"},
		"failure":  {"Account risk.Pseudonym", "Who risk.Pseudonym", "Network risk.Pseudonym", "At int64", "Cost int64"}, // between processes
		"evidence": {"Who risk.Pseudonym", "Network risk.Pseudonym", "Marks uint64", "At int64"},
		"passed":   {"Who risk.Pseudonym", "At int64"},
		"pair":     {"who uint32", "end int64"},
		"labelled": {"[32]uint16"}, // of random ids that were handed out
		"memory6":  {"Last [6]uint32", "Next uint32"},
	}
	for _, v := range []any{entry{}, ring{}, counter{}, crawlerAnswer{}, Pseudonym{}, account{}, failing{}, failure{}, evidence{}, passed{}, pair{}, memory6{}, labelled{}} {
		typ := reflect.TypeOf(v)
		var got []string
		if typ.Kind() == reflect.Struct {
			for i := range typ.NumField() {
				got = append(got, typ.Field(i).Name+" "+typ.Field(i).Type.String())
			}
		} else {
			got = []string{fmt.Sprintf("[%d]%s", typ.Len(), typ.Elem().Kind())}
		}
		if !reflect.DeepEqual(got, want[typ.Name()]) {
			t.Errorf("%s holds %q, want %q", typ.Name(), got, want[typ.Name()])
		}
	}
}
