package redisstore_test

import (
	"net"
	"sync"
	"testing"
)

// proxy stands between a store and its server and cuts connections when a reply is due: the server has
// done what it was asked, and the client never learns.
type proxy struct {
	listener net.Listener
	target   string
	cut      func() bool // asked before each reply
	wg       sync.WaitGroup
}

func startProxy(t *testing.T, target string, cut func() bool) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target, cut: cut}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		_ = l.Close()
		p.wg.Wait()
	})
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.wg.Go(func() { p.copy(server, client, func() bool { return false }) })
		p.wg.Go(func() { p.copy(client, server, p.cut) })
	}
}

func (p *proxy) copy(to, from net.Conn, cut func() bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if err != nil || cut() {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
