package geogen

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// writer collects the header and the sections of a table file.
type writer struct{ head, body bytes.Buffer }

func (w *writer) line(format string, args ...any) { fmt.Fprintf(&w.head, format+"\n", args...) }

// section packs each block, unless that gains too little to be worth the time it takes to unpack.
func (w *writer) section(name string, blocks ...[]byte) {
	var sizes, all []byte
	for _, data := range blocks {
		packed := deflate(data)
		if len(packed) > len(data)*15/16 {
			packed = data
		}
		sizes = binary.AppendUvarint(binary.AppendUvarint(sizes, uint64(len(data))), uint64(len(packed)))
		all = append(all, packed...)
	}
	w.line("section: %s %d %d", name, len(blocks), len(sizes)+len(all))
	w.body.Write(sizes)
	w.body.Write(all)
}

func (w *writer) file() []byte {
	return slices.Concat(w.head.Bytes(), []byte("\n"), w.body.Bytes())
}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err == nil {
		_, err = w.Write(data)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		panic(err) // the level is a constant, and a buffer takes everything
	}
	return out.Bytes()
}
