package consent_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
)

// shelf is a store of documents in memory.
type shelf struct {
	docs map[string][]byte
	down error
}

func (s *shelf) Get(_ context.Context, key string) ([]byte, error) {
	doc, ok := s.docs[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return doc, s.down
}

func (s *shelf) Swap(_ context.Context, key string, old, doc []byte) (bool, error) {
	if held, ok := s.docs[key]; s.down != nil || ok != (old != nil) || !bytes.Equal(held, old) {
		return false, s.down
	}
	s.docs[key] = doc
	return true, nil
}

func (s *shelf) Keys(_ context.Context, prefix string) ([]string, error) {
	keys := slices.Sorted(maps.Keys(s.docs))
	return slices.DeleteFunc(keys, func(k string) bool { return !strings.HasPrefix(k, prefix) }), s.down
}

func numbered(number int, date string) func(*consent.Policy) {
	return func(p *consent.Policy) {
		p.Revision = consent.Revision{Number: number, Date: date, Change: consent.Material}
	}
}

// S4-10: every revision is kept and shown.
func TestS4_10_EveryRevisionIsKept(t *testing.T) {
	ctx, s := t.Context(), &shelf{docs: map[string][]byte{"account/x": []byte("other")}}
	a := consent.Archive{Documents: s}
	books := []*consent.Rulebook{
		compile(t, numbered(10, "2026-03-01")), compile(t, numbered(2, "2026-02-01")), compile(t, numbered(2, "2026-01-15"), perService),
	}
	for range 2 { // as at every start
		for _, b := range books {
			if err := a.Keep(ctx, b); err != nil {
				t.Fatal(err)
			}
		}
	}
	all, err := a.Editions(ctx)
	if err != nil || len(all) != 3 || all[0].Hash != books[2].Hash() || all[1].Hash != books[1].Hash() || all[2].Hash != books[0].Hash() {
		t.Fatalf("got %d editions, %v: %v", len(all), err, all)
	}
	_, r := books[2].Apply(accept, consent.Choice{}, noon)
	e, err := a.Edition(ctx, r.Policy) // what a record names
	if err != nil || e.Policy.Revision.Date != "2026-01-15" || e.Policy.Purposes[0].ID != consent.Necessary || !e.Policy.PerService {
		t.Errorf("got %+v, %v", e.Policy.Revision, err)
	}
	again, err := consent.Compile(e.Policy)
	if err != nil || again.Hash() != r.Policy {
		t.Errorf("compiled again it has another hash: %v", err)
	}
}

func TestArchiveSaysWhatIsWrong(t *testing.T) {
	ctx, b := t.Context(), compile(t)
	s := &shelf{docs: map[string][]byte{}}
	a := consent.Archive{Documents: s}
	if err := a.Keep(ctx, b); err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{"", "../secret", strings.Repeat("f", 64)} {
		if _, err := a.Edition(ctx, hash); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: got %v", hash, err)
		}
	}
	s.docs[consent.EditionKey(b.Hash())] = append(b.Document(), ' ')
	s.docs[consent.EditionKey(strings.Repeat("a", 64))] = []byte("{}")
	if err := a.Keep(ctx, b); !errors.Is(err, consent.ErrEdition) {
		t.Errorf("a changed document: %v", err)
	}
	if all, err := a.Editions(ctx); len(all) != 0 || !errors.Is(err, consent.ErrEdition) {
		t.Errorf("got %v, %v", all, err)
	}
	s.down = errors.New("the store is down")
	if err := a.Keep(ctx, b); !errors.Is(err, s.down) {
		t.Errorf("keep: got %v", err)
	}
	if _, err := a.Editions(ctx); !errors.Is(err, s.down) {
		t.Errorf("list: got %v", err)
	}
}

// The document is the caller's own: the rulebook cannot be changed through it.
func TestDocumentIsACopy(t *testing.T) {
	b := compile(t)
	clear(b.Document())
	if _, err := consent.OpenEdition(b.Hash(), b.Document()); err != nil {
		t.Error(err)
	}
}

// What newer versions write is read as far as it is known here.
func TestEditionOfALaterVersion(t *testing.T) {
	doc := []byte(`{"site":{"name":"Shop","motto":"x"},"telepathy":true}`)
	const hash = "6a3b4f0e0e2d9a1c3a0b7dfc4d2d1e4b9f1f6b1c5a2c7d8e9f0a1b2c3d4e5f60"
	if _, err := consent.OpenEdition(hash, doc); !errors.Is(err, consent.ErrEdition) {
		t.Errorf("a wrong hash: %v", err)
	}
	e, err := consent.OpenEdition(sha256Hex(doc), doc)
	if err != nil || e.Policy.Site.Name != "Shop" {
		t.Errorf("got %+v, %v", e.Policy.Site, err)
	}
	if _, err := consent.OpenEdition(sha256Hex([]byte("[")), []byte("[")); !errors.Is(err, consent.ErrEdition) {
		t.Errorf("no JSON: %v", err)
	}
}

func FuzzOpenEdition(f *testing.F) {
	f.Add(compile(f).Document())
	f.Add(compile(f, perService).Document())
	f.Add([]byte(`{"languages":["en"],"lifetimes":{"choice":"6 moons"}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		e, err := consent.OpenEdition(sha256Hex(doc), doc)
		if err != nil {
			return
		}
		if b, err := consent.Compile(e.Policy); err == nil {
			if _, err := consent.OpenEdition(b.Hash(), b.Document()); err != nil {
				t.Error(err)
			}
		}
		if _, err := consent.OpenEdition(e.Hash, append(bytes.Clone(doc), 0)); err == nil {
			t.Error("another document has the same hash")
		}
	})
}
