package packed

import "unsafe"

// valueReader unfolds values, each of which shares its beginning with the one before.
type valueReader struct {
	pairs   bool
	seconds []string // of pairs: what their second halves refer to
	half    []byte   // the value, or its first half
	joined  []byte
}

// readSeconds reads the second halves of pairs.
func (r *valueReader) readSeconds(src string) (string, error) {
	m, src, err := uvarint(src)
	if err != nil || m > uint64(len(src)) {
		return src, ErrCorrupt
	}
	r.pairs = true
	var text []byte
	for range m {
		if text, src, err = unfold(src, text); err != nil {
			return src, err
		}
		r.seconds = append(r.seconds, string(text))
	}
	return src, nil
}

// next returns the next value, which is valid until the next call, and what follows it.
func (r *valueReader) next(src string) (value []byte, rest string, err error) {
	if r.half, src, err = unfold(src, r.half); err != nil {
		return nil, src, err
	}
	if !r.pairs {
		return r.half, src, nil
	}
	at, src, err := number(src)
	if err != nil || at >= uint64(len(r.seconds)) {
		return nil, src, ErrCorrupt
	}
	r.joined = append(append(append(r.joined[:0], r.half...), separator...), r.seconds[at]...)
	return r.joined, src, nil
}

// view is b as a string, valid as long as b is not written to.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// arena keeps strings, many to an allocation.
type arena struct{ buf []byte }

func (a *arena) keep(b []byte) string {
	if cap(a.buf)-len(a.buf) < len(b) {
		a.buf = make([]byte, 0, max(len(b), min(max(256, 2*cap(a.buf)), 64<<10)))
	}
	at := len(a.buf)
	a.buf = append(a.buf, b...)
	return view(a.buf[at:])
}
