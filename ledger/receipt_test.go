package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

func parse(t *testing.T, text []byte) ledger.Receipt {
	t.Helper()
	r, err := ledger.ParseReceipt(text)
	check(t, err)
	return r
}

func TestReceiptAtEveryPlace(t *testing.T) {
	store := newMemory()
	ids := fill(t, store, 300)
	l := open(t, store, "")
	check(t, l.Sequence(t.Context()))
	known := signer(t, secret).Verifiers()
	for _, i := range []int{0, 1, 127, 128, 255, 256, 298, 299} {
		e, err := store.Entry(t.Context(), ids[i])
		check(t, err)
		r, err := l.Receipt(t.Context(), e)
		check(t, err)
		text, err := r.Encode()
		check(t, err)
		v, err := parse(t, text).Check(known)
		if err != nil || v.Status != ledger.Sequenced || v.Index != int64(i) || v.Head.Size != 300 || v.Record.ID != ids[i] {
			t.Errorf("place %d: %+v, %v", i, v, err)
		}
	}
}

// Pending until it is signed; the visitor fetches it again.
func TestReceiptIsPendingUntilItIsSigned(t *testing.T) {
	sequenced, pending := receipts(t)
	known := signer(t, secret).Verifiers()
	if v, err := parse(t, pending).Check(known); err != nil || v.Status != ledger.Pending || v.Index != -1 {
		t.Errorf("%+v, %v", v, err)
	}
	lie := bytes.Replace(pending, []byte(`"status": "pending"`), []byte(`"status": "sequenced"`), 1)
	if _, err := parse(t, lie).Check(known); !errors.Is(err, ledger.ErrReceipt) {
		t.Errorf("a pending one that says it is sequenced: %v", err)
	}
	var compact bytes.Buffer
	check(t, json.Compact(&compact, sequenced))
	if v, err := parse(t, compact.Bytes()).Check(known); err != nil || v.Status != ledger.Sequenced {
		t.Errorf("without white space: %+v, %v", v, err)
	}
}

// lost is a store that is away when a place is asked for.
type lost struct{ *memory }

func (lost) Position(context.Context, string) (int, error) {
	return 0, errors.New("connection refused")
}

// What a visitor agreed to can be had while the store is away, its proof later.
func TestReceiptIsPendingWhileTheStoreIsAway(t *testing.T) {
	store := newMemory()
	id := fill(t, store, 1)[0]
	e, err := store.Entry(t.Context(), id)
	check(t, err)
	r, err := open(t, lost{store}, "").Receipt(t.Context(), e)
	check(t, err)
	text, err := r.Encode()
	check(t, err)
	if v, err := parse(t, text).Check(signer(t, secret).Verifiers()); err != nil || v.Status != ledger.Pending || v.Record.ID != id {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestReceiptsThatWereAltered(t *testing.T) {
	sequenced, _ := receipts(t)
	var whole map[string]any
	check(t, json.Unmarshal(sequenced, &whole))
	log := whole["log"].(map[string]any)
	proof, head := log["proof"].([]any), log["head"].(string)
	for _, row := range []struct{ name, old, new string }{
		{"language", `"kk"`, `"ru"`},
		{"answer", `"granted"`, `"refused"`},
		{"a field more", `"event_type"`, `"more": 1, "event_type"`},
		{"what its words mean", `"granted": "dpv:ConsentGiven"`, `"granted": "dpv:ConsentRefused"`},
		{"where its words come from", `"dpv": "https://w3id.org/dpv#"`, `"dpv": "https://w3id.org/other#"`},
		{"type", `"@type": "dpv:ConsentRecord"`, `"@type": "dpv:Refusal"`},
		{"number", `record:AAAAAAAAAAAAAAAAAA003A`, `record:AAAAAAAAAAAAAAAAAA004A`},
		{"salt", `"salt": "`, `"salt": "AAAA`},
		{"leaf", `"leaf": "`, `"leaf": "AAAA`},
		{"place", `"index": 3`, `"index": 2`},
		{"place below none", `"index": 3`, `"index": -4`},
		{"place beyond all", `"index": 3`, `"index": 5`},
		{"proof", proof[0].(string), strings.Repeat("A", 43) + "="},
		{"a short hash", proof[0].(string), "AAAA"},
		{"size", "example.kz\\n5\\n", "example.kz\\n4\\n"},
		{"origin", `"origin": "example.kz"`, `"origin": "example.com"`},
		{"signature", head[len(head)-9 : len(head)-2], "AAAAAAA"},
	} {
		text := string(sequenced)
		if at := strings.LastIndex(text, row.old); at >= 0 { // behind the context
			text = text[:at] + row.new + text[at+len(row.old):]
		}
		if text == string(sequenced) {
			t.Errorf("%s: nothing was altered", row.name)
		}
		if v, err := parse(t, []byte(text)).Check(signer(t, secret).Verifiers()); !errors.Is(err, ledger.ErrReceipt) {
			t.Errorf("%s: %+v, %v", row.name, v, err)
		}
	}
	other := signer(t, bytes.Repeat([]byte("o"), 32)).Verifiers()
	if _, err := parse(t, sequenced).Check(other); !errors.Is(err, ledger.ErrReceipt) {
		t.Errorf("under a key that nobody knows: %v", err)
	}
	if _, err := ledger.ParseReceipt(make([]byte, ledger.MaxReceipt+1)); !errors.Is(err, ledger.ErrReceipt) {
		t.Errorf("too large: %v", err)
	}
}

// The members of a receipt have a meaning in DPV: the context names a term for each member of a record that is looked at
// by others, and the type is one of DPV.
func TestReceiptIsLinkedData(t *testing.T) {
	sequenced, _ := receipts(t)
	var r struct {
		Context map[string]any `json:"@context"`
		Type    string         `json:"@type"`
		ID      string         `json:"@id"`
		Record  map[string]any
	}
	check(t, json.Unmarshal(sequenced, &r))
	if r.Type != "dpv:ConsentRecord" || !strings.HasPrefix(r.ID, "urn:kelisim:record:") || r.Context["dpv"] != "https://w3id.org/dpv#" {
		t.Errorf("%q %q %v", r.Type, r.ID, r.Context["dpv"])
	}
	for _, member := range []string{"record_id", "event_type", "event_time", "validity_end", "collection_method", "lawful_basis", "pii_controller", "policy_sha256", "purposes"} {
		if _, held := r.Record[member]; !held || r.Context[member] == nil {
			t.Errorf("%s: in the record %v, in the context %v", member, held, r.Context[member])
		}
	}
}

func TestS4_9_4_ErasedContentIsGoneAndTheLogStands(t *testing.T) {
	store := newMemory()
	ids := fill(t, store, 10)
	l := open(t, store, "")
	check(t, l.Sequence(t.Context()))
	head := l.Head().Note
	e, err := store.Entry(t.Context(), ids[4])
	check(t, err)
	positions, err := l.Erase(t.Context(), consent.GroundRequest, ids[4], ids[7], ids[4])
	if err != nil || len(positions) != 2 || positions[0] != 4 || positions[1] != 7 {
		t.Fatalf("%v, %v", positions, err)
	}
	if again, err := l.Erase(t.Context(), consent.GroundRequest, ids[4]); err != nil || len(again) != 0 {
		t.Errorf("again: %v, %v", again, err)
	}
	gone, err := store.Entry(t.Context(), ids[4])
	if err != nil || !gone.Erased() || gone.Leaf != e.Leaf {
		t.Errorf("%+v, %v", gone, err)
	}
	if _, err := l.Receipt(t.Context(), gone); !errors.Is(err, consent.ErrErased) {
		t.Errorf("its receipt: %v", err)
	}
	delete(store.sheets, "lease")
	check(t, l.Sequence(t.Context()))
	if r := verify(t, store, head); !r.Sound() || r.Erased != 2 || r.Signed != 11 {
		t.Errorf("%+v", r)
	}
	if _, err := l.Erase(t.Context(), consent.GroundRequest, store.entries[10].ID); !errors.Is(err, ledger.ErrKept) {
		t.Errorf("the record of the erasure: %v", err)
	}
	if _, err := l.Erase(t.Context(), consent.GroundRequest, "AAAAAAAAAAAAAAAAAAAAAA"); !errors.Is(err, consent.ErrNoEntry) {
		t.Errorf("a record that is not there: %v", err)
	}
}

// An erasure that is cut between its record and the destruction is completed later, and is a finding until then.
func TestErasureThatWasCut(t *testing.T) {
	store := newMemory()
	ids := fill(t, store, 5)
	l := open(t, store, "")
	check(t, l.Sequence(t.Context()))
	store.before = func(what string) error {
		if what == "erase" {
			return errors.New("killed")
		}
		return nil
	}
	if _, err := l.Erase(t.Context(), consent.GroundRequest, ids[1]); err == nil {
		t.Fatal("it was not cut")
	}
	store.before = nil
	if r := verify(t, store); r.Sound() || !strings.Contains(r.Findings[0].String(), "an erasure is recorded for it and its content is still there") {
		t.Errorf("%+v", r)
	}
	keep := func(consent.Record) (time.Time, bool) { return time.Time{}, false }
	if n, err := l.Expire(t.Context(), keep); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if r := verify(t, store); !r.Sound() || r.Erased != 1 || r.Entries != 6 {
		t.Errorf("%+v", r)
	}
}
