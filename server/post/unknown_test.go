package post_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/server/post"
)

// brittle is a mail server that breaks off at a command, or refuses it.
func brittle(t *testing.T, at, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go brittleTalk(conn, at, answer)
		}
	}()
	return l.Addr().String()
}

func brittleTalk(conn net.Conn, at, answer string) {
	defer func() { _ = conn.Close() }()
	fmt.Fprint(conn, "220 here\r\n")
	data := false
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		line := lines.Text()
		switch {
		case data && line != ".":
			continue
		case data:
			line = "END"
		}
		data = false
		switch {
		case strings.HasPrefix(line, at) && answer == "":
			return
		case strings.HasPrefix(line, at):
			fmt.Fprint(conn, answer+"\r\n")
		case line == "DATA":
			data = true
			fmt.Fprint(conn, "354 go on\r\n")
		case line == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			fmt.Fprint(conn, "250 well\r\n")
		}
	}
}

// TestWhatMayHaveArrived: a mail that the server has taken is sent, whatever fails after that; one that it may have taken is
// told apart from one that it has not.
func TestWhatMayHaveArrived(t *testing.T) {
	for _, test := range []struct {
		at, answer    string
		sent, unknown bool
	}{
		{"MAIL", "", false, false},
		{"RCPT", "550 nobody", false, false},
		{"DATA", "", false, false},
		{"END", "", false, true},
		{"END", "451 full", false, false},
		{"END", "554 no", false, false},
		{"RSET", "", true, false},
		{"RSET", "500 what", true, false},
		{"QUIT", "", true, false},
		{"never", "", true, false},
	} {
		m, err := post.NewSMTP(post.SMTPOptions{URL: "smtp://" + brittle(t, test.at, test.answer) + "?tls=none", From: "kelisim@example.org"})
		if err != nil {
			t.Fatal(err)
		}
		err = m.Send(t.Context(), post.Mail{To: "analyst@example.org", Subject: "s", Text: "t", HTML: "<p>t</p>", ID: "digest-1"})
		if (err == nil) != test.sent || errors.Is(err, post.ErrUnknown) != test.unknown {
			t.Errorf("%s %q: %v", test.at, test.answer, err)
		}
	}
}
