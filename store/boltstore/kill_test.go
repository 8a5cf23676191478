package boltstore_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

// writerEnv makes this test binary a writer that merges until it is killed.
const writerEnv = "KELISIM_BOLTSTORE_WRITER"

func TestMain(m *testing.M) {
	if path := os.Getenv(writerEnv); path != "" {
		if err := writeForEver(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if path := os.Getenv(packerEnv); path != "" {
		if err := packAll(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// writeForEver says on standard output which batch has been acknowledged.
func writeForEver(path string) error {
	ctx := context.Background()
	s, err := boltstore.Open(path, boltstore.Options{Site: "s"})
	if err != nil {
		return err
	}
	applied, err := s.Applied(ctx, "i")
	if err != nil {
		return err
	}
	if applied.Seq > 0 { // killed between the batch and its entry: appended twice, it is kept once
		if err := s.Append(ctx, consent.Entry{ID: fmt.Sprint(applied.Seq), Sealed: []byte("sealed")}); err != nil {
			return err
		}
	}
	for seq := applied.Seq + 1; ; seq++ {
		if _, err := s.Merge(ctx, batch("i", seq, 1500)); err != nil {
			return err
		}
		if err := s.Append(ctx, consent.Entry{ID: fmt.Sprint(seq), Sealed: []byte("sealed")}); err != nil {
			return err
		}
		if seq%5 == 0 { // closing and overwriting are cut as well
			if err := s.Close(ctx, stats.Closing{Day: day - stats.Day(seq)}); err != nil {
				return err
			}
		}
		fmt.Println(seq)
	}
}

func TestKilledWriterLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	acknowledged := uint64(0)
	for round := range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writerEnv+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 7 + 4*round {
			if !lines.Scan() {
				t.Fatal("the writer ended by itself")
			}
			acknowledged = number(t, lines.Text())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for lines.Scan() { // what it said before it died
			acknowledged = max(acknowledged, number(t, lines.Text()))
		}
		_ = cmd.Wait() // killed

		s := open(t, path, "s")
		applied, err := s.Applied(t.Context(), "i")
		if err != nil {
			t.Fatal(err)
		}
		if applied.Seq < acknowledged || applied.Seq > acknowledged+1 {
			t.Errorf("last batch %d, acknowledged %d", applied.Seq, acknowledged)
		}
		want := int64(applied.Seq) * 1500
		if rows, totals := views(t, s); rows != want || totals != want {
			t.Errorf("%d in rows, %d in totals, want %d", rows, totals, want)
		}
		entries := uint64(0)
		if err := s.Entries(t.Context(), 0, func(int, consent.Entry) bool { entries++; return true }); err != nil {
			t.Fatal(err)
		}
		if entries < acknowledged || entries > applied.Seq {
			t.Errorf("%d entries, acknowledged %d", entries, acknowledged)
		}
		if err := s.Shutdown(); err != nil {
			t.Fatal(err)
		}
	}
}

func number(t *testing.T, line string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimSpace(line), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
