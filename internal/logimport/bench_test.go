package logimport_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/store/boltstore"
)

// BenchmarkFile imports a log of 200,000 lines, made of the real one (or of the small one) with shifted
// days and addresses, into a file.
func BenchmarkFile(b *testing.B) {
	const lines = 200_000
	log := multiply(b, theLog(b), lines)
	o := options(b)
	b.SetBytes(int64(len(log)))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		store, err := boltstore.Open(filepath.Join(b.TempDir(), "k.db"), boltstore.Options{Site: "site"})
		if err != nil {
			b.Fatal(err)
		}
		o.Sink = store
		b.StartTimer()
		began := time.Now()
		if _, err := logimport.File(context.Background(), bytes.NewReader(log), o); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(lines/time.Since(began).Seconds(), "lines/s")
		b.StopTimer()
		if err := store.Shutdown(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// multiply repeats a log on later days and under other addresses until it has the given number of lines.
func multiply(tb testing.TB, log []byte, lines int) []byte {
	tb.Helper()
	var out bytes.Buffer
	for round := 0; ; round++ {
		for line := range bytes.Lines(log) {
			if lines == 0 {
				return out.Bytes()
			}
			lines--
			out.Write(shift(line, round))
		}
	}
}

// shift moves a line's time by weeks and changes the last byte of an IPv4 address.
func shift(line []byte, round int) []byte {
	address, rest, ok := bytes.Cut(line, []byte(" "))
	begin, end := bytes.IndexByte(rest, '['), bytes.IndexByte(rest, ']')
	if !ok || begin < 0 || end < begin {
		return line
	}
	at, err := time.Parse(stamp, string(rest[begin+1:end]))
	if err != nil {
		return line
	}
	out := append([]byte{}, other(string(address), round)...)
	out = append(append(out, ' '), rest[:begin+1]...)
	out = at.AddDate(0, 0, 7*round).AppendFormat(out, stamp)
	return append(out, rest[end:]...)
}
