package gate

import (
	"io"
	"net/http"
)

// Writer is the http.ResponseWriter that handlers get. Its header is filtered at the first commit, by
// whatever way that comes, and markup is put into pages on their way. The zero value must be Reset; a
// Writer may be pooled, and belongs to one exchange at a time.
//
// It has the optional interfaces of net/http's own writer and deliberately no Unwrap. Where markup may
// be put in, the status line is written with the first bytes of the body that decide it, not in
// WriteHeader: headers set in between still go out, filtered.
type Writer struct {
	inner http.ResponseWriter
	r     *http.Request
	plan  Plan

	phase  phase
	status int
	seen   int // unclassified names told
	keys   int // of the header, when it was last filtered

	told     bool // Observer.Commit was called
	filtered bool // the header has been through the filter
	want     bool // the request wants markup
	changed  bool // the body differs from the handler's

	enc     encoding
	markup  *Markup // of this response
	dressed []byte  // its bytes, with the nonces of the site's policy
	tail    []byte  // what is put behind them, likewise
	shared  bool    // it is Plan.Shared
	settled bool    // the page has said its language, and there is markup in it
	scan    scanner
	sent    int    // bytes of the handler's body that have left, while scanning
	buf     []byte // those that wait
	chunk   []byte // to read into
}

type phase uint8

const (
	fresh    phase = iota // nothing written
	held                  // the header waits for the body to show whether it takes markup
	flowing               // the header is out, the body is still being searched
	passing               // nothing more to do
	hijacked              // the connection is the handler's
)

var (
	_ http.Flusher    = (*Writer)(nil)
	_ http.Hijacker   = (*Writer)(nil)
	_ http.Pusher     = (*Writer)(nil)
	_ io.ReaderFrom   = (*Writer)(nil)
	_ io.StringWriter = (*Writer)(nil)
)

// Reset makes w ready for one exchange: inner is the server's writer, r what Hide returned, p the plan
// that Hide has seen.
func (w *Writer) Reset(inner http.ResponseWriter, r *http.Request, p Plan) {
	w.rewind()
	w.inner, w.r, w.plan, w.want = inner, r, p, wantsMarkup(r, &p)
}

// Clear drops every reference to the exchange, before w goes back into a pool; its buffers stay. Do not
// pool a Writer that somebody may still write to: after an error or a panic outer code does.
func (w *Writer) Clear() {
	w.rewind()
	w.inner, w.r, w.plan = nil, nil, Plan{}
}

func (w *Writer) rewind() {
	w.phase, w.status, w.seen, w.keys = fresh, 0, 0, 0
	w.told, w.filtered, w.changed = false, false, false
	if w.markup != nil {
		w.enc, w.markup, w.dressed, w.tail, w.shared, w.settled, w.sent = notPage, nil, nil, nil, false, false, 0
		w.scan.reset(nil)
		w.buf = w.buf[:0]
	}
}

// Header returns the header map of the server's writer.
func (w *Writer) Header() http.Header { return w.inner.Header() }

// Committed reports whether the handler has written a status or a body, or taken the connection. Finish
// does not change that.
func (w *Writer) Committed() bool { return w.phase != fresh }

// Status returns the final status of the response, 0 while there is none: after Finish that means an
// empty 200. After a hijack it is 101 or what else the handler wrote by hand.
func (w *Writer) Status() int { return w.status }

// MarkPrivate says that the handler put this visitor's state into the response. It must be called before
// the response is committed.
func (w *Writer) MarkPrivate() { w.plan.Private = true }

// Vouch lets a Set-Cookie line of the house through, for an Observer that adds one in Commit.
func (w *Writer) Vouch(line string) { w.plan.vouched = line }

// Observer returns who observes the exchange.
func (w *Writer) Observer() Observer { return w.plan.Observer }

// SkipMarkup keeps markup out of this response, for handlers that bring their own. It has no effect
// once the body is on its way.
func (w *Writer) SkipMarkup() {
	if w.phase == fresh {
		w.want = false
	}
}

// Tail returns what would be put behind the markup, for handlers that bring their own markup: see [Plan].
func (w *Writer) Tail() []byte {
	if w.plan.Tail == nil {
		return nil
	}
	return w.plan.Tail.Tail()
}

// WriteHeader implements http.ResponseWriter. Informational responses go out at once, without cookies.
func (w *Writer) WriteHeader(status int) {
	switch {
	case status >= 100 && status <= 199 && status != http.StatusSwitchingProtocols:
		if w.phase == fresh {
			w.inform(status)
		}
	case w.phase == fresh && status >= 100 && status <= 999:
		w.begin(status)
		if w.phase == passing {
			w.inner.WriteHeader(status)
		}
	case w.phase != held:
		w.inner.WriteHeader(status) // to panic or to log, as without the gate
	}
}

// inform sends a 1xx response. Cookies in it are not for browsers (RFC 8297 names only hints), and the
// final response carries them.
func (w *Writer) inform(status int) {
	h := w.inner.Header()
	taken := takeSetCookies(h)
	w.inner.WriteHeader(status)
	for key, lines := range taken {
		h[key] = lines
	}
}

// Write implements http.ResponseWriter.
func (w *Writer) Write(p []byte) (int, error) {
	if w.phase == fresh {
		w.begin(http.StatusOK)
	}
	if w.phase == held || w.phase == flowing {
		return w.search(p)
	}
	return w.inner.Write(p)
}

// WriteString implements io.StringWriter.
func (w *Writer) WriteString(s string) (n int, err error) {
	if w.phase == fresh {
		w.begin(http.StatusOK)
	}
	for len(s) > 0 && (w.phase == held || w.phase == flowing) {
		k := copy(w.space(), s)
		if _, err := w.search(w.chunk[:k]); err != nil {
			return n, err
		}
		s, n = s[k:], n+k
	}
	if len(s) == 0 {
		return n, nil
	}
	k, err := io.WriteString(w.inner, s)
	return n + k, err
}

// ReadFrom implements io.ReaderFrom: once the body tag is found, or where none is looked for, the
// server's own ReadFrom copies the rest, from a file by sendfile.
func (w *Writer) ReadFrom(src io.Reader) (n int64, err error) {
	if w.phase == fresh {
		w.begin(http.StatusOK)
	}
	for w.phase == held || w.phase == flowing {
		k, err := src.Read(w.space())
		n += int64(k)
		if _, err := w.search(w.chunk[:k]); err != nil {
			return n, err
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	if from, ok := w.inner.(io.ReaderFrom); ok {
		k, err := from.ReadFrom(src)
		return n + k, err
	}
	k, err := io.Copy(onlyWriter{w.inner}, src)
	return n + k, err
}

// onlyWriter hides other methods from io.Copy.
type onlyWriter struct{ io.Writer }

func (w *Writer) space() []byte {
	if w.chunk == nil {
		w.chunk = make([]byte, 4<<10)
	}
	return w.chunk
}
