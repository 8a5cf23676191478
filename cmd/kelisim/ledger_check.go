package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/kelisim/kelisim/ledger"
)

// keyFlags say which keys are believed.
type keyFlags struct {
	Key  []string `help:"A key that the site published (/consent/ledger/key). Default: those of the site's own secret." placeholder:"KEY" sep:"none"`
	Keys string   `help:"File of such keys, a line each." placeholder:"FILE"`
}

// given are the keys that were given.
func (f keyFlags) given() ([]string, error) {
	keys := f.Key
	if f.Keys != "" {
		text, err := os.ReadFile(f.Keys)
		if err != nil {
			return nil, usage("the keys cannot be read: %v", err)
		}
		keys = append(keys, strings.Fields(string(text))...)
	}
	return keys, nil
}

// believed are the keys that were given, else those that the secret makes for a log of the given origin.
func (f keyFlags) believed(origin string, site ledgerFlags) ([]string, error) {
	keys, err := f.given()
	if err != nil || len(keys) > 0 {
		return keys, err
	}
	secret, old, err := site.existing(site.Data)
	if err != nil {
		return nil, usage("no key is given: take the one that the site publishes under /consent/ledger/key and give it with --key or --keys (%w)", err)
	}
	own, err := ledger.NewKeys(origin, secret, old...)
	if err != nil {
		return nil, err
	}
	return own.Public(), nil
}

type ledgerCheckCmd struct {
	ledgerFlags
	keyFlags
	Receipt string `arg:"" help:"The receipt, \"-\" for standard input." placeholder:"FILE"`
}

// Help tells kong what to print below the summary.
func (ledgerCheckCmd) Help() string {
	return "It needs no database and no network. Exit code: 0 where a signed head proves the record, 1 where nothing is proven, 2 where the receipt or the keys could not be read."
}

func (c ledgerCheckCmd) Run(s streams) error {
	text, err := readReceipt(c.Receipt)
	if err != nil {
		return err
	}
	receipt, err := ledger.ParseReceipt(text)
	if err != nil {
		return usageError{err}
	}
	keys, err := c.believed(receipt.Log.Origin, c.ledgerFlags)
	if err != nil {
		return err
	}
	known, err := ledger.Verifiers(keys...)
	if err != nil {
		return usageError{err}
	}
	v, err := receipt.Check(known)
	if err != nil {
		return err
	}
	r := v.Record
	fmt.Fprintf(s.out, "record    %q\nevent     %q at %s, by %q\npolicy    revision %d, %q\n", r.ID, r.Event, r.Time.UTC().Format(time.RFC3339), r.Method, r.Revision, r.Policy)
	for _, p := range r.Purposes {
		fmt.Fprintf(s.out, "purpose   %q %q\n", p.Purpose, p.Status)
	}
	if v.Status != ledger.Sequenced {
		return errors.New("the receipt is pending: it fits together and proves nothing yet; download it again")
	}
	_, err = fmt.Fprintf(s.out, "verdict   genuine: entry %d of the log %q, under its signed head of %d entries\n", v.Index, v.Head.Origin, v.Head.Size)
	return err
}

// readReceipt reads no more than a receipt may take.
func readReceipt(path string) ([]byte, error) {
	in := io.Reader(os.Stdin)
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, usage("the receipt cannot be read: %v", err)
		}
		defer func() { _ = file.Close() }() // read only: nothing can be lost
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, ledger.MaxReceipt+1))
	if err != nil {
		return nil, usage("the receipt cannot be read: %v", err)
	}
	return text, nil
}
