package consent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// ErrSealed is returned for an entry that no key of the ring opens: another site's, an altered one, one
// filed under a wrong id, or one whose key was dropped from the ring.
var ErrSealed = errors.New("consent: the entry is not sealed by a key of the ring")

// sealVersion begins every sealed payload.
const sealVersion = 1

// padding is the unit in which payloads grow: their length must not tell a grant from a refusal.
const padding = 1024

// SealRecord encrypts r with AES-256-GCM (S0-1.3) under the first key, bound to its id. The record must
// have an id, see [NewID].
func (k *Keys) SealRecord(r Record) (Entry, error) {
	if !ValidID(r.ID) {
		return Entry{}, fmt.Errorf("consent: seal record: id %q is not from NewID", r.ID)
	}
	plain, err := json.Marshal(r)
	if err != nil {
		return Entry{}, fmt.Errorf("consent: seal record: %w", err)
	}
	plain = append(plain, bytes.Repeat([]byte{' '}, padding-1-(len(plain)+padding-1)%padding)...)
	set := &k.ring[0]
	sealed := append([]byte{sealVersion}, set.tag[:]...)
	return Entry{ID: r.ID, Sealed: set.record.Seal(sealed, nil, plain, aad(r.ID))}, nil
}

// OpenRecord decrypts an entry, with whichever key of the ring sealed it, or returns [ErrSealed].
func (k *Keys) OpenRecord(e Entry) (Record, error) {
	if len(e.Sealed) < 1+tagLen || e.Sealed[0] != sealVersion {
		return Record{}, ErrSealed
	}
	tag, body := e.Sealed[1:1+tagLen], e.Sealed[1+tagLen:]
	for i := range k.ring {
		set := &k.ring[i]
		if !bytes.Equal(tag, set.tag[:]) {
			continue
		}
		if plain, err := set.record.Open(nil, nil, body, aad(e.ID)); err == nil {
			return decodeRecord(plain, e.ID)
		}
	}
	return Record{}, ErrSealed
}

func decodeRecord(plain []byte, id string) (Record, error) {
	var r Record
	if err := json.Unmarshal(plain, &r); err != nil {
		return Record{}, fmt.Errorf("consent: entry %q: %w", id, err)
	}
	return r, nil
}

func aad(id string) []byte { return []byte("kelisim/consent/record\x00" + id) }
