package consent

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrSealed is returned for an entry that no key of the ring opens: another site's, an altered one, one
// filed under a wrong id, or one whose key was dropped from the ring.
var ErrSealed = errors.New("consent: the entry is not sealed by a key of the ring")

// ErrLeaf is returned for an entry whose content is not what its [Leaf] commits to.
var ErrLeaf = errors.New("consent: the content of the entry is not what its leaf commits to")

// ErrErased is returned for an entry whose content has been destroyed.
var ErrErased = errors.New("consent: the content of the entry has been erased")

// sealVersion begins every sealed payload.
const sealVersion = 2

// padding is the unit in which payloads grow: their length must not tell a grant from a refusal.
const padding = 1024

// SealRecord commits to r under a random salt and encrypts both with AES-256-GCM (S0-1.3) under the first
// key, bound to r's id. The record must have an id, see [NewID].
func (k *Keys) SealRecord(r Record) (Entry, error) {
	if !ValidID(r.ID) {
		return Entry{}, fmt.Errorf("consent: seal record: id %q is not from NewID", r.ID)
	}
	plain, err := json.Marshal(r)
	if err == nil {
		plain, err = Canonical(plain)
	}
	if err != nil {
		return Entry{}, fmt.Errorf("consent: seal record: %w", err)
	}
	var salt Salt
	_, _ = rand.Read(salt[:]) // never fails, see crypto/rand
	leaf := Commit(salt, plain)
	plain = append(salt[:], plain...)
	plain = append(plain, bytes.Repeat([]byte{' '}, padding-1-(len(plain)+padding-1)%padding)...)
	set := &k.ring[0]
	sealed := append([]byte{sealVersion}, set.tag[:]...)
	return Entry{ID: r.ID, Leaf: leaf, Sealed: set.record.Seal(sealed, nil, plain, aad(r.ID))}, nil
}

// Opened is what an entry sealed.
type Opened struct {
	Record    Record
	Canonical []byte // the record as it was committed to, fields included that this version does not know
	Salt      Salt
}

// OpenRecord decrypts an entry, with whichever key of the ring sealed it. The error is [ErrSealed],
// [ErrLeaf] or [ErrErased].
func (k *Keys) OpenRecord(e Entry) (Record, error) {
	o, err := k.OpenEntry(e)
	return o.Record, err
}

// OpenEntry is [Keys.OpenRecord] with what proves the record to be the one that the leaf commits to.
func (k *Keys) OpenEntry(e Entry) (Opened, error) {
	if e.Erased() {
		return Opened{}, ErrErased
	}
	plain, err := k.open(e)
	if err != nil || len(plain) < SaltLen {
		return Opened{}, ErrSealed
	}
	o := Opened{Salt: Salt(plain[:SaltLen]), Canonical: bytes.TrimRight(plain[SaltLen:], " ")}
	if Commit(o.Salt, o.Canonical) != e.Leaf {
		return Opened{}, ErrLeaf
	}
	if err := json.Unmarshal(o.Canonical, &o.Record); err != nil {
		return Opened{}, fmt.Errorf("consent: entry %q: %w", e.ID, err)
	}
	return o, nil
}

func (k *Keys) open(e Entry) ([]byte, error) {
	if len(e.Sealed) < 1+tagLen || e.Sealed[0] != sealVersion {
		return nil, ErrSealed
	}
	tag, body := e.Sealed[1:1+tagLen], e.Sealed[1+tagLen:]
	for i := range k.ring {
		set := &k.ring[i]
		if !bytes.Equal(tag, set.tag[:]) {
			continue
		}
		if plain, err := set.record.Open(nil, nil, body, aad(e.ID)); err == nil {
			return plain, nil
		}
	}
	return nil, ErrSealed
}

func aad(id string) []byte { return []byte("kelisim/consent/record\x00" + id) }
