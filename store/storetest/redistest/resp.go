package redistest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Command sends one command and returns the raw reply: what a line or a bulk string holds, or an error
// reply with its minus sign. It is enough to ask a server how it is without a driver.
func (s *Server) Command(ctx context.Context, args ...string) ([]byte, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // the reply has been read
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	var request strings.Builder
	fmt.Fprintf(&request, "*%d\r\n", len(args))
	for _, arg := range args {
		fmt.Fprintf(&request, "$%d\r\n%s\r\n", len(arg), arg)
	}
	if _, err := io.WriteString(conn, request.String()); err != nil {
		return nil, err
	}
	r := bufio.NewReader(conn)
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	if !strings.HasPrefix(line, "$") {
		return []byte(line), nil
	}
	n, err := strconv.Atoi(line[1:])
	if err != nil || n < 0 {
		return nil, err
	}
	body := make([]byte, n)
	_, err = io.ReadFull(r, body)
	return body, err
}

// Raw returns every byte that the server has written to its folder: append-only files, snapshots, log.
// It waits for a rewriting of the append-only file to end first.
func (s *Server) Raw() []byte {
	s.t.Helper()
	if err := s.await(s.rewritten); err != nil {
		s.t.Fatalf("redistest: rewriting of the append-only file: %v", err)
	}
	var all []byte
	err := filepath.WalkDir(s.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(append(all, b...), '\n')
		return err
	})
	if err != nil {
		s.t.Fatalf("redistest: read what is on disk: %v", err)
	}
	return all
}

// rewritten says whether no rewriting of the append-only file is under way. A server that is down
// rewrites nothing.
func (s *Server) rewritten(ctx context.Context) (bool, error) {
	if s.cmd == nil {
		return true, nil
	}
	info, err := s.Command(ctx, "INFO", "persistence")
	return !bytes.Contains(info, []byte("aof_rewrite_in_progress:1")) && !bytes.Contains(info, []byte("aof_rewrite_scheduled:1")), err
}
