package boltstore_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/store/boltstore"
)

// packerEnv makes this test binary a program that packs one month after the other.
const packerEnv = "KELISIM_BOLTSTORE_PACKER"

const yearEnd = day + 500

func packAll(path string) error {
	s, err := boltstore.Open(path, boltstore.Options{Site: "s"})
	if err != nil {
		return err
	}
	for before := day; before <= yearEnd; before += 31 {
		if err := s.Pack(context.Background(), before); err != nil {
			return err
		}
		fmt.Println(before)
	}
	return s.Shutdown()
}

// closed fills some months with closed days.
func closed(t *testing.T, s *boltstore.Store) {
	t.Helper()
	for d := range stats.Day(300) {
		c := stats.Closing{Day: day + d}
		for i := range 40 {
			counts := stats.Counts{stats.Views: int64(i) + 1, stats.Visits: int64(d) % 3, stats.Visitors: 5, stats.Requests: int64(i) + 1}
			for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimCity} {
				c.Rows = append(c.Rows, stats.Row{Day: c.Day, Dim: dim, Value: fmt.Sprintf("/%d/%02d", int(d)%4, i), Counts: counts})
			}
		}
		if err := s.Close(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
}

type place struct {
	day   stats.Day
	dim   stats.Dimension
	value string
}

func rows(t *testing.T, s *boltstore.Store) map[place]stats.Counts {
	t.Helper()
	all := map[place]stats.Counts{}
	for _, dim := range []stats.Dimension{stats.DimPage, stats.DimSource, stats.DimCity} {
		if err := s.Rows(t.Context(), dim, day-100, yearEnd, func(r stats.Row) { all[place{r.Day, r.Dim, r.Value}] = r.Counts }); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func TestKilledPackerLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "site.db")
	s := open(t, path, "s")
	closed(t, s)
	want := rows(t, s)
	if err := s.Shutdown(); err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), packerEnv+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 2 + 2*round { // it is killed in the months after those, each round in other ones
			lines.Scan()
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed
		s := open(t, path, "s")
		if got := rows(t, s); !maps.Equal(got, want) {
			t.Fatalf("round %d: %d rows, want %d", round, len(got), len(want))
		}
		if err := s.Shutdown(); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, path, "s")
	if err := s.Pack(t.Context(), yearEnd); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s); !maps.Equal(got, want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
	if days, months := resting(t, s); days > 30*3 || months == 0 {
		t.Errorf("%d days rest by themselves beside %d months", days, months)
	}
}

func TestCancelledPackerChangesNothing(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "site.db"), "s")
	closed(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s.Pack(ctx, yearEnd) == nil {
		t.Error("no error")
	}
	if _, months := resting(t, s); months != 0 {
		t.Errorf("%d months", months)
	}
}

// resting shuts s down and counts the blobs of days and of months in its file.
func resting(t *testing.T, s *boltstore.Store) (days, months int) {
	t.Helper()
	if err := s.Shutdown(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(s.Path(), 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	err = db.View(func(tx *bbolt.Tx) error {
		site := tx.Bucket([]byte("site:s"))
		for name, n := range map[string]*int{"z": &days, "m": &months} {
			if err := site.Bucket([]byte(name)).ForEach(func(k, _ []byte) error {
				if k[len(k)-1] == 0 && k[len(k)-2] == 0 { // the first piece
					*n++
				}
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return days, months
}

// A file that was written before there were months is read, packed, and one of the new format from then on. It holds days
// 20,000 to 20,039, of which the last two are open.
func TestFileOfTheFormatBeforeIsRead(t *testing.T) {
	zipped, err := os.ReadFile(filepath.Join("testdata", "format2.db.gz"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "site.db")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, before := range []stats.Day{0, day + 500} {
		s := open(t, path, "s")
		if err := s.Pack(t.Context(), before); err != nil {
			t.Fatal(err)
		}
		all := rows(t, s)
		for i := range stats.Day(40) {
			for _, value := range []string{"/", fmt.Sprint("/", i%3)} {
				if got := all[place{day + i, stats.DimPage, value}]; got[stats.Views] != int64(i)+1 || got[stats.Visitors] != 9 || got[stats.Requests] != int64(i)+1 {
					t.Errorf("day %d, %s: %v", i, value, got)
				}
			}
		}
		folds, err := s.Folds(t.Context(), day, day+50)
		if err != nil || len(all) != 80 || len(folds) != 38 {
			t.Errorf("%d rows, %d folds, %v", len(all), len(folds), err)
		}
		if other := open(t, filepath.Join(t.TempDir(), "other.db"), "s"); other.Pack(t.Context(), before) != nil {
			t.Error("an empty store cannot be packed")
		}
		if days, months := resting(t, s); months != int(before/day) || days != 38-28*months {
			t.Errorf("%d days and %d months", days, months)
		}
	}
}
