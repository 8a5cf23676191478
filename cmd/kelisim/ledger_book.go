package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/ledger"
)

// book is the ledger as the commands use it: opened by themselves, or by the program that has it open.
type book interface {
	// Verify verifies the store, also against heads that were kept elsewhere. Keys are those to believe; none for the site's.
	Verify(ctx context.Context, older []ledger.Kept, keys []string) (ledger.Report, error)
	// Export writes everything as "jsonl" or "csv".
	Export(ctx context.Context, w io.Writer, format string, withhold bool) error
	// Erase destroys the content of records and returns their places.
	Erase(ctx context.Context, ids []string) ([]int, error)
	// Head returns the newest signed head, "" if there is none, and the verifier keys.
	Head(ctx context.Context) (head string, keys []string, err error)
	// Record records a choice and returns its receipt.
	Record(ctx context.Context, form url.Values) ([]byte, error)
	io.Closer
}

// open opens the ledger. Where a running program has the file open, it is asked over its socket.
func (f ledgerFlags) open(ctx context.Context, s streams) (book, error) {
	if f.Redis == "" {
		if running, ok := dialLedger(ctx, f.Data); ok {
			return running, nil
		}
		if _, err := os.Stat(filepath.Join(f.Data, "kelisim.db")); err != nil {
			return nil, usage("there is no database in %s (%w): give its folder with --data, or --redis", f.Data, cause(err))
		}
	}
	secret, old, err := f.existing(f.Data)
	if err != nil {
		return nil, err
	}
	store, err := f.storeFlags.open(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("%w (a running program of this version answers the ledger commands itself, at %s)", err, socketPath(f.Data))
	}
	b, err := newLocalBook(ctx, store, secret, old, f.Data)
	if err != nil {
		return nil, usageError{errors.Join(err, store.Shutdown())}
	}
	return b, nil
}

// localBook is the ledger of a store that this process has open.
type localBook struct {
	store   database
	log     *ledger.Log
	records *consent.Keys
	data    string
	policy  func(context.Context, url.Values) ([]byte, error) // records a choice
	closed  func() error
}

// newLocalBook opens the log of a store by the name that the store itself gives it. Whoever forged that name
// cannot sign under it.
func newLocalBook(ctx context.Context, store database, secret []byte, old [][]byte, data string) (*localBook, error) {
	published, err := ledger.PublishedKeys(ctx, store)
	if err != nil {
		return nil, err
	}
	origin := "unsigned"
	if len(published) > 0 {
		origin, _, _ = strings.Cut(published[0], "+")
	}
	keys, err := ledger.NewKeys(ledger.Origin(origin), secret, old...)
	if err != nil {
		return nil, err
	}
	records, err := consent.NewKeys(secret, old...)
	if err != nil {
		return nil, err
	}
	log, err := ledger.New(ledger.Options{Store: store, Keys: keys, Records: records})
	if err != nil {
		return nil, err
	}
	return &localBook{store: store, log: log, records: records, data: data, closed: store.Shutdown}, nil
}

func (b *localBook) Close() error { return b.closed() }

// headFile is where a site keeps its last signed head, outside the store.
const headFile = "ledger.head"

func (b *localBook) Verify(ctx context.Context, older []ledger.Kept, keys []string) (ledger.Report, error) {
	own, err := os.ReadFile(filepath.Join(b.data, headFile))
	switch {
	case err == nil:
		older = append(older, ledger.Kept{Name: headFile + " in the data folder", Note: own})
	case !errors.Is(err, fs.ErrNotExist):
		return ledger.Report{}, err
	}
	o := ledger.VerifyOptions{Known: b.log.Keys().Verifiers(), Records: b.records, Older: older}
	if len(keys) > 0 {
		if o.Known, err = ledger.Verifiers(keys...); err != nil {
			return ledger.Report{}, err
		}
	}
	return ledger.Verify(ctx, b.store, o)
}

func (b *localBook) Export(ctx context.Context, w io.Writer, format string, withhold bool) (err error) {
	o := ledger.ExportOptions{Withhold: withhold}
	if format == "csv" {
		_, err = b.log.ExportCSV(ctx, w, o)
	} else {
		_, err = b.log.ExportJSON(ctx, w, o)
	}
	return err
}

func (b *localBook) Erase(ctx context.Context, ids []string) ([]int, error) {
	places, err := b.log.Erase(ctx, consent.GroundRequest, ids...)
	if errors.Is(err, consent.ErrNoEntry) || errors.Is(err, ledger.ErrKept) {
		err = usageError{err}
	}
	return places, err
}

func (b *localBook) Head(ctx context.Context) (string, []string, error) {
	head, err := b.log.Published(ctx)
	return string(head.Note), b.log.Keys().Public(), err
}

func (b *localBook) Record(ctx context.Context, form url.Values) ([]byte, error) {
	return b.policy(ctx, form)
}

// appendChoice records a choice in a store that no program is running on.
func (b *localBook) appendChoice(ctx context.Context, rules *consent.Rulebook, form url.Values, id string, now time.Time) ([]byte, error) {
	s, err := consent.ParseSubmission(form, rules)
	if err != nil {
		return nil, usageError{err}
	}
	s.RecordID = id
	_, record := rules.Apply(s, consent.Choice{}, now)
	entry, err := b.records.SealRecord(record)
	if err != nil {
		return nil, err
	}
	if err := b.store.Append(ctx, entry); err != nil {
		return nil, err
	}
	receipt, err := b.log.Receipt(ctx, entry)
	if err != nil {
		return nil, err
	}
	return receipt.Encode()
}
