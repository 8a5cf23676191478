package gate

import (
	"net/http"
	"strings"
)

// sniffLen is what net/http looks at to find a type.
const sniffLen = 512

// search takes a piece of a body that may get markup.
func (w *Writer) search(p []byte) (int, error) {
	total := len(p)
	if w.enc == unknown {
		if k := min(len(p), sniffLen-len(w.buf)); len(w.buf) > 0 || k < sniffLen {
			w.buf = append(w.buf, p[:k]...)
			if p = p[k:]; len(w.buf) < sniffLen {
				return total, nil
			}
			if !w.sniff(w.buf) {
				return total, w.resolve(none, p)
			}
		} else if !w.sniff(p[:k]) {
			return total, w.resolve(none, p)
		}
	}
	return total, w.resolve(w.feed(p), p)
}

// sniff finds the type of a body whose header names none, as the server is going to.
func (w *Writer) sniff(p []byte) bool {
	w.enc = notPage
	if strings.HasPrefix(http.DetectContentType(p), "text/html") {
		w.enc = isUTF8
		w.scan.reset(w.markup.head(true))
	}
	return w.enc == isUTF8
}

// feed shows the scanner what it has not seen of the waiting bytes, and p.
func (w *Writer) feed(p []byte) verdict {
	if unseen := w.buf[w.scan.n-w.sent:]; len(unseen) > 0 {
		if v := w.scan.feed(unseen); v != more {
			return v
		}
	}
	return w.scan.feed(p)
}

// resolve acts upon the verdict on the waiting bytes and p.
func (w *Writer) resolve(v verdict, p []byte) error {
	switch {
	case v == more && w.phase == held:
		w.buf = append(w.buf, p...)
		return nil
	case v == more:
		return w.release(len(w.buf)+len(p)-w.scan.hold(), p)
	case v == none:
		if w.phase == held {
			w.commit(false, false)
		}
		w.phase = passing
		return w.release(len(w.buf)+len(p), p)
	}
	if w.phase == held {
		w.commit(true, true)
	} else {
		w.speak() // the tag may have come after the header left
	}
	w.phase = passing
	return w.insert(w.scan.at-w.sent, p)
}

// insert writes the waiting bytes and p, with the markup after the first k of them.
func (w *Writer) insert(k int, p []byte) error {
	first, second := w.buf, p
	before, after := first[:min(k, len(first))], first[min(k, len(first)):]
	rest := max(k-len(first), 0)
	for _, b := range [...][]byte{before, second[:rest], w.dressed, w.tail, after, second[rest:]} {
		if err := w.put(b); err != nil {
			return err
		}
	}
	w.buf = w.buf[:0]
	return nil
}

// release writes the first k of the waiting bytes and p, and keeps the rest waiting.
func (w *Writer) release(k int, p []byte) error {
	w.sent += k
	if k < len(w.buf) {
		err := w.put(w.buf[:k])
		w.buf = append(w.buf[:copy(w.buf, w.buf[k:])], p...)
		return err
	}
	rest := k - len(w.buf)
	err := w.put(w.buf)
	w.buf = append(w.buf[:0], p[rest:]...)
	if err != nil {
		return err
	}
	return w.put(p[:rest])
}

func (w *Writer) put(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	_, err := w.inner.Write(p)
	return err
}

// flow commits a held page before its body tag has come: the markup may still go in, so the header is
// that of a page with it.
func (w *Writer) flow() error {
	if w.enc == unknown && (len(w.buf) == 0 || !w.sniff(w.buf)) {
		return w.resolve(none, nil)
	}
	if v := w.feed(nil); v != more {
		return w.resolve(v, nil)
	}
	w.commit(true, false)
	w.phase = flowing
	return w.release(len(w.buf)-w.scan.hold(), nil)
}

// end resolves a page that ends while it is being searched.
func (w *Writer) end() error {
	if w.enc == unknown && (len(w.buf) == 0 || !w.sniff(w.buf)) {
		return w.resolve(none, nil)
	}
	v := w.feed(nil)
	if v != more {
		return w.resolve(v, nil)
	}
	if w.phase == held && w.scan.n == 0 && w.r.Method == http.MethodHead {
		w.commit(true, false) // as for the GET, which is going to have a body
		w.phase = passing
		return nil
	}
	return w.resolve(w.scan.close(), nil)
}
