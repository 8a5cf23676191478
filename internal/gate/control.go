package gate

import (
	"bufio"
	"net"
	"net/http"
	"time"
)

// Flush implements http.Flusher.
func (w *Writer) Flush() { _ = w.FlushError() }

// FlushError commits the response, if need be, and sends what there is. Of a page whose body tag has
// not come yet, at most the beginning of a tag stays back.
func (w *Writer) FlushError() error {
	if w.phase == fresh {
		w.begin(http.StatusOK)
	}
	if w.phase == held {
		if err := w.flow(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.inner).Flush()
}

// Hijack implements http.Hijacker. Unless the response has been committed, what the handler writes to
// the connection is filtered up to the end of the first header block.
func (w *Writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if w.phase == held || w.phase == flowing {
		w.Abandon()
	}
	conn, rw, err := http.NewResponseController(w.inner).Hijack()
	if err != nil {
		return nil, nil, err
	}
	before := w.phase
	w.phase = hijacked
	if before != fresh {
		return conn, rw, nil
	}
	w.status = http.StatusSwitchingProtocols
	gated := newConn(conn, w.plan)
	rw.Writer.Reset(gated)
	return gated, rw, nil
}

// Push implements http.Pusher. The pushed request comes back through the server's handler, and so
// through its own gate.
func (w *Writer) Push(target string, opts *http.PushOptions) error {
	if pusher, ok := w.inner.(http.Pusher); ok {
		return pusher.Push(target, opts)
	}
	return http.ErrNotSupported
}

// EnableFullDuplex is for http.ResponseController, as are the two below.
func (w *Writer) EnableFullDuplex() error {
	return http.NewResponseController(w.inner).EnableFullDuplex()
}

// SetReadDeadline sets the deadline for reading the request.
func (w *Writer) SetReadDeadline(t time.Time) error {
	return http.NewResponseController(w.inner).SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline for writing the response.
func (w *Writer) SetWriteDeadline(t time.Time) error {
	return http.NewResponseController(w.inner).SetWriteDeadline(t)
}
