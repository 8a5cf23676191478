package spool

import (
	"encoding/binary"
	"errors"

	"github.com/kelisim/kelisim/consent"
)

var errEntry = errors.New("spool: a consent entry cannot be read")

func encodeEntry(e consent.Entry) []byte {
	dst := binary.AppendUvarint(make([]byte, 0, len(e.ID)+len(e.Sealed)+4), uint64(len(e.ID)))
	dst = append(dst, e.ID...)
	return append(dst, e.Sealed...)
}

func decodeEntry(src []byte) (consent.Entry, error) {
	length, n := binary.Uvarint(src)
	if n <= 0 || length > uint64(len(src)-n) {
		return consent.Entry{}, errEntry
	}
	src = src[n:]
	return consent.Entry{ID: string(src[:length]), Sealed: src[length:]}, nil
}
