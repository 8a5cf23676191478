package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// kind says what a frame holds.
type kind byte

const (
	kindBatch kind = 1
	kindEntry kind = 2
)

// A frame is: length of the payload (4 bytes), CRC-32C over kind and payload (4 bytes), kind (1 byte), payload.
const (
	frameHeader = 9
	// MaxPayload bounds one frame: a batch of every row that all caps allow is far below it.
	maxPayload = 64 << 20
)

var (
	errTorn    = errors.New("spool: frame is torn or corrupt")
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

func appendFrame(dst []byte, k kind, payload []byte) []byte {
	sum := crc32.Update(crc32.Update(0, castagnoli, []byte{byte(k)}), castagnoli, payload)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, sum)
	dst = append(dst, byte(k))
	return append(dst, payload...)
}

// readFrame reads the frame at offset; limit is the end of what may be read. It returns io.EOF where
// offset is limit, and errTorn where the bytes up to limit hold no whole, sound frame.
func readFrame(r io.ReaderAt, offset, limit int64) (k kind, payload []byte, next int64, err error) {
	if offset == limit {
		return 0, nil, offset, io.EOF
	}
	var header [frameHeader]byte
	if limit-offset < frameHeader {
		return 0, nil, offset, errTorn
	}
	if _, err := r.ReadAt(header[:], offset); err != nil {
		return 0, nil, offset, err
	}
	length := int64(binary.LittleEndian.Uint32(header[:]))
	if length > maxPayload || limit-offset-frameHeader < length {
		return 0, nil, offset, errTorn
	}
	payload = make([]byte, length)
	if _, err := r.ReadAt(payload, offset+frameHeader); err != nil {
		return 0, nil, offset, err
	}
	sum := crc32.Update(crc32.Update(0, castagnoli, header[8:9]), castagnoli, payload)
	if sum != binary.LittleEndian.Uint32(header[4:]) {
		return 0, nil, offset, errTorn
	}
	return kind(header[8]), payload, offset + frameHeader + length, nil
}
