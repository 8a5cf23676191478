package ledger

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/kelisim/kelisim/consent"
)

// MaxReceipt is the most bytes that a receipt may take: give it to [net/http.MaxBytesReader].
const MaxReceipt = 128 << 10

// ErrReceipt is wrapped by every error about a receipt; its text may be shown to whoever brought it.
var ErrReceipt = errors.New("ledger: not a sound receipt")

// States of a receipt.
const (
	Sequenced = "sequenced" // the receipt proves its place in the log
	Pending   = "pending"   // the record is kept, and not under a signed head yet: fetch it again in a minute
)

const (
	recordType = "dpv:ConsentRecord"
	recordURN  = "urn:kelisim:record:" // before the id of a record
)

// Receipt is what a visitor holds of a record: the record, what proves that the ledger committed to it, and
// under which head. It is JSON-LD: the context says in terms of the Data Privacy Vocabulary what the fields
// of ISO/IEC TS 27560 mean. White space and the order of members do not matter.
type Receipt struct {
	Context json.RawMessage `json:"@context"`
	Type    string          `json:"@type"`
	ID      string          `json:"@id"`
	Status  string          `json:"status"` // Sequenced or Pending
	Record  json.RawMessage `json:"record"` // a consent.Record
	Salt    []byte          `json:"salt"`   // base64
	Leaf    []byte          `json:"leaf"`   // base64: what Record and Salt come to, see consent.Commit
	Log     Evidence        `json:"log"`
}

// Evidence is a place in the log and its proof.
type Evidence struct {
	Origin string   `json:"origin"`
	Keys   []string `json:"keys"`            // verifier keys as the site published them
	Index  int64    `json:"index"`           // of the leaf, from 0; -1 while pending
	Proof  [][]byte `json:"proof,omitempty"` // base64: hashes from the leaf to the root, RFC 6962 section 2.1.1
	Head   string   `json:"head,omitempty"`  // the signed head
}

// Receipt makes the receipt of the record that e seals, pending if it is not under the last head yet. An
// entry that only the spool holds is pending, too, and so is every entry while the store is away: what the
// visitor agreed to can be had at any time, and its proof later. The error is consent.ErrErased once it is erased.
func (l *Log) Receipt(ctx context.Context, e consent.Entry) (Receipt, error) {
	opened, err := l.options.Records.OpenEntry(e)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{
		Context: json.RawMessage(jsonldContext), Type: recordType, ID: recordURN + e.ID, Status: Pending,
		Record: opened.Canonical, Salt: opened.Salt[:], Leaf: e.Leaf[:],
		Log: Evidence{Origin: l.options.Keys.origin, Keys: l.options.Keys.Public(), Index: -1},
	}
	position, err := l.options.Store.Position(ctx, e.ID)
	if err != nil {
		return r, nil //nolint:nilerr // not there yet, or the store is away
	}
	head := l.Head()
	if head.Size <= int64(position) {
		if head, err = l.Published(ctx); err != nil || head.Size <= int64(position) {
			return r, err
		}
	}
	read := newTiles(ctx, l.options.Store)
	proof, err := tlog.ProveRecord(head.Size, int64(position), read.reader(head))
	if err != nil {
		return Receipt{}, read.fault(err)
	}
	if err := tlog.CheckRecord(proof, head.Size, head.Root, int64(position), leafHash(e)); err != nil {
		return Receipt{}, fmt.Errorf("%w: entry %d", ErrForked, position)
	}
	for _, hash := range proof {
		r.Log.Proof = append(r.Log.Proof, hash[:])
	}
	r.Status, r.Log.Index, r.Log.Head = Sequenced, int64(position), string(head.Note)
	return r, nil
}

// Encode returns the receipt as it is downloaded.
func (r Receipt) Encode() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return nil, fmt.Errorf("ledger: encode a receipt: %w", err)
	}
	return out.Bytes(), nil
}

// ParseReceipt reads a receipt. It verifies nothing yet.
func ParseReceipt(data []byte) (r Receipt, err error) {
	if len(data) > MaxReceipt {
		return r, fmt.Errorf("%w: more than %d bytes", ErrReceipt, MaxReceipt)
	}
	if err := json.Unmarshal(data, &r); err != nil {
		return Receipt{}, fmt.Errorf("%w: not the JSON that is expected", ErrReceipt)
	}
	return r, nil
}

// Verdict is what a receipt proves.
type Verdict struct {
	Record consent.Record
	Status string // Sequenced: a signed head holds the record; Pending: the receipt fits together, and proves nothing yet
	Index  int64
	Head   Head // of a sequenced one
}

// Check verifies a receipt: that it means what it says, that record and salt come to the leaf, the leaf to the head by its proof, and
// that a known key signed the head. The known keys come from the site, not from the receipt.
func (r Receipt) Check(known note.Verifiers) (Verdict, error) {
	v := Verdict{Status: r.Status, Index: r.Log.Index}
	canonical, err := consent.Canonical(r.Record)
	if err == nil {
		err = json.Unmarshal(canonical, &v.Record)
	}
	if err != nil {
		return Verdict{}, fmt.Errorf("%w: the record cannot be read", ErrReceipt)
	}
	if !r.means() || r.ID != recordURN+v.Record.ID {
		return Verdict{}, fmt.Errorf("%w: its context, type or id are not those of a receipt, so that others may read it in another way", ErrReceipt)
	}
	if len(r.Salt) != consent.SaltLen {
		return Verdict{}, fmt.Errorf("%w: the salt has %d bytes, want %d", ErrReceipt, len(r.Salt), consent.SaltLen)
	}
	leaf := consent.Commit(consent.Salt(r.Salt), canonical)
	if !bytes.Equal(leaf[:], r.Leaf) {
		return Verdict{}, fmt.Errorf("%w: record and salt do not come to the leaf: one of the three was altered", ErrReceipt)
	}
	if r.Status == Pending {
		v.Index = -1
		return v, nil
	}
	if v.Head, err = OpenHead([]byte(r.Log.Head), known); err != nil || v.Head.Origin != r.Log.Origin {
		return Verdict{}, fmt.Errorf("%w: the head is not signed by a known key", ErrReceipt)
	}
	var proof tlog.RecordProof
	for _, hash := range r.Log.Proof {
		if len(hash) != tlog.HashSize {
			return Verdict{}, fmt.Errorf("%w: a hash of the proof has %d bytes", ErrReceipt, len(hash))
		}
		proof = append(proof, tlog.Hash(hash))
	}
	if r.Log.Index < 0 || r.Log.Index >= v.Head.Size || tlog.CheckRecord(proof, v.Head.Size, v.Head.Root, r.Log.Index, tlog.RecordHash(leaf[:])) != nil {
		return Verdict{}, fmt.Errorf("%w: the proof does not lead from the leaf to the signed head", ErrReceipt)
	}
	v.Status = Sequenced
	return v, nil
}

// means reports whether the receipt says in terms of JSON-LD what it says here: neither context nor type is under
// the leaf.
func (r Receipt) means() bool {
	var context, ours any
	err := errors.Join(json.Unmarshal(r.Context, &context), json.Unmarshal([]byte(jsonldContext), &ours))
	return err == nil && reflect.DeepEqual(context, ours) && r.Type == recordType
}

// base64 of a leaf, as exports and messages show it.
func leafText(leaf consent.Leaf) string { return base64.StdEncoding.EncodeToString(leaf[:]) }
