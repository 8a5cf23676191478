package consent_test

import (
	"testing"

	"github.com/kelisim/kelisim/consent"
)

func TestS4_4_1_1_RepresentativeNamesTheirCapacity(t *testing.T) {
	b := compile(t)
	for _, row := range []struct {
		json     string
		ok       bool
		method   consent.Method
		capacity consent.Capacity
	}{
		{`{"action":"accept","method":"representative","capacity":"guardian"}`, true, "representative", "guardian"},
		{`{"action":"accept","method":"representative"}`, false, "", ""},
		{`{"action":"accept","method":"representative","capacity":"Aigerim, mother of Dana"}`, false, "", ""},
		{`{"action":"accept","capacity":"parent"}`, false, "", ""},
		{`{"action":"reject","method":"representative"}`, true, "api", ""}, // a refusal always holds
		{`{"action":"reject","method":"representative","capacity":"x"}`, true, "api", ""},
		{`{"action":"withdraw","method":"representative","capacity":"trustee"}`, true, "representative", "trustee"},
		{`{"action":"reject","method":"banner","capacity":"parent"}`, true, "banner", ""},
	} {
		s, err := consent.ParseSubmissionJSON([]byte(row.json), b)
		if (err == nil) != row.ok || s.Method != row.method || s.Capacity != row.capacity {
			t.Errorf("%s: %q %q, %v", row.json, s.Method, s.Capacity, err)
		}
		if _, r := b.Apply(s, consent.Choice{}, noon); err == nil && r.Capacity != row.capacity {
			t.Errorf("%s: recorded %q", row.json, r.Capacity)
		}
	}
}

// S3-6.1: whoever decides while the browser objects has both on record.
func TestS3_6_1_OptOutOfTheBrowserIsRecorded(t *testing.T) {
	b := compile(t)
	for _, s := range []consent.Submission{accept, reject} {
		if _, r := b.Apply(s, visitor(b, gpc), noon); r.OptOut != consent.GPC {
			t.Errorf("%s: recorded %q", s.Action, r.OptOut)
		}
		if _, r := b.Apply(s, visitor(b, plain), noon); r.OptOut != consent.NoOptOut {
			t.Errorf("%s: recorded %q", s.Action, r.OptOut)
		}
	}
}

func TestS2_2_7_RecordsAreKeptAfterTheChoiceHasEnded(t *testing.T) {
	b := compile(t)
	c, r := b.Apply(accept, consent.Choice{}, noon)
	until, ok := b.Keep(r)
	if want := b.Policy().Lifetimes.Record.After(c.Until()); !ok || !until.Equal(want) || !until.After(c.Until()) {
		t.Errorf("kept until %v, want %v", until, want)
	}
	if _, ok := b.Keep(consent.ErasureRecord(someID, []int{1}, consent.GroundExpiry, noon)); ok {
		t.Error("the record of an erasure is to be erased")
	}
}
