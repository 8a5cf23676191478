package consent_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestCanonicalIsRFC8785(t *testing.T) {
	for _, row := range []struct{ in, want string }{
		{`{"b":1,"a":[true,null,false,"x"]}`, `{"a":[true,null,false,"x"],"b":1}`},
		{" {\n\"a\" : { } , \"A\":[ ]}\n", `{"A":[],"a":{}}`},
		{`"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/"`, `"€$\u000f\nA'B\"\\\\\"/"`},
		{`{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3}`, "{\"€\":3,\"😀\":2,\"\ufb33\":1}"}, // the order of RFC 8785 section 3.2.3
		{`"\u2028<>&"`, "\"\u2028<>&\""},
		{`-0`, `0`}, {`9007199254740992`, `9007199254740992`},
		{`9007199254740993`, ""}, {`1.5`, ""}, {`1e2`, ""}, {`{"a":1,"a":2}`, ""}, {`{"a":1} {}`, ""}, {`{"a":1`, ""}, {``, ""}, {"\"\xff\"", ""},
		{string(bytes.Repeat([]byte("["), 40)), ""},
	} {
		got, err := consent.Canonical([]byte(row.in))
		if string(got) != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%s: got %s, %v; want %s", row.in, got, err, row.want)
		}
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add([]byte(`{"b":[1,{"x":"\u20ac"}],"a":null}`))
	f.Add([]byte(`{"\ud83d\ude00":-5}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := consent.Canonical(in)
		if err != nil {
			return
		}
		again, err := consent.Canonical(out)
		if err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%q becomes %q, which becomes %q (%v)", in, out, again, err)
		}
		var a, b any
		if json.Unmarshal(in, &a) != nil || json.Unmarshal(out, &b) != nil {
			t.Fatalf("%q or %q is no JSON", in, out)
		}
	})
}

func TestEntryCommitsToItsRecord(t *testing.T) {
	b, k := compile(t), keys(t)
	s := accept
	s.RecordID = someID
	_, r := b.Apply(s, consent.Choice{}, noon)
	one, err := k.SealRecord(r)
	if err != nil {
		t.Fatal(err)
	}
	two, err := k.SealRecord(r)
	if err != nil {
		t.Fatal(err)
	}
	if one.Leaf == two.Leaf {
		t.Error("the same record has the same leaf twice: it is not salted")
	}
	o, err := k.OpenEntry(one)
	if err != nil || consent.Commit(o.Salt, o.Canonical) != one.Leaf || o.Record.ID != r.ID {
		t.Errorf("opened %+v, %v", o.Record, err)
	}
	if _, err := k.OpenEntry(consent.Entry{ID: one.ID, Leaf: two.Leaf, Sealed: one.Sealed}); !errors.Is(err, consent.ErrLeaf) {
		t.Errorf("under another leaf: %v", err)
	}
	if _, err := k.OpenEntry(consent.Entry{ID: one.ID, Leaf: one.Leaf}); !errors.Is(err, consent.ErrErased) {
		t.Errorf("erased: %v", err)
	}
}

// The salt is what a guess lacks: with it a record is confirmed, and without it no key helps.
func TestS4_2_1_LeafTellsNothingWithoutItsSalt(t *testing.T) {
	record, salt := []byte(`{"event_type":"consent_given"}`), consent.Salt{1}
	leaf := consent.Commit(salt, record)
	if consent.Commit(salt, record) != leaf {
		t.Error("a commitment is not repeatable")
	}
	if consent.Commit(consent.Salt{2}, record) == leaf || consent.Commit(salt, []byte(`{"event_type":"consent_refused"}`)) == leaf {
		t.Error("another salt or record has the same leaf")
	}
}
