package gate

import (
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
)

// conn is a hijacked connection. What is written to it is filtered until the first header block of a
// final response has passed; from then on it costs one atomic load a call.
type conn struct {
	net.Conn
	open  atomic.Bool // the header block has passed
	mu    sync.Mutex
	block *headBlock
}

func newConn(inner net.Conn, p Plan) *conn {
	return &conn{Conn: inner, block: &headBlock{plan: p}}
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	if c.open.Load() {
		return c.Conn.Write(p)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.block == nil { // it passed while we waited
		return c.Conn.Write(p)
	}
	out := c.block.feed(p)
	if c.block.done {
		c.block = nil
		defer c.open.Store(true)
	}
	if len(out) == 0 {
		return len(p), nil
	}
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// ReadFrom implements io.ReaderFrom, for io.Copy to the connection.
func (c *conn) ReadFrom(src io.Reader) (n int64, err error) {
	var buf []byte
	for !c.open.Load() {
		if buf == nil {
			buf = make([]byte, 4<<10)
		}
		k, err := src.Read(buf)
		n += int64(k)
		if _, err := c.Write(buf[:k]); err != nil {
			return n, err
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	k, err := io.Copy(c.Conn, src) // by the connection's own ReadFrom, if it has one
	return n + k, err
}

// WriteTo implements io.WriterTo, for io.Copy from the connection.
func (c *conn) WriteTo(dst io.Writer) (int64, error) { return io.Copy(dst, c.Conn) }

// CloseWrite shuts the writing side down, as *net.TCPConn and *tls.Conn do.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// NetConn returns the connection underneath, as *tls.Conn does, once nothing is filtered any more;
// until then c itself.
func (c *conn) NetConn() net.Conn {
	if c.open.Load() {
		return c.Conn
	}
	return c
}

// SyscallConn implements syscall.Conn once nothing is filtered any more.
func (c *conn) SyscallConn() (syscall.RawConn, error) {
	if raw, ok := c.Conn.(syscall.Conn); ok && c.open.Load() {
		return raw.SyscallConn()
	}
	return nil, errors.ErrUnsupported
}
