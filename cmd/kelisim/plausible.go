package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kelisim/kelisim/internal/plausible"
)

// plausible adds the daily figures of an export of Plausible.
func (c importCmd) plausible(ctx context.Context, s streams, o plausible.Options) (err error) {
	var files []plausible.File
	var size int64
	for _, path := range c.Files {
		if path == "-" {
			return usage("an export of Plausible is many files: give its ZIP, not standard input")
		}
		if !strings.EqualFold(filepath.Ext(path), ".zip") {
			info, err := os.Stat(path)
			if err != nil {
				return usage("the export cannot be read: %v", err)
			}
			size += info.Size()
			files = append(files, plausible.File{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }})
			continue
		}
		packed, err := zip.OpenReader(path)
		if err != nil {
			return usage("%s cannot be unpacked: %v", name(path), err)
		}
		defer func() { _ = packed.Close() }() // it was only read
		for _, f := range packed.File {
			size += int64(min(f.UncompressedSize64, 1<<40))
			files = append(files, plausible.File{Name: f.Name, Open: f.Open})
		}
	}
	bar := c.bar(s, c.Files[0], 2*size)
	for i := range files {
		open := files[i].Open
		files[i].Open = func() (io.ReadCloser, error) {
			r, err := open()
			if err != nil {
				return nil, err
			}
			return struct {
				io.Reader
				io.Closer
			}{io.TeeReader(&stoppable{ctx, r}, bar), r}, nil
		}
	}
	r, err := plausible.Import(ctx, files, o)
	_ = bar.Finish()
	switch {
	case errors.Is(err, plausible.ErrFormat), errors.Is(err, plausible.ErrTotals), errors.Is(err, plausible.ErrTwice):
		return usage("nothing was added: %w", err)
	case err != nil:
		return fmt.Errorf("%w; run the same command again to go on", err)
	}
	printPlausible(s.out, r)
	return nil
}

func printPlausible(w io.Writer, r plausible.Report) {
	fmt.Fprintf(w, "%d files, %d lines, %d left out: %d days from %v to %v, ", r.Files, r.Lines, r.Bad, r.Days, r.First, r.Last)
	if r.Before {
		fmt.Fprintf(w, "%d of them added before.\n", r.Added)
	} else {
		fmt.Fprintf(w, "%d of them added.\n", r.Added)
	}
	if r.Held > 0 {
		fmt.Fprintf(w, "  %d days are left as they are: they are not over, or the store holds figures of its own for them.\n", r.Held)
	}
	if r.Floored > 0 {
		fmt.Fprintf(w, "  %d rows went to \"other\": fewer visitors than the floor carried them.\n", r.Floored)
	}
	if r.Folded > 0 {
		fmt.Fprintf(w, "  %d rows were left to \"other\": their dimension has as many values as it may.\n", r.Folded)
	}
	for _, name := range r.Passed {
		fmt.Fprintf(w, "  %q is no file that is read.\n", name)
	}
	for _, bad := range r.Named {
		fmt.Fprintf(w, "  %s, line %d: %s\n", bad.File, bad.Line, bad.Reason)
	}
}
