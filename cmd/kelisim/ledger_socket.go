package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kelisim/kelisim/ledger"
)

// One process has the database file open at a time. While a site runs, it answers the ledger commands over a socket in
// its data folder, which its own user alone may open: whoever could, could read the database as well.

func socketPath(data string) string { return filepath.Join(data, "ledger.sock") }

// ledgerSocket is that of a running site.
type ledgerSocket struct {
	server *http.Server
	path   string
}

// maxAsk bounds what a command may ask.
const maxAsk = 4 << 20

// serveLedger answers the ledger commands of this machine.
func serveLedger(data string, b book) (*ledgerSocket, error) {
	dir, err := os.MkdirTemp(data, ".ledger-") // nobody else may enter it, so that nobody connects before the socket is closed to others
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // empty by then, or in vain
	fresh := filepath.Join(dir, "s")
	listener, err := new(net.ListenConfig).Listen(context.Background(), "unix", fresh)
	if err != nil {
		return nil, err
	}
	if socket, ok := listener.(*net.UnixListener); ok {
		socket.SetUnlinkOnClose(false)
	}
	path := socketPath(data)
	err = os.Chmod(fresh, 0o600)
	if err == nil {
		err = os.Rename(fresh, path) // over one that a killed process left
	}
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s := &ledgerSocket{server: &http.Server{Handler: answerLedger(b), ReadHeaderTimeout: headerTime}, path: path}
	go s.server.Serve(listener) //nolint:errcheck // ends with close
	return s, nil
}

// close stops answering; commands under way are cut.
func (s *ledgerSocket) close() error {
	if s == nil {
		return nil
	}
	return errors.Join(s.server.Close(), os.Remove(s.path))
}

// verifyAsk is what a verification is asked with.
type verifyAsk struct {
	Older []ledger.Kept
	Keys  []string
}

// headAnswer is what is known of the newest head.
type headAnswer struct {
	Head string
	Keys []string
}

func answerLedger(b book) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /verify", answer(func(ctx context.Context, ask verifyAsk) (ledger.Report, error) {
		return b.Verify(ctx, ask.Older, ask.Keys)
	}))
	mux.HandleFunc("POST /erase", answer(b.Erase))
	mux.HandleFunc("POST /record", answer(b.Record))
	mux.HandleFunc("POST /head", answer(func(ctx context.Context, _ struct{}) (a headAnswer, err error) {
		a.Head, a.Keys, err = b.Head(ctx)
		return a, err
	}))
	mux.HandleFunc("GET /export", func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		if b.Export(r.Context(), w, query.Get("format"), query.Has("withhold")) != nil {
			panic(http.ErrAbortHandler) // the command sees that it was cut
		}
	})
	return mux
}

// answer decodes what is asked and encodes what comes of it: 400 for what the user can mend.
func answer[Ask, Answer any](do func(context.Context, Ask) (Answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ask Ask
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxAsk)).Decode(&ask); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		result, err := do(r.Context(), ask)
		var fault usageError
		switch {
		case errors.As(err, &fault):
			http.Error(w, err.Error(), http.StatusBadRequest)
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		default:
			_ = json.NewEncoder(w).Encode(result) // the command may be gone
		}
	}
}

// runningBook is the ledger that a running program has open.
type runningBook struct{ client *http.Client }

// dialLedger finds the program that runs on a data folder.
func dialLedger(ctx context.Context, data string) (book, bool) {
	path := socketPath(data)
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	conn, err := dial(ctx, "", "")
	if err != nil {
		return nil, false
	}
	_ = conn.Close()
	return runningBook{&http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}, true
}

func (b runningBook) Close() error { return nil }

func (b runningBook) Verify(ctx context.Context, older []ledger.Kept, keys []string) (r ledger.Report, err error) {
	return r, b.ask(ctx, "verify", verifyAsk{older, keys}, &r)
}

func (b runningBook) Erase(ctx context.Context, ids []string) (places []int, err error) {
	return places, b.ask(ctx, "erase", ids, &places)
}

func (b runningBook) Record(ctx context.Context, form url.Values) (receipt []byte, err error) {
	return receipt, b.ask(ctx, "record", form, &receipt)
}

func (b runningBook) Head(ctx context.Context) (string, []string, error) {
	var a headAnswer
	err := b.ask(ctx, "head", struct{}{}, &a)
	return a.Head, a.Keys, err
}

func (b runningBook) Export(ctx context.Context, w io.Writer, format string, withhold bool) (err error) {
	query := url.Values{"format": {format}}
	if withhold {
		query.Set("withhold", "1")
	}
	res, err := b.send(ctx, http.MethodGet, "export?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if _, err := io.Copy(w, res.Body); err != nil {
		return fmt.Errorf("the export was cut: %w", err)
	}
	return nil
}

// ask puts a question to the running program, in JSON.
func (b runningBook) ask(ctx context.Context, what string, question, answer any) (err error) {
	text, err := json.Marshal(question)
	if err != nil {
		return err
	}
	res, err := b.send(ctx, http.MethodPost, what, bytes.NewReader(text))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	return json.NewDecoder(res.Body).Decode(answer)
}

func (b runningBook) send(ctx context.Context, method, what string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://ledger/"+what, body)
	if err != nil {
		return nil, err
	}
	res, err := b.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the running program does not answer: %w", err)
	}
	if res.StatusCode == http.StatusOK {
		return res, nil
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	err = errors.Join(errors.New(strings.TrimSpace(string(text))), err, res.Body.Close())
	if res.StatusCode == http.StatusBadRequest {
		return nil, usageError{err}
	}
	return nil, err
}
