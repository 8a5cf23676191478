package gate_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/kelisim/kelisim/internal/gate"
	"github.com/kelisim/kelisim/internal/gate/gatetest"
)

// TestWebSocketTalks goes on where the matrix stops: behind the handshake nothing is in the way.
func TestWebSocketTalks(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up := websocket.Upgrader{WriteBufferSize: 1 << 10}
		conn, err := up.Upgrade(w, r, http.Header{"Set-Cookie": {"_ga=1; Path=/", "sid=1; Path=/"}})
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		for {
			kind, message, err := conn.ReadMessage()
			if err != nil || conn.WriteMessage(kind, message) != nil {
				return
			}
		}
	})
	server := httptest.NewServer(mount(echo, plan(rules, gatetest.Visitors(rules)[1].Choice)))
	defer server.Close()
	conn, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(server.URL, "http"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := res.Header["Set-Cookie"]; len(got) != 1 || got[0] != "sid=1; Path=/" {
		t.Errorf("Set-Cookie %q", got)
	}
	for _, size := range []int{0, 1, 1000, 1 << 20} {
		sent := bytes.Repeat([]byte("Set-Cookie: _ga=1\r\n\r\n"), size/20+1)
		if err := conn.WriteMessage(websocket.BinaryMessage, sent); err != nil {
			t.Fatal(err)
		}
		if _, got, err := conn.ReadMessage(); err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes came back as %d: %v", len(sent), len(got), err)
		}
	}
}

// TestHijackedConn: the ways around Write lead through the filter, until there is nothing to filter.
func TestHijackedConn(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	const head = "HTTP/1.1 200 OK\r\nSet-Cookie: _ga=1\r\nSet-Cookie: sid=1\r\nConnection: close\r\n\r\n"
	big := strings.Repeat("body ", 10_000)
	server := httptest.NewServer(mount(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if under := conn.(interface{ NetConn() net.Conn }).NetConn(); under != conn {
			t.Error("the connection underneath is open to the handler before the header")
		}
		if _, err := conn.(syscall.Conn).SyscallConn(); !errors.Is(err, errors.ErrUnsupported) {
			t.Error("so is the socket")
		}
		_, _ = rw.WriteString(head[:20])
		_ = rw.Flush()
		if n, err := io.Copy(conn, strings.NewReader(head[20:]+big)); n != int64(len(head)-20+len(big)) || err != nil {
			t.Errorf("Copy: %d, %v", n, err)
		}
		if _, ok := conn.(interface{ NetConn() net.Conn }).NetConn().(*net.TCPConn); !ok {
			t.Error("the connection underneath stays hidden")
		}
		if _, err := conn.(syscall.Conn).SyscallConn(); err != nil {
			t.Error(err)
		}
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Error(err)
		}
	}), plan(rules, gatetest.Visitors(rules)[1].Choice)))
	defer server.Close()
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if got := res.Header["Set-Cookie"]; err != nil || len(got) != 1 || got[0] != "sid=1" || string(body) != big {
		t.Errorf("%v, %d bytes, Set-Cookie %q", err, len(body), got)
	}
}

// TestNoHijack: a server's writer that cannot is reported as such, as http.ResponseController does.
func TestNoHijack(t *testing.T) {
	t.Parallel()
	w := new(gate.Writer)
	w.Reset(httptest.NewRecorder(), request(nil), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now})
	if _, _, err := w.Hijack(); !errors.Is(err, http.ErrNotSupported) {
		t.Error(err)
	}
	if err := w.Push("/a", nil); !errors.Is(err, http.ErrNotSupported) {
		t.Error(err)
	}
	if _, ok := any(w).(interface{ Unwrap() http.ResponseWriter }); ok {
		t.Error("Unwrap leads past the gate")
	}
}

// reading is a server's writer that counts what comes by ReadFrom.
type reading struct {
	*httptest.ResponseRecorder
	from int64
	src  io.Reader
}

func (r *reading) ReadFrom(src io.Reader) (int64, error) {
	r.src = src
	n, err := io.Copy(r.ResponseRecorder, src)
	r.from += n
	return n, err
}

// TestFilesGoBySendfile: the server's ReadFrom gets the file itself, and all of it but the head of a page.
func TestFilesGoBySendfile(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	for name, content := range map[string]string{
		"data.bin": strings.Repeat("x", size), "page.html": gatetest.Page + strings.Repeat("x", size),
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		inner := &reading{ResponseRecorder: httptest.NewRecorder()}
		w := new(gate.Writer)
		w.Reset(inner, request(browser), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Markup: bannerMarkup})
		http.ServeFile(w, request(nil), path)
		if err := w.Finish(); err != nil {
			t.Fatal(err)
		}
		limited, ok := inner.src.(*io.LimitedReader)
		if _, isFile := limited.R.(*os.File); !ok || !isFile || inner.from < size-8<<10 {
			t.Errorf("%s: %d bytes by ReadFrom, from a %T", name, inner.from, inner.src)
		}
		if got := strings.Replace(inner.Body.String(), banner, "", 1); got != content {
			t.Errorf("%s: %d bytes of %d", name, len(got), len(content))
		}
	}
}

// TestHTTP2 repeats what is different there: trailers, no hijacking, 103.
func TestHTTP2(t *testing.T) {
	t.Parallel()
	rules := gatetest.Rules(t)
	server := httptest.NewUnstartedServer(mount(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gatetest.SetCookies(w.Header())
		w.WriteHeader(http.StatusEarlyHints)
		if _, _, err := w.(http.Hijacker).Hijack(); !errors.Is(err, http.ErrNotSupported) {
			t.Errorf("Hijack: %v", err)
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Trailer", "Set-Cookie, X-Sum")
		_, _ = io.WriteString(w, gatetest.Page)
		w.(http.Flusher).Flush()
		w.Header().Set("X-Sum", "1")
		w.Header().Set("Set-Cookie", "_ga=trailer")
		w.Header().Set(http.TrailerPrefix+"Set-Cookie", "_ga=trailer")
	}), plan(rules, gatetest.Visitors(rules)[1].Choice)))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	res, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.ProtoMajor != 2 || !strings.Contains(string(body), gatetest.Markup) {
		t.Errorf("%s %v %s", res.Proto, err, body)
	}
	if got := strings.Join(res.Header["Set-Cookie"], "\n"); strings.Contains(got, "_ga=G2") || !strings.Contains(got, "sid=S2") {
		t.Errorf("Set-Cookie %s", got)
	}
	if res.Trailer.Get("X-Sum") != "1" || res.Trailer["Set-Cookie"] != nil {
		t.Errorf("trailer %v", res.Trailer)
	}
}

// TestSettle: the server removes the files of a form that was read from the copy.
func TestSettle(t *testing.T) {
	t.Parallel()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	file, _ := m.CreateFormFile("f", "f")
	_, _ = file.Write([]byte("x"))
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, "/", &form)
	r.Header.Set("Content-Type", m.FormDataContentType())
	r.Header.Set("Cookie", "_ga=1")
	inner := gate.Hide(r, &gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now})
	if inner == r || inner.ParseMultipartForm(0) != nil {
		t.Fatal("no copy, or no form")
	}
	inner.Pattern = "POST /"
	gate.Settle(r, inner)
	if r.MultipartForm == nil || r.Pattern != "POST /" {
		t.Errorf("form %v, pattern %q", r.MultipartForm, r.Pattern)
	}
	_ = r.MultipartForm.RemoveAll()
}

// TestPanicOfTheObserver: the filter works after a fault of the house, and the cookie stays here.
func TestPanicOfTheObserver(t *testing.T) {
	t.Parallel()
	rec := httptest.NewRecorder()
	w := new(gate.Writer)
	w.Reset(rec, request(nil), gate.Plan{Rules: gatetest.Rules(t), Now: gatetest.Now, Observer: faulty{}})
	w.Header().Set("Set-Cookie", "_ga=1")
	func() {
		defer func() { _ = recover() }()
		w.WriteHeader(http.StatusOK)
	}()
	w.WriteHeader(http.StatusInternalServerError)
	if rec.Code != http.StatusInternalServerError || rec.Header()["Set-Cookie"] != nil {
		t.Errorf("%d %v", rec.Code, rec.Header())
	}
}

type faulty struct{ gate.Observer }

func (faulty) Commit(int, http.Header) bool { panic("a fault of the house") }
