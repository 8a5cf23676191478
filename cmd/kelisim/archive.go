package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/kelisim/kelisim/internal/archive"
	"github.com/kelisim/kelisim/server"
	"github.com/kelisim/kelisim/stats"
)

type exportCmd struct {
	Out string `help:"File to write. It must not exist. Default: standard output." placeholder:"FILE"`
	storeFlags
}

// Help tells kong what to print below the summary.
func (exportCmd) Help() string {
	return "Writes all statistics of closed days into one JSON document, which kelisim import --export reads into any store. Days that are not closed yet are left out and named. Consent records and accounts are no statistics: see kelisim ledger export. The embedded database can be opened by one program at a time: stop the server first."
}

func (c exportCmd) Run(s streams) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	zone, zoneErr := c.zone()
	floors, floorErr := c.floors(5)
	if err := errors.Join(zoneErr, floorErr); err != nil {
		return err
	}
	if c.Redis == "" {
		if _, err := os.Stat(filepath.Join(c.Data, "kelisim.db")); err != nil {
			return usage("there is no database to export: %v", err)
		}
	}
	store, err := c.open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Shutdown()) }()
	out, finish, err := c.create(s)
	if err != nil {
		return err
	}
	done, err := archive.Write(ctx, out, store, archive.WriteOptions{Site: c.Site, Zone: zone, Floors: floors})
	if err = finish(err); err != nil {
		return err
	}
	fmt.Fprintf(s.err, "%d days, %d rows.\n", done.Days, done.Rows)
	for _, day := range done.Open {
		fmt.Fprintf(s.err, "%v is left out: it is not closed yet.\n", day)
	}
	return nil
}

// archive writes the closed days of a site that is being served, for the dashboard.
func (s *site) archive(ctx context.Context, w io.Writer) error {
	zone, err := s.flags.zone()
	if err != nil {
		return err
	}
	_, err = archive.Write(ctx, w, s.store, archive.WriteOptions{Site: s.flags.Site, Zone: zone, Floors: s.floors})
	if errors.Is(err, archive.ErrEmpty) {
		return server.ErrNoDays
	}
	return err
}

// create opens what is written to. finish closes it, and removes a file that is not whole.
func (c exportCmd) create(s streams) (w io.Writer, finish func(error) error, err error) {
	if c.Out == "" || c.Out == "-" {
		return s.out, func(err error) error { return err }, nil
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, nil, usage("the export cannot be written: %v", err)
	}
	return file, func(err error) error {
		if err = errors.Join(err, file.Close()); err != nil {
			return errors.Join(err, os.Remove(c.Out))
		}
		return nil
	}, nil
}

// archives adds exports of Kelisim.
func (c importCmd) archives(ctx context.Context, s streams, o archive.ReadOptions) error {
	for _, path := range c.Files {
		if err := c.archive(ctx, s, path, o); err != nil {
			return err
		}
	}
	return nil
}

func (c importCmd) archive(ctx context.Context, s streams, path string, o archive.ReadOptions) error {
	file, size, err := openLog(path)
	if err != nil {
		return usage("the export cannot be read: %v", err)
	}
	defer func() { _ = file.Close() }() // it was only read
	bar := c.bar(s, path, size)
	reader, err := unpacked(io.TeeReader(&stoppable{ctx, file}, bar))
	if err != nil {
		return usage("%s cannot be unpacked: %v", name(path), err)
	}
	r, err := archive.Read(ctx, reader, o)
	_ = bar.Finish()
	switch {
	case errors.Is(err, archive.ErrFormat), errors.Is(err, archive.ErrZone), errors.Is(err, archive.ErrOther):
		return usage("%s: nothing was added: %w", name(path), err)
	case err != nil:
		return fmt.Errorf("%s: stopped behind %d days: %w", name(path), r.Days, err)
	}
	printArchive(s.out, name(path), r)
	return nil
}

func printArchive(w io.Writer, file string, r archive.Report) {
	fmt.Fprintf(w, "%s: %d days from %v to %v, %d added", file, r.Days, r.First, r.Last, r.Added)
	if r.Before > 0 {
		fmt.Fprintf(w, ", %d had been dealt with before", r.Before)
	}
	fmt.Fprintf(w, ", %d left as they are.\n", len(r.Held))
	if n := len(r.Held); n > 0 {
		fmt.Fprintf(w, "  %d days, %s, are not over or the store holds figures of its own for them: closed days cannot be added up.\n", n, listed(r.Held))
	}
	if r.Folded > 0 {
		fmt.Fprintf(w, "  %d values went to \"other\": the floor is higher here than where the export was made.\n", r.Folded)
	}
}

// listed names a few days.
func listed(days []stats.Day) string {
	if len(days) == 1 {
		return days[0].String()
	}
	return fmt.Sprintf("from %v to %v", days[0], days[len(days)-1])
}
