package risk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/risk"
)

// office is a process: an engine with its desk, on a clock that stands where it is put.
type office struct {
	*risk.Engine
	desk *risk.Desk
}

func open(t *testing.T, shelf risk.Shelf, clock *time.Time, change ...func(*risk.Options)) office {
	t.Helper()
	e := engine(t, change...)
	o := office{e, risk.NewDesk(risk.DeskOptions{Engine: e, Shelf: shelf, Now: func() time.Time { return *clock }})}
	o.sync(t)
	return o
}

func (o office) sync(t *testing.T) {
	t.Helper()
	if err := o.desk.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// visits is what becomes of a request from addr at now.
func (o office) visits(addr netip.Addr, now time.Time) risk.Verdict {
	return do(o.Engine, step{from: addr, after: now.Sub(noon)})
}

// TestBlocks: a pseudonym that is blocked at one process is kept out there at once, at others after they look, in shadow mode too, over
// the turn of keys, and no longer than it was meant to be. Nobody else is.
func TestBlocks(t *testing.T) {
	t.Parallel()
	clock := noon
	shelf := risk.NewMemoryShelf(func() time.Time { return clock })
	a, b := open(t, shelf, &clock), open(t, shelf, &clock)
	who, _ := a.Who(alice, clock)
	if other, _ := b.Who(alice, clock); other != who {
		t.Fatalf("two processes have two names for one address: %v, %v", who, other)
	}
	if err := a.desk.Block(t.Context(), who, clock, 36*time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	expect := func(when string, o office, addr netip.Addr, want risk.Action) {
		t.Helper()
		v := o.visits(addr, clock)
		if v.Action != want || want == risk.ActionDeny && (v.Rule != risk.RuleBlocked || v.Mode != risk.ModeEnforce || !v.Expires.Equal(noon.Add(36*time.Hour)) || !v.Refuses()) {
			t.Errorf("%s: %+v", when, v)
		}
	}
	expect("at once", a, alice, risk.ActionDeny)
	expect("somebody else", a, bob, risk.ActionAllow)
	expect("a neighbour", a, alice.Next(), risk.ActionAllow)
	expect("elsewhere, before it looked", b, alice, risk.ActionAllow)
	b.sync(t)
	expect("elsewhere", b, alice, risk.ActionDeny)
	clock = noon.Add(24 * time.Hour)
	if later, _ := a.Who(alice, clock); later == who {
		t.Fatal("the key did not turn")
	}
	a.sync(t)
	expect("the day after", a, alice, risk.ActionDeny)
	c := open(t, shelf, &clock)
	expect("a process that began later", c, alice, risk.ActionDeny)
	clock = noon.Add(36 * time.Hour)
	expect("in the end", a, alice, risk.ActionAllow)
	expect("in the end, elsewhere", c, alice, risk.ActionAllow)

	_, network := a.Who(alice, clock)
	if err := c.desk.Block(t.Context(), network, clock, time.Hour, "dana"); err != nil {
		t.Fatal(err)
	}
	if v := c.visits(alice.Next(), clock); v.Action != risk.ActionDeny {
		t.Errorf("of a blocked network: %v", v.Action)
	}
	clock = clock.Add(time.Second)
	if err := c.desk.Unblock(t.Context(), network, "erlan"); err != nil {
		t.Fatal(err)
	}
	if v := c.visits(alice.Next(), clock); v.Action != risk.ActionAllow {
		t.Errorf("unblocked: %v", v.Action)
	}
	deeds, err := a.desk.Deeds(t.Context())
	if err != nil || len(deeds) != 3 {
		t.Fatalf("deeds %v, %v", deeds, err)
	}
	for i, want := range []string{"erlan unblock", "dana block", "dana block"} {
		if got := deeds[i].By + " " + deeds[i].What; got != want || deeds[i].At.IsZero() || deeds[i].Who == (risk.Pseudonym{}) {
			t.Errorf("deed %d: %+v", i, deeds[i])
		}
	}
}

// TestBlocksThatAreRefused: for too long, under a key that is gone, and too many.
func TestBlocksThatAreRefused(t *testing.T) {
	t.Parallel()
	clock := noon
	shelf := risk.NewMemoryShelf(func() time.Time { return clock })
	o := open(t, shelf, &clock)
	who, _ := o.Who(alice, clock)
	for _, tt := range []struct {
		who  risk.Pseudonym
		of   time.Time
		term time.Duration
		want error
	}{
		{risk.Pseudonym{}, noon, time.Hour, risk.ErrBlockOld}, {who, noon.AddDate(0, 0, -3), time.Hour, risk.ErrBlockOld}, {who, noon.AddDate(0, 0, 3), time.Hour, risk.ErrBlockOld},
		{who, noon, 0, risk.ErrBlockTerm}, {who, noon, 8 * 24 * time.Hour, risk.ErrBlockTerm},
	} {
		if err := o.desk.Block(t.Context(), tt.who, tt.of, tt.term, "dana"); !errors.Is(err, tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
	}
	for i := range risk.MaxBlocks {
		key := fmt.Sprintf("block/%04d", i)
		if err := shelf.Put(t.Context(), key, []byte(`{"period":1}`), noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.desk.Block(t.Context(), who, noon, time.Hour, "dana"); !errors.Is(err, risk.ErrBlockFull) {
		t.Errorf("one too many: %v", err)
	}
}

// TestPseudonymsOfYesterday: once the seed of a day is over, nothing on the shelf links its pseudonyms to those of another.
func TestPseudonymsOfYesterday(t *testing.T) {
	t.Parallel()
	clock := noon
	shelf := risk.NewMemoryShelf(func() time.Time { return clock })
	o := open(t, shelf, &clock)
	who, _ := o.Who(alice, clock)
	clock = noon.Add(13*time.Hour + time.Second) // midnight, and the hour after
	o.sync(t)
	if _, err := shelf.Get(t.Context(), "seed/"+fmt.Sprintf("%08d", risk.PeriodOf(noon))); err == nil {
		t.Error("the seed of yesterday is still there")
	}
	again := open(t, shelf, &clock)
	if err := again.desk.Block(t.Context(), who, noon, time.Hour, "dana"); !errors.Is(err, risk.ErrBlockOld) {
		t.Errorf("blocked under a dead key: %v", err)
	}
}

// TestHours: what happened is counted to the last, kept one by one up to a bound, added up over processes, and gone in the end.
func TestHours(t *testing.T) {
	t.Parallel()
	clock := noon
	shelf := risk.NewMemoryShelf(func() time.Time { return clock })
	a, b := open(t, shelf, &clock), open(t, shelf, &clock)
	who, network := a.Who(alice, clock)
	note := func(o office, n int, at time.Time, mode risk.Mode) {
		for i := range n {
			o.desk.Note(risk.Incident{
				Time: at.Add(time.Duration(i) * time.Second).Truncate(time.Minute), Who: who, Network: network, Country: "KZ", Net: "eyeball", Path: "/wp-login.php", Action: risk.ActionChallenge, Mode: mode,
				Reasons: []risk.Reason{{Code: "traversal"}}, Expires: at.Add(time.Hour),
			})
		}
	}
	note(a, 100, noon, risk.ModeShadow)
	note(b, 3, noon.Add(10*time.Minute), risk.ModeEnforce)
	b.sync(t)
	note(b, 2, noon.Add(20*time.Minute), risk.ModeEnforce)
	b.sync(t)
	note(a, 1, noon.Add(time.Hour), risk.ModeShadow)
	hours, err := a.desk.Hours(t.Context(), noon, noon.Add(time.Hour))
	if err != nil || len(hours) != 2 {
		t.Fatalf("%d hours, %v", len(hours), err)
	}
	h := hours[1]
	if !h.At.Equal(noon) || h.Counts[risk.Outcome{Mode: risk.ModeShadow, Action: risk.ActionChallenge}] != 100 || h.Counts[risk.Outcome{Mode: risk.ModeEnforce, Action: risk.ActionChallenge}] != 5 ||
		h.Reasons["traversal"] != 105 || h.Countries["KZ"] != (risk.Seen{Incidents: 105, Addresses: 1}) || h.Nets["eyeball"].Incidents != 105 || h.Paths["/wp-login.php"].Incidents != 105 || len(h.Incidents) != risk.MaxHour+5 || h.Left != 36 {
		t.Errorf("hour: %v %v, %d kept, %d left", h.Counts, h.Reasons, len(h.Incidents), h.Left)
	}
	i := h.Incidents[0]
	if !i.Time.Equal(noon.Add(20*time.Minute)) || i.Who != who || i.Network != network || i.Path != "/wp-login.php" || i.Reasons[0].Weight != 75 || i.Reasons[0].Clause == "" || !i.Expires.Equal(noon.Add(80*time.Minute)) {
		t.Errorf("incident %+v", i)
	}
	if none, err := a.desk.Hours(t.Context(), noon.Add(2*time.Hour), noon.Add(3*time.Hour)); err != nil || len(none) != 0 {
		t.Errorf("another time: %v, %v", none, err)
	}
	_ = shelf.List(t.Context(), "", func(key string, document []byte) {
		if strings.Contains(string(document), "192.0.2") {
			t.Errorf("%s holds an address: %s", key, document)
		}
	})
	clock = noon.AddDate(0, 0, 31)
	if gone, err := a.desk.Hours(t.Context(), noon, clock); err != nil || len(gone) != 0 {
		t.Errorf("after their term: %v, %v", gone, err)
	}
}

// TestHostileHours: whatever is asked for, and from however many addresses, an hour rests in a document that a shelf takes, and is counted to the last.
func TestHostileHours(t *testing.T) {
	t.Parallel()
	clock := noon
	shelf := risk.NewMemoryShelf(func() time.Time { return clock })
	o := open(t, shelf, &clock)
	for _, c := range []string{"&", "<", "\"", "\\", "ә", "\x01", "\xff"} {
		for i := range 500 {
			o.desk.Note(risk.Incident{
				Time: clock, Who: risk.Pseudonym{uint64(i), 1}, Network: risk.Pseudonym{uint64(i), 2}, Country: "KZ", Net: "hosting",
				Path: "/" + strconv.Itoa(i) + strings.Repeat(c, 4000), Action: risk.ActionDeny, Rule: strings.Repeat(c, 100),
			})
		}
		hours, err := o.desk.Hours(t.Context(), clock, clock)
		if err != nil || len(hours) != 1 {
			t.Fatalf("%q: %d hours, %v", c, len(hours), err)
		}
		h := hours[0]
		if n := int64(len(h.Incidents)) + h.Left; h.Countries["KZ"] != (risk.Seen{Incidents: 500, Addresses: 99}) || n != 500 || len(h.Paths) > risk.MaxHourPaths+1 || len(h.Incidents) < 1 {
			t.Errorf("%q: %v, %d incidents, %d kept one by one, %d paths", c, h.Countries, n, len(h.Incidents), len(h.Paths))
		}
		clock = clock.Add(time.Hour)
	}
}

// away is a shelf that fails.
type away struct{ risk.Shelf }

var errAway = errors.New("away")

func (away) Put(context.Context, string, []byte, time.Time) error { return errAway }
func (away) Add(context.Context, string, []byte, time.Time) ([]byte, error) {
	return nil, errAway
}

// TestAShelfThatIsAway: requests are judged under a key of the process's own, a block that cannot be told is not made, and memory is bounded.
func TestAShelfThatIsAway(t *testing.T) {
	t.Parallel()
	clock := noon
	e := engine(t)
	d := risk.NewDesk(risk.DeskOptions{Engine: e, Shelf: away{risk.NewMemoryShelf(nil)}, Now: func() time.Time { return clock }})
	if err := d.Sync(t.Context()); !errors.Is(err, errAway) {
		t.Errorf("sync: %v", err)
	}
	who, _ := e.Who(alice, noon)
	if err := d.Block(t.Context(), who, noon, time.Hour, "dana"); err == nil {
		t.Error("blocked without a word of it")
	}
	if v := do(e, step{}); v.Action != risk.ActionAllow {
		t.Errorf("%v", v)
	}
	for i := range 10_000 {
		d.Note(risk.Incident{Time: noon.Add(time.Duration(i) * time.Hour), Action: risk.ActionDeny})
	}
}

// FuzzShelf: whatever is on a shelf, reading it is an error at worst.
func FuzzShelf(f *testing.F) {
	f.Add([]byte(`{"n":{"shadow/deny":1},"r":{"traversal":1},"i":[{"t":1,"w":"","k":"","a":"deny","m":"shadow"}],"l":1}`))
	f.Add([]byte(`{"who":"","period":1,"made":"2026-01-01T00:00:00Z"}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, document []byte) {
		if len(document) > risk.MaxShelfDocument {
			return
		}
		shelf := risk.NewMemoryShelf(func() time.Time { return noon })
		for _, key := range []string{"hour/0000495012/a", "block/x", "deed/1", "seed/00020605"} {
			_ = shelf.Put(t.Context(), key, document, noon.Add(time.Hour))
		}
		d := risk.NewDesk(risk.DeskOptions{Engine: engine(t), Shelf: shelf, Now: func() time.Time { return noon }})
		_ = d.Sync(t.Context())
		hours, _ := d.Hours(t.Context(), time.Unix(0, 0), noon.AddDate(9, 0, 0))
		blocks, _ := d.Blocks(t.Context())
		deeds, _ := d.Deeds(t.Context())
		if _, err := json.Marshal([]any{len(hours), blocks, deeds}); err != nil && json.Valid(document) {
			t.Error(err)
		}
	})
}
