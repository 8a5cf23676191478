package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kelisim/kelisim/ledger"
)

// ledgerCmd is everything about the records of consent.
type ledgerCmd struct {
	Verify ledgerVerifyCmd `cmd:"" help:"Tell whether the ledger is whole: nothing altered, removed or reordered since it was signed."`
	Export ledgerExportCmd `cmd:"" help:"Write the ledger out, as JSON Lines that can be verified or as CSV for a spreadsheet."`
	Erase  ledgerEraseCmd  `cmd:"" help:"Destroy the content of records. Their places stay, so that the ledger still verifies."`
	Check  ledgerCheckCmd  `cmd:"" help:"Tell what a visitor's receipt proves."`
	Head   ledgerHeadCmd   `cmd:"" help:"Print the newest signed head: keep it elsewhere, and verify against it later."`
	Key    ledgerKeyCmd    `cmd:"" help:"Print the keys that verify heads and receipts, as the site publishes them."`
	Record ledgerRecordCmd `cmd:"" help:"Record a choice that was made on paper or by telephone, or by a legal representative."`
}

// ledgerFlags say where the ledger is.
type ledgerFlags struct {
	storeFlags
	secretFlags
}

type ledgerVerifyCmd struct {
	ledgerFlags
	keyFlags
	Head   []string `help:"Signed heads that were kept elsewhere: the ledger must continue them." placeholder:"FILE" sep:"none"`
	Export string   `help:"Verify this export in JSON Lines, and nothing else: no database, no secret, no network." placeholder:"FILE"`
}

// Help tells kong what to print below the summary.
func (ledgerVerifyCmd) Help() string {
	return "Exit code: 0 where everything fits, 1 where something does not, 2 where it could not be verified. " +
		"The database may be in use: the running program is asked then."
}

func (c ledgerVerifyCmd) Run(s streams) error {
	ctx := context.Background()
	older, err := keptHeads(c.Head)
	if err != nil {
		return err
	}
	var report ledger.Report
	if c.Export != "" {
		report, err = c.export(older)
	} else {
		report, err = c.store(ctx, s, older)
	}
	if err != nil {
		return usageError{err}
	}
	return tell(s.out, report)
}

func (c ledgerVerifyCmd) store(ctx context.Context, s streams, older []ledger.Kept) (ledger.Report, error) {
	keys, err := c.given()
	if err != nil {
		return ledger.Report{}, err
	}
	b, err := c.open(ctx, s)
	if err != nil {
		return ledger.Report{}, err
	}
	report, err := b.Verify(ctx, older, keys)
	return report, errors.Join(err, b.Close())
}

func (c ledgerVerifyCmd) export(older []ledger.Kept) (_ ledger.Report, err error) {
	file, err := os.Open(c.Export)
	if err != nil {
		return ledger.Report{}, usage("the export cannot be read: %v", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	origin, _, err := ledger.ExportKeys(file)
	if err != nil {
		return ledger.Report{}, err
	}
	keys, err := c.believed(origin, c.ledgerFlags)
	if err != nil {
		return ledger.Report{}, err
	}
	known, err := ledger.Verifiers(keys...)
	if err != nil {
		return ledger.Report{}, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return ledger.Report{}, err
	}
	return ledger.VerifyExport(file, ledger.VerifyOptions{Known: known, Older: older})
}

// keptHeads reads heads that were kept elsewhere.
func keptHeads(files []string) (all []ledger.Kept, err error) {
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, usage("the head cannot be read: %v", err)
		}
		all = append(all, ledger.Kept{Name: path, Note: text})
	}
	return all, nil
}

// tell prints what a verification found. The error is what the exit code says.
func tell(w io.Writer, r ledger.Report) error {
	origin := r.Newest.Origin
	if origin == "" {
		origin = "-"
	}
	fmt.Fprintf(w, "log       %s\nentries   %d, %d of them signed\nopened    %d, each is what its leaf commits to\nerased    %d, their places stand\nheads     %d\n",
		origin, r.Entries, r.Signed, r.Opened, r.Erased, r.Heads)
	switch {
	case !r.Sound():
		for _, f := range r.Findings {
			fmt.Fprintln(w, "fault    ", f)
		}
		if more := r.Faults - int64(len(r.Findings)); more > 0 {
			fmt.Fprintf(w, "fault     and %d more\n", more)
		}
		return fmt.Errorf("the ledger is NOT whole: %s", count(int(r.Faults), "fault"))
	case r.Entries > 0 && r.Newest.Size == 0:
		return errors.New("nothing is signed: no head is there to verify the entries against")
	}
	_, err := fmt.Fprintln(w, "verdict   whole: nothing that was signed has been altered, removed or reordered")
	return err
}

type ledgerExportCmd struct {
	ledgerFlags
	Format   string `help:"jsonl can be verified with \"ledger verify --export\"; csv is for reading." enum:"jsonl,csv" default:"jsonl"`
	Withhold bool   `help:"Leave out what the records say: whoever gets it can verify that the ledger is whole, and read nothing."`
	Out      string `help:"File to write, readable by you alone. Default: standard output." placeholder:"FILE"`
}

func (c ledgerExportCmd) Run(s streams) (err error) {
	ctx := context.Background()
	b, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	if c.Out == "" {
		return b.Export(ctx, s.out, c.Format, c.Withhold)
	}
	return replace(c.Out, func(w io.Writer) error { return b.Export(ctx, w, c.Format, c.Withhold) })
}

// replace writes a file as a whole or not at all.
func replace(path string, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return usage("%s cannot be written: %v", path, err)
	}
	err = errors.Join(write(file), file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

type ledgerEraseCmd struct {
	ledgerFlags
	IDs []string `arg:"" name:"id" help:"Numbers of records, as receipts and the privacy centre show them."`
}

func (c ledgerEraseCmd) Run(s streams) (err error) {
	ctx := context.Background()
	b, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	places, err := b.Erase(ctx, c.IDs)
	if err != nil {
		return err
	}
	for _, place := range places {
		fmt.Fprintf(s.out, "erased    entry %d\n", place)
	}
	if already := len(c.IDs) - len(places); already > 0 {
		fmt.Fprintf(s.out, "erased before, or named twice: %d\n", already)
	}
	return nil
}

type ledgerHeadCmd struct{ ledgerFlags }

func (c ledgerHeadCmd) Run(s streams) (err error) {
	ctx := context.Background()
	b, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	head, _, err := b.Head(ctx)
	if err != nil {
		return err
	}
	if head == "" {
		return usage("nothing has been signed yet")
	}
	_, err = io.WriteString(s.out, head)
	return err
}

type ledgerKeyCmd struct{ ledgerFlags }

func (c ledgerKeyCmd) Run(s streams) (err error) {
	ctx := context.Background()
	b, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	_, keys, err := b.Head(ctx)
	if err == nil {
		_, err = fmt.Fprintln(s.out, strings.Join(keys, "\n"))
	}
	return err
}
