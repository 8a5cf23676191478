package ledger_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/ledger"
)

// away is a store that does not answer.
type away struct{ *memory }

func (away) Sheet(context.Context, string) ([]byte, error) { return nil, errors.New("away") }

// A log keeps the name under which it was begun, though its site be called otherwise later: else nothing more could be signed.
func TestLogKeepsItsName(t *testing.T) {
	secret, other := []byte(strings.Repeat("s", 32)), []byte(strings.Repeat("o", 32))
	store, file := newMemory(), filepath.Join(t.TempDir(), "head")
	opened := func(keys *ledger.Keys, file string) *ledger.Log {
		t.Helper()
		l, err := ledger.New(ledger.Options{Store: store, Keys: keys, Records: records(t), File: file})
		check(t, err)
		return l
	}
	first, err := ledger.Continue(t.Context(), store, file, "shop.example", secret)
	check(t, err)
	fill(t, store, 3)
	begun := opened(first, file)
	check(t, begun.Sequence(t.Context()))
	check(t, begun.Release(t.Context()))
	for _, row := range []struct {
		what, file, want string
		secret           []byte
		old              [][]byte
		away             bool
	}{
		{what: "by its file", file: file, want: "shop.example", secret: secret},
		{what: "by its file, the store away", file: file, want: "shop.example", secret: secret, away: true},
		{what: "by the store", file: filepath.Join(t.TempDir(), "none"), want: "shop.example", secret: secret},
		{what: "by nothing", want: "new.example", secret: secret, away: true},
		{what: "under a new secret", file: file, want: "shop.example", secret: other, old: [][]byte{secret}},
		{what: "of somebody else", file: file, want: "new.example", secret: other},
	} {
		var asked ledger.Store = store
		if row.away {
			asked = away{store}
		}
		keys, err := ledger.Continue(t.Context(), asked, row.file, "new.example", row.secret, row.old...)
		check(t, err)
		if keys.Origin() != row.want {
			t.Errorf("%s: the log is called %s, want %s", row.what, keys.Origin(), row.want)
		}
	}
	again, err := ledger.Continue(t.Context(), store, file, "new.example", secret)
	check(t, err)
	fill(t, store, 2)
	l := opened(again, file)
	check(t, l.Sequence(t.Context()))
	if l.Head().Size != 5 {
		t.Errorf("after the change of name the head is of %d entries, want 5", l.Head().Size)
	}
}
