package post_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/kelisim/kelisim/server/post"
)

// backend is a mail server that keeps what it gets.
type backend struct {
	mu    sync.Mutex
	mails []string
	to    []string
}

func (b *backend) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{b: b}, nil }

type session struct {
	b      *backend
	signed bool
	to     string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if s.signed = user == "kelisim" && password == "sekret"; !s.signed {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}
func (s *session) Mail(string, *smtp.MailOptions) error      { return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error { s.to = to; return nil }
func (s *session) Reset()                                    {}
func (s *session) Logout() error                             { return nil }
func (s *session) Data(r io.Reader) error {
	if !s.signed {
		return smtp.ErrAuthRequired
	}
	text, err := io.ReadAll(r)
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.b.mails, s.b.to = append(s.b.mails, string(text)), append(s.b.to, s.to)
	return err
}

// listen starts a mail server with STARTTLS, or TLS from the start, and returns its port.
func listen(t *testing.T, b *backend, config *tls.Config, direct bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(b)
	server.Domain, server.TLSConfig = "localhost", config
	t.Cleanup(func() { _ = server.Close() })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if direct {
		l = tls.NewListener(l, config)
	}
	go func() { _ = server.Serve(l) }()
	return port
}

// TestMail: a mail of text and HTML reaches a real server, signed in, over TLS; without TLS, with a wrong password or a
// strange certificate it does not.
func TestMail(t *testing.T) {
	web := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer web.Close()
	trusted := web.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trusted.ServerName = "example.com"
	offered := &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}
	b := &backend{}
	start, direct, plain := listen(t, b, offered, false), listen(t, b, offered, true), listen(t, b, nil, false)
	one := post.Mail{To: "analyst@example.org", Subject: "Сан мен сапа", Text: "келушілер 5", HTML: "<p>келушілер 5</p>", ID: "digest-1"}
	for _, test := range []struct {
		name, url string
		tls       *tls.Config
		sent      bool
	}{
		{"STARTTLS", "smtp://kelisim:sekret@127.0.0.1:" + start, trusted, true},
		{"TLS", "smtps://kelisim:sekret@127.0.0.1:" + direct, trusted, true},
		{"a wrong password", "smtp://kelisim:wrong@127.0.0.1:" + start, trusted, false},
		{"a strange certificate", "smtp://kelisim:sekret@127.0.0.1:" + start, nil, false},
		{"no TLS on offer", "smtp://kelisim:sekret@127.0.0.1:" + plain, trusted, false},
		{"nobody there", "smtp://kelisim:sekret@127.0.0.1:1", trusted, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := post.NewSMTP(post.SMTPOptions{URL: test.url, From: "Kelisim <kelisim@example.org>", TLS: test.tls})
			if err != nil {
				t.Fatal(err)
			}
			before := len(b.mails)
			err = m.Send(t.Context(), one)
			if (err == nil) != test.sent || len(b.mails)-before != map[bool]int{true: 1}[test.sent] {
				t.Errorf("sent %d mails, error %v", len(b.mails)-before, err)
			}
			if err != nil && (strings.Contains(err.Error(), "sekret") || strings.Contains(err.Error(), "wrong")) {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
	for _, want := range []string{"From: \"Kelisim\" <kelisim@example.org>", "To: <analyst@example.org>", "Message-ID: <digest-1@127.0.0.1>", "Auto-Submitted: auto-generated", "multipart/alternative", "text/plain", "text/html"} {
		if !strings.Contains(b.mails[0], want) {
			t.Errorf("the mail lacks %q:\n%s", want, b.mails[0])
		}
	}
}

func TestMailOptions(t *testing.T) {
	for _, o := range []post.SMTPOptions{{URL: "smtp://h", From: "nobody"}, {URL: "http://h", From: "a@example.org"}, {URL: "smtp://h?tls=maybe", From: "a@example.org"}, {URL: "smtp://h:x", From: "a@example.org"}} {
		if _, err := post.NewSMTP(o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	for text, want := range map[string]bool{"a@example.org": true, "A <a@example.org>": false, "a@example.org, b@example.org": false, "a@example.org\r\nBcc: x@example.org": false, "": false} {
		if post.CheckAddress(text) != want {
			t.Errorf("%q is taken: %v", text, !want)
		}
	}
}

// TestHook: an event arrives signed, is tried again where the receiver was away, and three times at most.
func TestHook(t *testing.T) {
	secret, at := []byte("between us"), time.Unix(1_700_000_000, 0)
	for _, test := range []struct {
		answers []int
		calls   int
		ok      bool
	}{{[]int{200}, 1, true}, {[]int{503, 204}, 2, true}, {[]int{429, 500, 200}, 3, true}, {[]int{500, 500, 500, 200}, 3, false}, {[]int{404, 200}, 1, false}, {[]int{302, 200}, 1, false}} {
		calls, waited := 0, time.Duration(0)
		receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte("1700000000." + string(body)))
			if got, want := r.Header.Get("Kelisim-Signature"), "t=1700000000,v1="+hex.EncodeToString(mac.Sum(nil)); got != want || string(body) != `{"kind":"drop"}` {
				t.Errorf("got %s under %s, want %s", body, got, want)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(test.answers[calls])
			calls++
		}))
		hooks := post.NewHooks(post.HookOptions{Allow: []string{strings.TrimPrefix(receiver.URL, "http://")}, Now: func() time.Time { return at },
			Wait: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
		err := hooks.Send(t.Context(), receiver.URL+"/hook", secret, map[string]string{"kind": "drop"})
		if (err == nil) != test.ok || calls != test.calls || waited > 10*time.Second {
			t.Errorf("%v: %d calls, waited %v, %v", test.answers, calls, waited, err)
		}
		receiver.Close()
	}
}

// TestHookStaysOutside: nothing is sent to the machine itself or its network, whatever the name says.
func TestHookStaysOutside(t *testing.T) {
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inside was reached") }))
	defer inside.Close()
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	hooks := post.NewHooks(post.HookOptions{Wait: func(context.Context, time.Duration) error { return nil }})
	for _, address := range []string{
		inside.URL, "https://localhost:" + port, "https://[::1]:" + port, "https://[::ffff:127.0.0.1]:" + port, "https://0.0.0.0:" + port, "https://169.254.169.254/latest", "https://10.0.0.1/", "https://100.64.0.1/", "https://[fd00::1]/",
		"http://example.org/", "https://user:x@example.org/", "ftp://example.org", "https://", "file:///etc/passwd", "https://[64:ff9b::7f00:1]/",
	} {
		if err := hooks.Send(t.Context(), address, nil, 1); !errors.Is(err, post.ErrForbidden) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
