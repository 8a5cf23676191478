package consent_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

func TestStateRoundTrip(t *testing.T) {
	b, k := compile(t), keys(t)
	for _, c := range []consent.Choice{
		visitor(b, plain, accept), visitor(b, plain, reject), visitor(b, plain, choose(consent.Statistics)),
		visitor(b, plain, accept, takeBack(consent.Marketing)), visitor(b, gpc, accept), visitor(b, dnt, reject),
	} {
		got, err := k.OpenState(k.SealState(c, b), b, noon)
		if err != nil {
			t.Error(err)
			continue
		}
		h := plain
		switch c.OptOut() {
		case consent.GPC:
			h = gpc
		case consent.DNT:
			h = dnt
		}
		if got = b.Effective(got, h); got != c {
			t.Errorf("got %+v, want %+v", got, c)
		}
	}
}

// The state cookie takes at most 100 bytes, whatever the policy and the choice.
func TestStateIsSmall(t *testing.T) {
	b := compile(t, func(p *consent.Policy) {
		p.Revision.Number = 1<<31 - 1
		for i := len(p.Purposes); i < consent.MaxPurposes; i++ {
			more := p.Purposes[0]
			more.ID = consent.Purpose(fmt.Sprintf("purpose-%d", i))
			p.Purposes = append(p.Purposes, more)
		}
	})
	late := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	all, _ := b.Apply(accept, consent.Choice{}, late)
	part, _ := b.Apply(choose("purpose-29", consent.Statistics), all, late)
	longest := 0
	for _, c := range []consent.Choice{all, part} {
		value := keys(t).SealState(c, b)
		longest = max(longest, len(consent.StateCookie)+1+len(value))
		if _, err := keys(t).OpenState(value, b, late.Add(time.Hour)); err != nil {
			t.Errorf("%s: %v", value, err)
		}
	}
	if longest > consent.MaxState {
		t.Errorf("takes %d bytes, at most %d", longest, consent.MaxState)
	}
	t.Logf("longest state %d bytes; an ordinary one %d", longest, len(consent.StateCookie)+1+len(keys(t).SealState(visitor(compile(t), plain, accept), compile(t))))
}

func TestStateThatIsNoConsent(t *testing.T) {
	b, k := compile(t), keys(t)
	good := k.SealState(visitor(b, plain, accept), b)
	refusal := k.SealState(visitor(b, plain, reject), b)
	fields := strings.Split(good, ".")
	with := func(i int, s string) string {
		changed := append([]string(nil), fields...)
		changed[i] = s
		return strings.Join(changed, ".")
	}
	months := func(n int) time.Time { return noon.AddDate(0, n, 0) }
	for _, row := range []struct {
		name, value string
		now         time.Time
		want        error
	}{
		{"none", "", noon, consent.ErrNoState},
		{"rubbish", "rubbish", noon, consent.ErrUnreadable},
		{"too long", good + strings.Repeat("A", 100), noon, consent.ErrUnreadable},
		{"too few fields", strings.Join(fields[1:], "."), noon, consent.ErrUnreadable},
		{"too many fields", "1." + good, noon, consent.ErrUnreadable},
		{"another version", with(0, "2"), noon, consent.ErrUnreadable},
		{"negative revision", with(1, "-1"), noon, consent.ErrUnreadable},
		{"padded number", with(3, "0"+fields[3]), noon, consent.ErrUnreadable},
		{"upper case", with(2, strings.ToUpper(fields[2])), noon, consent.ErrUnreadable},
		{"unknown method", with(6, "xn"), noon, consent.ErrUnreadable},
		{"unknown opt-out", with(6, "bx"), noon, consent.ErrUnreadable},
		{"more purposes", with(3, "zz"), noon, consent.ErrForged},
		{"later revision", with(1, "3"), noon, consent.ErrForged},
		{"another time", with(2, "zzzzzz"), noon, consent.ErrForged},
		{"no signature", with(7, ""), noon, consent.ErrForged},
		{"cut signature", good[:len(good)-1], noon, consent.ErrForged},
		{"another's signature", with(7, strings.Split(refusal, ".")[7]), noon, consent.ErrForged},
		{"last moment", good, months(6).Truncate(time.Hour).Add(-time.Second), nil},
		{"expired", good, months(6).Truncate(time.Hour), consent.ErrExpired},
		{"refusal, last moment", refusal, months(1).Truncate(time.Hour).Add(-time.Second), nil},
		{"refusal expired", refusal, months(1).Truncate(time.Hour), consent.ErrExpired},
		{"clock a little behind", good, noon.Truncate(time.Hour).Add(-9 * time.Minute), nil},
		{"from the future", good, noon.Add(-48 * time.Hour), consent.ErrFuture},
	} {
		c, err := k.OpenState(row.value, b, row.now)
		if !errors.Is(err, row.want) || err != nil && !errors.Is(err, consent.ErrNoConsent) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
		if (err != nil) != (c == consent.Choice{}) {
			t.Errorf("%s: got %+v with %v", row.name, c, err)
		}
	}
}

// S4-10, S1-9: a material change asks again, a minor one does not.
func TestS4_10_RevisionsAskAgain(t *testing.T) {
	k := keys(t)
	revision := func(number, since int, change consent.Change) *consent.Rulebook {
		return compile(t, func(p *consent.Policy) {
			p.Revision = consent.Revision{Number: number, Since: since, Date: "2026-01-01", Change: change, Text: consent.Text{"en": "Something."}}
		})
	}
	first := revision(1, 0, consent.Material)
	state := k.SealState(visitor(first, plain, accept), first)
	for _, row := range []struct {
		name string
		b    *consent.Rulebook
		want error
	}{
		{"the same", first, nil},
		{"a minor revision", revision(2, 1, consent.Minor), nil},
		{"a material revision", revision(2, 0, consent.Material), consent.ErrStale},
		{"a minor one after a material one", revision(3, 2, consent.Minor), consent.ErrStale},
	} {
		c, err := k.OpenState(state, row.b, noon)
		if !errors.Is(err, row.want) {
			t.Errorf("%s: got %v, want %v", row.name, err, row.want)
		}
		if err == nil && c.Revision() != 1 {
			t.Errorf("%s: the choice claims revision %d", row.name, c.Revision())
		}
	}
	moved := compile(t, func(p *consent.Policy) {
		p.Revision.Number = 1
		p.Purposes[2], p.Purposes[3] = p.Purposes[3], p.Purposes[2]
	})
	if _, err := k.OpenState(state, moved, noon); !errors.Is(err, consent.ErrStale) {
		t.Errorf("purposes in another order: got %v, want %v", err, consent.ErrStale)
	}
}

func TestKeysRotate(t *testing.T) {
	b := compile(t)
	before, after, later := keys(t, secret(1)), keys(t, secret(2), secret(1)), keys(t, secret(3), secret(2))
	old := before.SealState(visitor(b, plain, accept), b)
	if _, err := after.OpenState(old, b, noon); err != nil {
		t.Errorf("a state of the replaced secret: %v", err)
	}
	if _, err := later.OpenState(old, b, noon); !errors.Is(err, consent.ErrForged) {
		t.Errorf("a state of a dropped secret: got %v, want %v", err, consent.ErrForged)
	}
	if _, err := before.OpenState(after.SealState(visitor(b, plain, accept), b), b, noon); !errors.Is(err, consent.ErrForged) {
		t.Errorf("the new secret does not sign: %v", err)
	}
}

// What a guard remembers: VerifyState once a value, Check at every request.
func TestVerifiedStateIsCheckedAgain(t *testing.T) {
	b, k := compile(t), keys(t)
	c, err := k.VerifyState(k.SealState(visitor(b, plain, accept), b), b)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Check(c, noon); err != nil {
		t.Error(err)
	}
	if err := b.Check(c, noon.AddDate(1, 0, 0)); !errors.Is(err, consent.ErrExpired) {
		t.Errorf("a year later: got %v, want %v", err, consent.ErrExpired)
	}
	next := compile(t, func(p *consent.Policy) { p.Revision.Number = 3 })
	if err := next.Check(c, noon); !errors.Is(err, consent.ErrStale) {
		t.Errorf("after a material reload: got %v, want %v", err, consent.ErrStale)
	}
	if err := b.Check(consent.Choice{}, noon); !errors.Is(err, consent.ErrNoState) {
		t.Errorf("nothing decided: got %v, want %v", err, consent.ErrNoState)
	}
	if n := testing.AllocsPerRun(100, func() { _ = b.Check(c, noon) }); n != 0 {
		t.Errorf("Check allocates %v times", n)
	}
}

func TestUndecidedHasNoState(t *testing.T) {
	b := compile(t)
	if got := keys(t).SealState(visitor(b, plain), b); got != "" {
		t.Errorf("got %q", got)
	}
}

func FuzzOpenState(f *testing.F) {
	b, k := compile(f), keys(f)
	for _, s := range []consent.Submission{accept, reject, choose(consent.Statistics)} {
		f.Add(k.SealState(visitor(b, plain, s), b))
		f.Add(keys(f, secret(9)).SealState(visitor(b, gpc, s), b))
	}
	f.Add("")
	f.Add("1.2.tabc00.e.0.abcd.bn.")
	f.Fuzz(func(t *testing.T, value string) {
		c, err := k.OpenState(value, b, noon)
		if err != nil {
			if c != (consent.Choice{}) || !errors.Is(err, consent.ErrNoConsent) {
				t.Fatalf("%q: %+v with %v", value, c, err)
			}
			return
		}
		if again := k.SealState(c, b); again != value {
			t.Fatalf("%q opens, but is sealed as %q", value, again)
		}
	})
}

func BenchmarkOpenState(b *testing.B) {
	book, k := compile(b), keys(b)
	value := k.SealState(visitor(book, plain, accept), book)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.OpenState(value, book, noon); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEffective(b *testing.B) {
	book := compile(b)
	c := visitor(book, plain, accept)
	b.ReportAllocs()
	for b.Loop() {
		book.Effective(c, gpc)
	}
}
