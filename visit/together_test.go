package visit_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// shop is a plan of which visits remember something.
func shop(t testing.TB) *visit.Plan {
	t.Helper()
	plan, err := visit.NewPlan([]visit.Goal{{Name: "bought", Aim: visit.Aim{Page: "/p3"}}, {Name: "called", Aim: visit.Aim{Event: "call"}}},
		[]visit.Funnel{{Name: "way", Steps: []visit.Aim{{Page: "/p0"}, {Page: "/p1"}, {Page: "/p2"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// together makes Anonymisers of one site that count together, their seeds agreed upon at now.
func together(t testing.TB, n int, now time.Time) []*visit.Anonymiser {
	t.Helper()
	all, plan := make([]*visit.Anonymiser, n), shop(t)
	for i := range all {
		var err error
		all[i], err = visit.NewAnonymiser(visit.Options{Secret: secret, Zone: almaty, Plan: plan})
		if err != nil {
			t.Fatal(err)
		}
		all[i].Share()
	}
	agree(t, all, now)
	return all
}

func agree(t testing.TB, all []*visit.Anonymiser, now time.Time) {
	t.Helper()
	for i, a := range all {
		if err := a.Prepare(now); err != nil {
			t.Fatal(err)
		}
		a.Stand(now.Add(time.Duration(i) * time.Millisecond))
	}
	for _, a := range all {
		for _, b := range all {
			for _, seed := range a.Seeds() {
				if lost, err := b.Adopt(seed, now); err != nil || lost != 0 {
					t.Fatal(lost, err)
				}
			}
		}
	}
}

// tell has everybody hear what a has to tell.
func tell(t testing.TB, a *visit.Anonymiser, all []*visit.Anonymiser, now time.Time) (parts [][]byte) {
	t.Helper()
	a.Changes(0, func(_ visit.Day, part []byte) {
		parts = append(parts, part)
		for _, b := range all {
			if b == a {
				continue
			}
			if refused, err := b.Hear(part, now); err != nil || refused != 0 {
				t.Fatal(refused, err)
			}
		}
	})
	return parts
}

func visitorAt(visitor, page int, now time.Time) visit.Hit {
	line := visit.LogLine{Addr: netip.AddrFrom4([4]byte{198, 51, byte(visitor >> 8), byte(visitor)}), Time: now, Method: "GET", Target: fmt.Sprintf("/p%d", page), UserAgent: chromeAgent}
	if page%3 == 0 {
		line.Referrer = fmt.Sprintf("https://s%d.example/", page)
	}
	return visit.FromLog(line)
}

// TestTogetherTheyCountAsOne: visitors who change the instance at every page view are told of in between, over four days,
// and each instance says of every page view and event what a sole one says.
func TestTogetherTheyCountAsOne(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	now := time.Date(2024, 5, 17, 20, 0, 0, 0, almaty)
	all := together(t, 5, now)
	sole, four := all[0], all[1:]
	var old [][]byte
	day, _ := visit.DayOf(now, almaty)
	for i := range 12_000 {
		now = now.Add(time.Duration(r.IntN(40)) * time.Second)
		if today, _ := visit.DayOf(now, almaty); today != day {
			agree(t, all, now)
			day = today
		}
		visitor, a := r.IntN(300), four[r.IntN(4)]
		n := r.IntN(5)
		hit := visitorAt(visitor, n, now)
		want, got := sole.Page(hit, html), a.Page(hit, html)
		if r.IntN(4) == 0 {
			want, got = sole.Event(hit, html, "call"), a.Event(hit, html, "call")
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("view %d of visitor %d at %v:\n%+v, alone\n%+v", i, visitor, now, got, want)
		}
		parts := tell(t, a, four, now)
		if stay, same := got, want; r.IntN(4) == 0 { // the browser says that the page is still looked at
			at := visitorAt(visitor, n, now.Add(time.Second))
			if is, should := a.Stay(at, &stay), sole.Stay(at, &same); is != should || !reflect.DeepEqual(stay, same) {
				t.Fatalf("still there: %v, alone %v", is, should)
			}
			parts = append(parts, tell(t, a, four, now)...)
		}
		if len(parts) == 0 {
			t.Fatal("nothing is told of a page view")
		}
		old = append(old, parts...)
		for range 2 { // whoever has the line may say again what was said
			again := old[max(0, len(old)-1-r.IntN(len(old))%500)]
			_, err := four[r.IntN(4)].Hear(again, now)
			if err != nil && !errors.Is(err, visit.ErrPart) {
				t.Fatal(err)
			}
		}
		if _, hour := visit.DayOf(now, almaty); hour >= 1 {
			for _, a := range all {
				a.Drop(day - 1)
			}
		}
	}
	for i, a := range four {
		if a.Stats().Visitors != sole.Stats().Visitors {
			t.Errorf("%d knows %d visitors, alone it is %d", i, a.Stats().Visitors, sole.Stats().Visitors)
		}
	}
}

// TestWhatIsReachedAtTwoAtOnceIsReached: an event at one and a page view at another, neither told of before the other.
func TestWhatIsReachedAtTwoAtOnceIsReached(t *testing.T) {
	t.Parallel()
	all := together(t, 2, noon)
	a, b := all[0], all[1]
	a.Page(visitorAt(1, 1, noon), html)
	tell(t, a, all, noon)
	a.Event(visitorAt(1, 1, noon.Add(time.Second)), html, "call")
	b.Page(visitorAt(1, 0, noon.Add(2*time.Second)), html)
	tell(t, a, all, noon.Add(3*time.Second))
	tell(t, b, all, noon.Add(3*time.Second))
	for i, x := range all {
		pv, firsts := x.Event(visitorAt(1, 1, noon.Add(4*time.Second)), html, "call"), 0
		pv.Step.Reached.Goals(func(_ string, first bool) {
			if first {
				firsts++
			}
		})
		if pv.Step.Reached.Nothing() || firsts != 0 || pv.Step.Views != 2 {
			t.Errorf("%d: %+v, %d for the first time", i, pv.Step, firsts)
		}
	}
}

// TestWhoeverComesLaterHearsEverything: what one tells of a day is what a new one needs to go on.
func TestWhoeverComesLaterHearsEverything(t *testing.T) {
	t.Parallel()
	now := noon
	all := together(t, 3, now)
	old, begun, late := all[0], all[1], all[2]
	r := rand.New(rand.NewPCG(3, 4))
	day, _ := visit.DayOf(now, almaty)
	for range 5000 {
		now = now.Add(time.Second)
		hit := visitorAt(r.IntN(2000), r.IntN(5), now)
		old.Page(hit, html)
		begun.Page(hit, html)
	}
	key := visit.Key{1, 2}
	old.First(day, key, "title")
	sum := 0
	old.Everything(day, 0, func(part []byte) bool {
		if sum += len(part); len(part) > visit.MinPart {
			t.Errorf("a part of %d bytes", len(part))
		}
		for range 2 {
			if _, err := late.Hear(part, now); err != nil {
				t.Fatal(err)
			}
		}
		return true
	})
	if late.First(day, key, "title") || !late.First(day, key, "another") {
		t.Error("what was done first is not known")
	}
	if got, want := late.Stats(), old.Stats(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for visitor := range 2000 {
		now = now.Add(time.Millisecond)
		hit := visitorAt(visitor, 1, now)
		if got, want := late.Page(hit, html), begun.Page(hit, html); !reflect.DeepEqual(got, want) {
			t.Fatalf("visitor %d:\n%+v, without interruption\n%+v", visitor, got, want)
		}
	}
	n := 0
	old.Everything(day, 0, func([]byte) bool { n++; return false })
	if n != 1 {
		t.Errorf("%d parts after it was said that these are enough", n)
	}
}

// TestSeedsAreAgreedUpon in whatever order they are heard; a day that began under another one begins anew.
func TestSeedsAreAgreedUpon(t *testing.T) {
	t.Parallel()
	all := make([]*visit.Anonymiser, 4)
	var seeds []visit.Seed
	for i := range all {
		all[i] = anonymiser(t)
		if err := all[i].Prepare(noon); err != nil {
			t.Fatal(err)
		}
		if i > 0 { // the first does not stand yet
			all[i].Stand(noon.Add(time.Duration(-i) * time.Second))
		}
		seeds = append(seeds, all[i].Seeds()...)
	}
	lone := anonymiser(t) // has a visitor under a seed of its own
	lone.Page(visitorAt(1, 1, noon), html)
	for i, a := range append(all, lone) {
		rand.New(rand.NewPCG(1, uint64(i))).Shuffle(len(seeds), func(i, j int) { seeds[i], seeds[j] = seeds[j], seeds[i] })
		lost := int64(0)
		for _, seed := range seeds {
			n, err := a.Adopt(seed, noon)
			if lost += n; err != nil {
				t.Fatal(err)
			}
		}
		if want := int64(i / 4); lost != want {
			t.Errorf("%d lost %d visitors, want %d", i, lost, want)
		}
	}
	today := visit.DateOf(2024, 5, 17)
	keys := map[visit.Key]int{}
	for _, a := range append(all, lone) {
		for day := range visit.Day(2) {
			_, key, ok := a.Pseudonym(visitorAt(1, 1, noon.AddDate(0, 0, int(day))))
			if keys[key]++; !ok {
				t.Error("no key")
			}
		}
		for _, seed := range a.Seeds() {
			if seed.Born != noon.Add(-3*time.Second).UnixMilli() {
				t.Errorf("the seed of %v is not the one that stands for longest", seed.Day)
			}
		}
	}
	if len(keys) != 2 {
		t.Errorf("%d keys for one visitor on two days", len(keys))
	}
	stranger := all[0].Seeds()[0]
	stranger.Day, stranger.Born = today+5, 0
	if _, err := all[1].Adopt(stranger, noon); err != nil || len(all[1].Seeds()) != 2 {
		t.Error("a seed of a far day is kept")
	}
	all[1].Drop(today)
	stranger.Day = today
	if _, err := all[1].Adopt(stranger, noon); err != nil || len(all[1].Seeds()) != 1 {
		t.Error("a seed of a closed day is kept")
	}
}

// TestPartsOfOtherTimesAndSeedsChangeNothing, nor does what is no part.
func TestPartsOfOtherTimesAndSeedsChangeNothing(t *testing.T) {
	t.Parallel()
	all := together(t, 2, noon)
	a, b := all[0], all[1]
	a.Page(visitorAt(1, 1, noon), html)
	var part []byte
	a.Changes(0, func(_ visit.Day, p []byte) { part = p })
	stranger := anonymiser(t)
	for _, row := range []struct {
		name string
		to   *visit.Anonymiser
		part []byte
		now  time.Time
	}{
		{"nothing", b, nil, noon}, {"another version", b, append([]byte{9}, part[1:]...), noon}, {"a piece", b, part[:len(part)-1], noon},
		{"more", b, append(bytes.Clone(part), 0), noon}, {"too much", b, make([]byte, visit.MaxPart+1), noon},
		{"two days later", b, part, noon.AddDate(0, 0, 2)}, {"two days before", b, part, noon.AddDate(0, 0, -2)}, {"no seed", stranger, part, noon},
	} {
		if _, err := row.to.Hear(row.part, row.now); !errors.Is(err, visit.ErrPart) || row.to.Stats().Visitors != 0 {
			t.Errorf("%s: %v, %+v", row.name, err, row.to.Stats())
		}
	}
	b.Drop(visit.DateOf(2024, 5, 17))
	if _, err := b.Hear(part, noon); !errors.Is(err, visit.ErrPart) {
		t.Errorf("a closed day: %v", err)
	}
}

// TestWhatIsToldIsBounded, in a process of many views and in the memory of those who hear of them.
func TestWhatIsToldIsBounded(t *testing.T) {
	t.Parallel()
	all := together(t, 2, noon)
	a := all[0]
	const n = 100_000
	for i := range n {
		line := visit.LogLine{Addr: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), Time: noon, Method: "GET", Target: "/", UserAgent: chromeAgent}
		a.Page(visit.FromLog(line), html)
	}
	told := 0
	a.Changes(0, func(_ visit.Day, part []byte) { told++ })
	if s := a.Stats(); s.Unnoted < n-70_000 || s.Unnoted > n-60_000 || told > 320 {
		t.Errorf("%d parts, %+v", told, s)
	}
	small, err := visit.NewAnonymiser(visit.Options{Secret: secret, Zone: almaty, Capacity: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range a.Seeds() {
		if _, err := small.Adopt(seed, noon); err != nil {
			t.Fatal(err)
		}
	}
	none := 0
	a.Everything(visit.DateOf(2024, 5, 17), visit.MaxPart, func(part []byte) bool {
		refused, err := small.Hear(part, noon)
		if none += refused; err != nil {
			t.Fatal(err)
		}
		return true
	})
	if s := small.Stats(); s.Visitors != 1000 || none < n-1000 {
		t.Errorf("a room for 1,000 took %d, and refused %d", s.Visitors, none)
	}
}

// FuzzHear: whatever is heard, nothing breaks, and what is refused changes nothing.
func FuzzHear(f *testing.F) {
	all := together(f, 2, noon)
	for i := range 3 {
		all[0].Page(visitorAt(i, i, noon), html)
		all[0].First(visit.DateOf(2024, 5, 17), visit.Key{uint64(i), 1}, "x")
		all[0].Changes(0, func(_ visit.Day, part []byte) { f.Add(part) })
	}
	all[0].Everything(visit.DateOf(2024, 5, 17), 0, func(part []byte) bool { f.Add(part); return true })
	f.Add([]byte{1, 0})
	seeds := all[0].Seeds()
	f.Fuzz(func(t *testing.T, data []byte) {
		a := anonymiser(t)
		a.Share()
		for _, seed := range seeds {
			if _, err := a.Adopt(seed, noon); err != nil {
				t.Fatal(err)
			}
		}
		_, err := a.Hear(data, noon)
		if err != nil && a.Stats().Visitors != 0 {
			t.Error("a part that is refused was heard in part")
		}
		for i := range 3 {
			pv := a.Page(visitorAt(i, 1, noon), html)
			if st := pv.Step; st.Seconds < 0 || st.Elapsed < 0 || st.Views < 1 {
				t.Errorf("%+v", st)
			}
		}
	})
}

// BenchmarkPageTogether is [BenchmarkPage] in a process that tells others, and what telling costs it.
func BenchmarkPageTogether(b *testing.B) {
	a := together(b, 1, noon)[0]
	hits := make([]visit.Hit, 10_000)
	for i := range hits {
		hits[i] = visitorAt(i, 1, noon)
		a.Page(hits[i], html)
	}
	b.Run("hot", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			a.Page(hits[i%len(hits)], html)
		}
	})
	b.Run("telling of 10,000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			for _, hit := range hits {
				a.Page(hit, html)
			}
			b.StartTimer()
			a.Changes(visit.MaxPart, func(visit.Day, []byte) {})
		}
	})
	b.Run("hearing of 10,000", func(b *testing.B) {
		var parts [][]byte
		a.Everything(visit.DateOf(2024, 5, 17), visit.MaxPart, func(part []byte) bool { parts = append(parts, part); return true })
		b.ReportAllocs()
		for b.Loop() {
			for _, part := range parts {
				if _, err := a.Hear(part, noon); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
