package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
)

// logFile is a log given on the command line. What cannot be opened twice (standard input, a pipe) stays open once its
// beginning was read.
type logFile struct {
	path   string
	size   int64 // -1 where it is not known
	begins time.Time
	file   io.ReadCloser // nil unless open
	plain  io.Reader     // of file, unpacked
	head   bytes.Buffer  // what was read of plain to learn when it begins
}

// inOrder returns the logs by the time of their first lines, whatever their order on the command line; those without any come
// first. It returns what it opened even where it fails.
func (c importCmd) inOrder(ctx context.Context, format logimport.Format) ([]*logFile, error) {
	var logs []*logFile
	for _, path := range c.Files {
		l := &logFile{path: path, size: -1}
		logs = append(logs, l)
		if info, err := os.Stat(path); path != "-" && err == nil && info.Mode().IsRegular() {
			l.size = info.Size()
		}
	}
	if len(logs) == 1 {
		return logs, nil
	}
	for _, l := range logs {
		r, err := l.open(ctx, io.Discard)
		if err != nil {
			return logs, err
		}
		l.begins = logimport.Begins(io.TeeReader(r, &l.head), format)
		if l.size >= 0 {
			l.close()
		}
	}
	slices.SortStableFunc(logs, func(a, b *logFile) int { return a.begins.Compare(b.begins) })
	return logs, nil
}

// open returns the whole log, unpacked. What is read from the file itself is written to progress.
func (l *logFile) open(ctx context.Context, progress io.Writer) (io.Reader, error) {
	if l.file != nil {
		return io.MultiReader(&l.head, l.plain), nil
	}
	file, _, err := openLog(l.path)
	if err != nil {
		return nil, usage("the log cannot be read: %v", err)
	}
	l.file = file
	if l.plain, err = unpacked(io.TeeReader(&stoppable{ctx, file}, progress)); err != nil {
		return nil, usage("%s cannot be unpacked: %v", name(l.path), err)
	}
	return l.plain, nil
}

// close may be called more than once.
func (l *logFile) close() {
	if l.file != nil {
		_ = l.file.Close() // it was only read
	}
	l.file, l.plain = nil, nil
	l.head.Reset()
}

// readable looks at all files before anything is counted.
func (c importCmd) readable() error {
	var faults []error
	for _, path := range c.Files {
		if path == "-" {
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			faults = append(faults, usage("the log cannot be read: %v", err))
		case info.IsDir():
			faults = append(faults, usage("%s is a folder: give the logs in it", path))
		}
	}
	return errors.Join(faults...)
}

// stoppable ends a read when the program is asked to stop.
type stoppable struct {
	ctx context.Context
	io.Reader
}

func (r *stoppable) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

func name(path string) string {
	if path == "-" {
		return "standard input"
	}
	return filepath.Base(path)
}

// openLog opens a log. The size is -1 where it is not known.
func openLog(path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return io.NopCloser(os.Stdin), -1, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	if !info.Mode().IsRegular() {
		return file, -1, nil
	}
	return file, info.Size(), nil
}

// unpacked unpacks gzip, which is told by how it begins (RFC 1952), whatever the name.
func unpacked(r io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(r, 64<<10)
	if begin, err := buffered.Peek(2); err != nil || begin[0] != 0x1f || begin[1] != 0x8b {
		return buffered, nil //nolint:nilerr // a log of less than two bytes is no gzip; a fault comes again when it is read
	}
	return gzip.NewReader(buffered)
}
