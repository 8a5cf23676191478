package consent_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

var update = flag.Bool("update", false, "rewrite golden files in testdata")

const someID = "AAECAwQFBgcICQoLDA0ODw"

func TestRecordIsGolden(t *testing.T) {
	b := compile(t)
	s := choose(consent.Statistics)
	s.Method, s.Language, s.Banner, s.RecordID = consent.MethodCentre, "en", someHash, someID
	_, r := b.Apply(s, visitor(b, gpc, accept), noon)
	r.Policy = "(hash of the policy)" // changes with the shop
	got, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/record.json"
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got)+"\n" != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRecordEvents(t *testing.T) {
	b := compile(t)
	const stat, mark = consent.Statistics, consent.Marketing
	for _, row := range []struct {
		before []consent.Submission
		now    consent.Submission
		want   consent.Event
	}{
		{nil, accept, consent.EventGiven},
		{nil, reject, consent.EventRefused},
		{nil, choose(), consent.EventRefused},
		{nil, withdraw, consent.EventRefused},
		{[]consent.Submission{reject}, reject, consent.EventRefused},
		{[]consent.Submission{reject}, choose(stat), consent.EventGiven},
		{[]consent.Submission{accept}, accept, consent.EventReaffirmed},
		{[]consent.Submission{accept}, reject, consent.EventWithdrawn},
		{[]consent.Submission{accept}, withdraw, consent.EventWithdrawn},
		{[]consent.Submission{accept}, takeBack(stat), consent.EventWithdrawn},
		{[]consent.Submission{accept}, choose(stat), consent.EventWithdrawn},
		{[]consent.Submission{choose(stat)}, choose(mark), consent.EventGiven},
	} {
		if _, r := b.Apply(row.now, visitor(b, plain, row.before...), noon); r.Event != row.want {
			t.Errorf("%v then %s %v: got %s, want %s", row.before, row.now.Action, row.now.Purposes, r.Event, row.want)
		}
	}
}

// S1-5.2, S3-6.3: the third parties are named in the record.
func TestS1_5_2_RecordNamesRecipients(t *testing.T) {
	b := compile(t)
	_, r := b.Apply(accept, consent.Choice{}, noon)
	for _, p := range r.Purposes {
		if p.Purpose == consent.Marketing && (len(p.Recipients) != 1 || p.Recipients[0].Name != "Operator of the ads") {
			t.Errorf("got %v", p.Recipients)
		}
	}
}

// S4-4.1.1: a legal representative may consent.
func TestS4_4_1_1_RepresentativeIsRecorded(t *testing.T) {
	b, k := compile(t), keys(t)
	s := accept
	s.Method = consent.MethodRepresentative
	c, r := b.Apply(s, consent.Choice{}, noon)
	if r.Method != consent.MethodRepresentative {
		t.Errorf("record says %q", r.Method)
	}
	if c, err := k.OpenState(k.SealState(c, b), b, noon); err != nil || c.Method() != consent.MethodRepresentative {
		t.Errorf("state says %q, %v", c.Method(), err)
	}
}

// What stays granted after a partial withdrawal does not thereby last longer.
func TestPartialWithdrawalRenewsNothing(t *testing.T) {
	b := compile(t)
	c, _ := b.Apply(accept, consent.Choice{}, noon)
	later, _ := b.Apply(takeBack(consent.Marketing), c, noon.AddDate(0, 5, 0))
	if !later.Until().Equal(c.Until()) {
		t.Errorf("lasts until %v, before until %v", later.Until(), c.Until())
	}
}

// S4-4.4: consent lasts until withdrawn or its term ends; a refusal has a term of its own.
func TestS4_4_4_Terms(t *testing.T) {
	b := compile(t)
	granted, r := b.Apply(accept, consent.Choice{}, noon)
	if want := time.Date(2027, 5, 23, 12, 0, 0, 0, time.UTC); !granted.Until().Equal(want) || !r.Until.Equal(want) {
		t.Errorf("a grant ends %v, want %v", granted.Until(), want)
	}
	refused, _ := b.Apply(reject, consent.Choice{}, noon)
	if want := time.Date(2026, 12, 23, 12, 0, 0, 0, time.UTC); !refused.Until().Equal(want) {
		t.Errorf("a refusal ends %v, want %v", refused.Until(), want)
	}
}

// S0-1.3: what is kept is encrypted.
func TestS0_1_3_RecordsAreSealed(t *testing.T) {
	b, k := compile(t), keys(t)
	s := accept
	s.RecordID, s.Language = someID, "kk"
	_, r := b.Apply(s, consent.Choice{}, noon)
	e, err := k.SealRecord(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"statistics", "granted", `"kk"`, "Operator", someID, "2026"} {
		if bytes.Contains(e.Sealed, []byte(word)) {
			t.Errorf("the sealed entry holds %q", word)
		}
	}
	got, err := k.OpenRecord(e)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(r) {
		t.Errorf("got %v, %v\nwant %v", got, err, r)
	}
	again, err := k.SealRecord(r)
	if err != nil || bytes.Equal(again.Sealed, e.Sealed) {
		t.Errorf("sealed twice alike, %v", err)
	}
}

func TestSealedLengthTellsNothing(t *testing.T) {
	b, k := compile(t), keys(t)
	lengths := map[int]bool{}
	for _, s := range []consent.Submission{accept, reject, choose(consent.Statistics), withdraw} {
		s.RecordID = someID
		_, r := b.Apply(s, visitor(b, plain), noon)
		e, err := k.SealRecord(r)
		if err != nil {
			t.Fatal(err)
		}
		lengths[len(e.Sealed)] = true
	}
	if len(lengths) != 1 {
		t.Errorf("lengths %v tell a grant from a refusal", lengths)
	}
}

func TestOpenRecordRefuses(t *testing.T) {
	b, k := compile(t), keys(t)
	s := accept
	s.RecordID = someID
	_, r := b.Apply(s, consent.Choice{}, noon)
	good, err := k.SealRecord(r)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(i int) []byte {
		c := bytes.Clone(good.Sealed)
		c[i] ^= 1
		return c
	}
	for _, row := range []struct {
		name string
		keys *consent.Keys
		e    consent.Entry
		ok   bool
	}{
		{"the same", k, good, true},
		{"rotated", keys(t, secret(2), secret(1)), good, true},
		{"dropped key", keys(t, secret(2)), good, false},
		{"filed under another id", k, consent.Entry{ID: strings.Repeat("A", 22), Sealed: good.Sealed}, false},
		{"cut", k, consent.Entry{ID: someID, Sealed: good.Sealed[:20]}, false},
		{"another version", k, consent.Entry{ID: someID, Sealed: changed(0)}, false},
		{"another tag", k, consent.Entry{ID: someID, Sealed: changed(2)}, false},
		{"altered", k, consent.Entry{ID: someID, Sealed: changed(len(good.Sealed) - 1)}, false},
	} {
		if _, err := row.keys.OpenRecord(row.e); (err == nil) != row.ok || err != nil && !errors.Is(err, consent.ErrSealed) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
}

func TestSealRecordWantsAnID(t *testing.T) {
	_, r := compile(t).Apply(accept, consent.Choice{}, noon)
	if _, err := keys(t).SealRecord(r); err == nil {
		t.Error("a record without an id is sealed")
	}
}
