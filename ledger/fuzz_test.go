package ledger_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/ledger"
)

// receipts returns a sequenced and a pending receipt, encoded.
func receipts(t testing.TB) (sequenced, pending []byte) {
	t.Helper()
	store := newMemory()
	ids := fill(t, store, 5)
	l := open(t, store, "")
	check(t, l.Sequence(t.Context()))
	encode := func(id string) []byte {
		e, err := store.Entry(t.Context(), id)
		check(t, err)
		r, err := l.Receipt(t.Context(), e)
		check(t, err)
		text, err := r.Encode()
		check(t, err)
		return text
	}
	sequenced = encode(ids[3])
	return sequenced, encode(fill(t, store, 1)[0])
}

// FuzzReceipt brings anything at all as a receipt: it is refused, or it says what the genuine one says.
func FuzzReceipt(f *testing.F) {
	sequenced, pending := receipts(f)
	f.Add(sequenced)
	f.Add(pending)
	f.Add([]byte(`{"status":"sequenced","record":{},"salt":"","leaf":"","log":{"index":0,"proof":[""],"head":""}}`))
	f.Add([]byte(`[]`))
	f.Add(bytes.Replace(sequenced, []byte(`"index": 3`), []byte(`"index": -3`), 1))
	f.Add(bytes.Replace(sequenced, []byte(`"kk"`), []byte(`"ru"`), 1))
	known := signer(f, secret).Verifiers()
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ledger.ParseReceipt(data)
		if err != nil {
			return
		}
		v, err := r.Check(known)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "ledger: ") || v.Head.Size != 0 {
				t.Errorf("%v with %+v", err, v)
			}
			return
		}
		if v.Status != ledger.Sequenced {
			if v.Index != -1 || v.Head.Size != 0 {
				t.Errorf("one that proves nothing says %+v", v)
			}
			return
		}
		if v.Index < 0 || v.Index >= v.Head.Size || !json.Valid(r.Record) {
			t.Errorf("proven: %+v", v)
		}
	})
}
