package spool

import (
	"encoding/binary"
	"errors"

	"github.com/kelisim/kelisim/consent"
)

var errEntry = errors.New("spool: a consent entry cannot be read")

func encodeEntry(e consent.Entry) []byte {
	dst := binary.AppendUvarint(make([]byte, 0, len(e.ID)+len(e.Leaf)+len(e.Sealed)+4), uint64(len(e.ID)))
	dst = append(append(dst, e.ID...), e.Leaf[:]...)
	return append(dst, e.Sealed...)
}

func decodeEntry(src []byte) (e consent.Entry, err error) {
	length, n := binary.Uvarint(src)
	if n <= 0 || length > uint64(len(src)-n) || len(src)-n-int(length) < len(e.Leaf) {
		return e, errEntry
	}
	src = src[n:]
	e.ID, src = string(src[:length]), src[length:]
	e.Leaf, e.Sealed = consent.Leaf(src[:len(e.Leaf)]), src[len(e.Leaf):]
	return e, nil
}
