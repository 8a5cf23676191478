package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// books are a data folder, a home with its secret, and the program on them.
type books struct {
	t    *testing.T
	home string
	data string
	args []string // beside --data
}

func newBooks(t *testing.T, args ...string) *books {
	t.Helper()
	home := t.TempDir()
	b := &books{t: t, home: home, data: filepath.Join(home, "data"), args: args}
	if err := os.WriteFile(filepath.Join(home, "secret"), []byte(strings.Repeat("s", 40)), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

// run runs one command to its end.
func (b *books) run(args ...string) (out string, code int) {
	b.t.Helper()
	cmd := exec.Command("kelisim", args...)
	cmd.Env, cmd.Dir = []string{"HOME=" + b.home, "PATH=" + os.Getenv("PATH"), "KELISIM_SECRET_FILE=" + filepath.Join(b.home, "secret")}, b.home
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		b.t.Fatal(err)
	}
	return string(text), cmd.ProcessState.ExitCode()
}

// ledger runs a command of the ledger on the data, and wants an exit code.
func (b *books) ledger(want int, command string, args ...string) string {
	b.t.Helper()
	all := append(append([]string{"ledger", command, "--data", b.data}, b.args...), args...)
	out, code := b.run(all...)
	if code != want {
		b.t.Fatalf("%v: exit code %d, want %d\n%s", all, code, want, out)
	}
	return out
}

// site starts the demonstration on the data.
func (b *books) site() *process {
	b.t.Helper()
	return start(b.t, append([]string{"--addr", "127.0.0.1:0", "--data", b.data, "--secret-file", filepath.Join(b.home, "secret")}, b.args...)...)
}

// decide posts a choice as a form without JavaScript would, and returns the number of its record.
func decide(base, form string) (id string, err error) {
	values, err := url.ParseQuery(form)
	if err != nil {
		return "", err
	}
	client := http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(base+"/consent/choice", values)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil || res.StatusCode != http.StatusSeeOther {
		return "", errors.Join(err, errors.New(res.Status))
	}
	for _, c := range res.Cookies() {
		if c.Name == consent.ProofCookie {
			id, _, _ = strings.Cut(c.Value, ".")
		}
	}
	return id, nil
}

// signed waits until everything is handed over and signed.
func (b *books) signed(entries string) {
	b.t.Helper()
	var out string
	for end := time.Now().Add(2 * patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) { // a killed program's lease takes 30 s
		out, _ = b.run(append([]string{"ledger", "verify", "--data", b.data}, b.args...)...)
		if strings.Contains(out, "entries   "+entries+", "+entries+" of them signed") {
			return
		}
	}
	b.t.Fatalf("not signed:\n%s", out)
}

// exported are the ids in an export, in order.
func (b *books) exported() (ids []string) {
	b.t.Helper()
	lines := strings.Split(strings.TrimSpace(b.ledger(0, "export")), "\n")
	for _, line := range lines[1 : len(lines)-1] {
		var row struct{ ID string }
		if err := json.Unmarshal([]byte(line), &row); err != nil || row.ID == "" {
			b.t.Fatalf("%q: %v", line, err)
		}
		ids = append(ids, row.ID)
	}
	return ids
}

func (b *books) write(name, text string) string {
	b.t.Helper()
	path := filepath.Join(b.home, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.t.Fatal(err)
	}
	return path
}

// TestLedgerCommands goes the way of an operator and a regulator, with the program running and without.
func TestLedgerCommands(t *testing.T) {
	t.Parallel()
	b := newBooks(t)
	if out := b.ledger(2, "verify"); !strings.Contains(out, "there is no database in") {
		t.Errorf("without a database: %s", out)
	}
	p := b.site()
	ids := make([]string, 3)
	for i, form := range []string{"action=accept&language=kk", "action=reject&receipt=1", "action=choose&purpose=statistics"} {
		id, err := decide(p.base, form)
		if err != nil || id == "" {
			t.Fatalf("%s: %q, %v", form, id, err)
		}
		ids[i] = id
	}
	b.signed("3")
	head := b.write("old.head", b.ledger(0, "head"))
	keys := b.write("keys", b.ledger(0, "key"))

	for _, running := range []bool{true, false} {
		if !running {
			if code := p.stop(); code != 0 {
				t.Fatalf("exit code %d\n%s", code, p)
			}
			if _, err := os.Stat(socketPath(b.data)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the socket is left: %v", err)
			}
		}
		if out := b.ledger(0, "verify", "--head", head, "--keys", keys); !strings.Contains(out, "verdict   whole") {
			t.Errorf("running %v: %s", running, out)
		}
		export := filepath.Join(b.home, "export.jsonl")
		b.ledger(0, "export", "--out", export)
		info, err := os.Stat(export)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		if out, code := b.run("ledger", "verify", "--export", export, "--keys", keys, "--head", head); code != 0 || !strings.Contains(out, "verdict   whole") {
			t.Errorf("running %v: exit code %d: %s", running, code, out)
		}
		if csv := b.ledger(0, "export", "--format", "csv"); !strings.HasPrefix(csv, "index,id,") || !strings.Contains(csv, "consent_refused") {
			t.Errorf("running %v: %.300s", running, csv)
		}
		withheld := b.write("withheld", b.ledger(0, "export", "--withhold"))
		if text, err := os.ReadFile(withheld); err != nil || strings.Contains(string(text), "consent_given") {
			t.Errorf("running %v: %v %s", running, err, text)
		}
		if out, code := b.run("ledger", "verify", "--export", withheld, "--keys", keys); code != 0 {
			t.Errorf("running %v: exit code %d: %s", running, code, out)
		}
		b.ledger(2, "erase", "AAAAAAAAAAAAAAAAAAAAAA")
		receipt := filepath.Join(b.home, "receipt.json")
		b.ledger(0, "record", "--action", "choose", "--purpose", "statistics", "--capacity", "guardian", "--out", receipt, "--policy", b.write("policy.yaml", demoPolicy))
		if out, code := b.run("ledger", "check", receipt, "--keys", keys); code != 1 || !strings.Contains(out, `by "representative"`) || !strings.Contains(out, "pending") {
			t.Errorf("running %v: exit code %d: %s", running, code, out)
		}
	}
	if out := b.ledger(0, "erase", "--", ids[0]); !strings.Contains(out, "erased    entry 0") {
		t.Error(out)
	}
	if out := b.ledger(0, "verify", "--head", head); !strings.Contains(out, "erased    1, their places stand") {
		t.Error(out)
	}
	b.distrust(keys, head)
}

// distrust alters what a regulator was given, in every way that comes to mind.
func (b *books) distrust(keys, head string) {
	b.t.Helper()
	export := b.ledger(0, "export")
	lines := strings.SplitAfter(export, "\n")
	swapped := append([]string{}, lines...)
	swapped[2], swapped[3] = lines[3], lines[2]
	for _, row := range []struct {
		name, text string
		code       int
		says       string
	}{
		{"a refusal made a grant", strings.Replace(export, "consent_refused", "consent_given", 1), 1, "entry 1 ("},
		{"cut", strings.Join(lines[:3], ""), 2, "it was cut"},
		{"cut and closed", strings.Join(lines[:2], "") + `{"entries":1}` + "\n", 1, "entries were lost or removed"},
		{"reordered", strings.Join(swapped, ""), 2, "is not entry 1"},
		{"nothing", "", 2, "not an export"},
	} {
		path := b.write("altered", row.text)
		if out, code := b.run("ledger", "verify", "--export", path, "--keys", keys, "--head", head); code != row.code || !strings.Contains(out, row.says) {
			b.t.Errorf("%s: exit code %d, want %d and %q:\n%s", row.name, code, row.code, row.says, out)
		}
	}
	good := b.write("good", export)
	if out, code := b.run("ledger", "verify", "--export", good, "--key", "example.kz+00000000+AAAA"); code != 2 {
		b.t.Errorf("a key that is none: exit code %d: %s", code, out)
	}
	b.write("secret", strings.Repeat("x", 40))
	if out, code := b.run("ledger", "verify", "--export", good); code != 1 || !strings.Contains(out, "not signed by a known key") {
		b.t.Errorf("under another secret: exit code %d: %s", code, out)
	}
}
