package consent_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kelisim/kelisim/consent"
)

func TestNewKeysWantsLongSecrets(t *testing.T) {
	for _, row := range []struct {
		secrets [][]byte
		ok      bool
	}{
		{[][]byte{secret(1)}, true},
		{[][]byte{secret(1), secret(2)}, true},
		{[][]byte{nil}, false},
		{[][]byte{secret(1)[1:]}, false},
		{[][]byte{secret(1), []byte("short")}, false},
	} {
		if _, err := consent.NewKeys(row.secrets[0], row.secrets[1:]...); (err == nil) != row.ok || err != nil && !errors.Is(err, consent.ErrSecret) {
			t.Errorf("%d secrets: got %v", len(row.secrets), err)
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	k := keys(t, bytes.Repeat([]byte("secret!!"), 4))
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "keys", k)
	for _, s := range []string{fmt.Sprint(k), fmt.Sprintf("%+v", k), fmt.Sprintf("%#v", k), log.String()} {
		if !strings.Contains(s, "redacted") || strings.Contains(s, "ring") {
			t.Errorf("printed as %s", s)
		}
	}
}

func TestProof(t *testing.T) {
	k := keys(t)
	good := k.SealProof(someID)
	for _, row := range []struct {
		name  string
		keys  *consent.Keys
		value string
		ok    bool
	}{
		{"the same", k, good, true},
		{"rotated", keys(t, secret(2), secret(1)), good, true},
		{"dropped key", keys(t, secret(2)), good, false},
		{"the id alone, as a store holds it", k, someID, false},
		{"another id", k, strings.Repeat("A", 22) + good[22:], false},
		{"no signature", k, someID + ".", false},
		{"empty", k, "", false},
		{"rubbish", k, "x.y", false},
	} {
		id, err := row.keys.OpenProof(row.value)
		if (err == nil) != row.ok || row.ok && id != someID || err != nil && (id != "" || !errors.Is(err, consent.ErrProof)) {
			t.Errorf("%s: got %q, %v", row.name, id, err)
		}
	}
}

// A signature for one use serves no other.
func TestKeysAreSeparate(t *testing.T) {
	b, k := compile(t), keys(t)
	state := k.SealState(visitor(b, plain, accept), b)
	mac := state[strings.LastIndexByte(state, '.'):]
	if _, err := k.OpenProof(someID + mac); err == nil {
		t.Error("a state's signature proves a record")
	}
}

func TestNewID(t *testing.T) {
	first, err := consent.NewID(rand.Reader)
	if err != nil || !consent.ValidID(first) {
		t.Fatalf("got %q, %v", first, err)
	}
	if second, _ := consent.NewID(rand.Reader); second == first {
		t.Error("the same id twice")
	}
	if fixed, _ := consent.NewID(bytes.NewReader([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})); fixed != someID {
		t.Errorf("got %q, want %q", fixed, someID)
	}
	if _, err := consent.NewID(iotest.ErrReader(errors.New("no entropy"))); err == nil {
		t.Error("an id without randomness")
	}
	for _, bad := range []string{"", "short", someID + "A", strings.Repeat("=", 22), strings.Repeat("/", 22), someID[:21] + "x"} {
		if consent.ValidID(bad) {
			t.Errorf("%q is taken for an id", bad)
		}
	}
}
