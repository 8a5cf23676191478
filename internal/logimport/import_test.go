package logimport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/kelisim/kelisim/internal/logimport"
	"github.com/kelisim/kelisim/stats"
)

// long is a log of several chunks.
func long(t *testing.T) []byte { return multiply(t, theLog(t), 4*logimport.Chunk+1234) }

func TestTwiceIsOnce(t *testing.T) {
	t.Parallel()
	for name, log := range map[string][]byte{"several chunks": long(t), "one": theLog(t), "a whole chunk": multiply(t, theLog(t), logimport.Chunk)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newStore(t)
			first := count(t, store, log)
			want := answers(t, store, stats.Floors{})
			for range 2 {
				again := count(t, store, log)
				if again.Counted != 0 || again.Before != first.Counted || again.Requests != first.Requests || again.Bots != first.Bots {
					t.Errorf("again: %+v, first %+v", again, first)
				}
				if got := answers(t, store, stats.Floors{}); got != want {
					t.Error("the second import changed an answer")
				}
			}
		})
	}
}

func TestTwoStoresGiveTheSameAnswers(t *testing.T) {
	t.Parallel()
	log, one, two := long(t), newStore(t), newStore(t)
	count(t, one, log)
	count(t, two, log)
	if answers(t, one, stats.Floors{}) != answers(t, two, stats.Floors{}) {
		t.Error("two imports of one log differ")
	}
}

// broken fails at one batch, before or after it was merged.
type broken struct {
	stats.Sink
	at    uint64
	after bool
	done  bool
}

var errBroken = errors.New("the store is away")

func (b *broken) Merge(c context.Context, batch stats.Batch) (stats.Merged, error) {
	if batch.Seq != b.at || b.done {
		return b.Sink.Merge(c, batch)
	}
	b.done = true
	if b.after {
		if _, err := b.Sink.Merge(c, batch); err != nil {
			return stats.Merged{}, err
		}
	}
	return stats.Merged{}, errBroken
}

func TestResumesWhereverTheStoreFails(t *testing.T) {
	t.Parallel()
	log, whole := long(t), newStore(t)
	count(t, whole, log)
	want := answers(t, whole, stats.Floors{})
	for seq := uint64(1); ; seq++ {
		failed := false
		for _, after := range []bool{false, true} {
			sink := &broken{Sink: newStore(t), at: seq, after: after}
			o := options(t)
			o.Sink = sink
			_, err := logimport.File(ctx, bytes.NewReader(log), o)
			if failed = sink.done; failed != errors.Is(err, errBroken) {
				t.Fatalf("batch %d: error %v", seq, err)
			}
			count(t, sink, log)
			if answers(t, sink.Sink.(stats.Source), stats.Floors{}) != want {
				t.Errorf("batch %d, after %v: the answers differ from an undisturbed import", seq, after)
			}
		}
		if !failed {
			if seq < 6 {
				t.Errorf("only %d batches were cut", seq-1)
			}
			return
		}
	}
}

func TestReadFaultsAreResumed(t *testing.T) {
	t.Parallel()
	log, whole, store := long(t), newStore(t), newStore(t)
	count(t, whole, log)
	for _, share := range []int{1, 2, 3} {
		o := options(t)
		o.Sink = store
		_, err := logimport.File(ctx, iotest.DataErrReader(&cutReader{bytes.NewReader(log[:len(log)*share/4])}), o)
		if !errors.Is(err, errBroken) {
			t.Fatalf("error %v", err)
		}
	}
	count(t, store, log)
	if answers(t, store, stats.Floors{}) != answers(t, whole, stats.Floors{}) {
		t.Error("the answers differ from an undisturbed import")
	}
}

// cutReader ends in an error, as a stopped program or a broken gzip does.
type cutReader struct{ *bytes.Reader }

func (r *cutReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil {
		err = errBroken
	}
	return n, err
}

// TestGrownLogIsContinued gives a log again and again as it grows, ends in the middle of lines included.
func TestGrownLogIsContinued(t *testing.T) {
	t.Parallel()
	log, whole := multiply(t, theLog(t), 2*logimport.Chunk+77), newStore(t)
	all := count(t, whole, log)
	lines := lineEnds(log)
	r := rand.New(rand.NewPCG(3, 4))
	sizes := map[string][]int{
		"whole lines":      {lines[0], lines[4], lines[5], lines[logimport.Chunk-2], lines[logimport.Chunk-1], lines[logimport.Chunk], lines[2*logimport.Chunk-1], lines[2*logimport.Chunk+5]},
		"before the break": {lines[0] - 1, lines[4] - 1, lines[logimport.Chunk-1] - 1, lines[logimport.Chunk] - 1},
		"anywhere":         {},
	}
	for range 12 {
		sizes["anywhere"] = append(sizes["anywhere"], r.IntN(len(log)))
	}
	for name, list := range sizes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := newStore(t)
			slices.Sort(list)
			for _, size := range list {
				count(t, store, log[:size])
			}
			last := count(t, store, log)
			if last.Counted+last.Before != all.Counted || last.Bad != all.Bad {
				t.Errorf("last %+v, whole %+v", last, all)
			}
			if again := count(t, store, log); again.Counted != 0 {
				t.Errorf("again: %+v", again)
			}
			if answers(t, store, stats.Floors{}) != answers(t, whole, stats.Floors{}) {
				t.Error("the answers differ from those of the whole log")
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	log := multiply(t, theLog(t), 500)
	ends := lineEnds(log)
	otherwise := bytes.ReplaceAll(log, []byte(" 200 "), []byte(" 206 "))
	copy(otherwise, log[:ends[0]])
	tests := []struct {
		name   string
		log    []byte
		change func(*logimport.Options)
		want   error
	}{
		{"same again", log, func(*logimport.Options) {}, nil},
		{"other lines, longer", append(bytes.Clone(otherwise), log...), func(*logimport.Options) {}, logimport.ErrOther},
		{"other lines", otherwise, func(*logimport.Options) {}, logimport.ErrOther},
		{"a line taken out", append(bytes.Clone(log[:ends[3]]), log[ends[4]:]...), func(*logimport.Options) {}, logimport.ErrShort},
		{"fewer lines", log[:ends[100]], func(*logimport.Options) {}, logimport.ErrShort},
		{"other zone", log, func(o *logimport.Options) { o.Zone = time.FixedZone("+05", 5*3600) }, logimport.ErrOptions},
		{"other floor", log, func(o *logimport.Options) { o.Floors.Person = 7 }, logimport.ErrOptions},
		{"other host", log, func(o *logimport.Options) { o.Host = "example.org" }, logimport.ErrOptions},
		{"other tags", log, func(o *logimport.Options) { o.Tags = []string{"ref"} }, logimport.ErrOptions},
		{"first line gone: another log", log[ends[0]:], func(*logimport.Options) {}, nil},
	}
	store := newStore(t)
	count(t, store, log)
	want := answers(t, store, stats.Floors{})
	for _, tt := range tests {
		o := options(t)
		o.Sink = store
		tt.change(&o)
		if _, err := logimport.File(ctx, bytes.NewReader(tt.log), o); !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
		if tt.want != nil && answers(t, store, stats.Floors{}) != want {
			t.Errorf("%s: it was refused and changed an answer", tt.name)
		}
	}
}

func TestOddLogs(t *testing.T) {
	t.Parallel()
	const good = `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"`
	const common = `192.0.2.7 - - [01/Mar/2026:12:00:05 +0000] "GET /a HTTP/1.1" 200 1`
	huge := strings.Repeat("x", 600<<10)
	tests := []struct {
		name, log           string
		lines, counted, bad int64
		named               string
	}{
		{"empty", "", 0, 0, 0, ""},
		{"one line break", "\n", 1, 0, 1, "1 the line is empty"},
		{"nothing but noise", "a\nb\nc", 3, 0, 3, "1 there is no time"},
		{"one line", good + "\n", 1, 1, 0, ""},
		{"no line break at the end", good + "\n" + good, 2, 2, 0, ""},
		{"CRLF", good + "\r\n" + good + "\r\n", 2, 2, 0, ""},
		{"half a line at the end", good + "\n" + good[:120], 2, 1, 1, "2 the last line has no line break"},
		{"a size that may lack digits", good + "\n" + common, 2, 1, 1, "2 the last line has no line break"},
		{"huge line first", huge + "\n" + good + "\n", 2, 1, 1, "1 the line is longer"},
		{"huge line between", good + "\n" + good + huge + "\"\n" + good + "\n", 3, 2, 1, "2 the line is longer"},
		{"huge line last", good + "\n" + huge, 2, 1, 1, "2 the last line"},
		{"NUL", good + "\n\x00\x00\x00\n" + good + "\n", 3, 2, 1, "2 there is no time"},
		{"bad one in between", good + "\nhello\n" + good + "\n", 3, 2, 1, "2 there is no time"},
	}
	for _, tt := range tests {
		for _, whole := range []bool{true, false} {
			o := options(t)
			o.Sink = newStore(t)
			reader := iotest.HalfReader(strings.NewReader(tt.log))
			if whole {
				reader = strings.NewReader(tt.log)
			}
			r, err := logimport.File(ctx, reader, o)
			if err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if r.Lines != tt.lines || r.Counted != tt.counted || r.Bad != tt.bad || int64(len(r.Named)) != tt.bad {
				t.Errorf("%s: %+v", tt.name, r)
			}
			if tt.bad > 0 && !strings.HasPrefix(fmt.Sprint(r.Named[0].Line, " ", r.Named[0].Reason), tt.named) {
				t.Errorf("%s: named %+v, want %q", tt.name, r.Named, tt.named)
			}
		}
	}
}

func TestManyBadLinesAreCountedAndSomeNamed(t *testing.T) {
	t.Parallel()
	r := count(t, newStore(t), []byte(strings.Repeat("192.0.2.7 secret\n", 1000)))
	if r.Bad != 1000 || len(r.Named) == 0 || len(r.Named) > 100 || strings.Contains(fmt.Sprintf("%+v", r), "secret") {
		t.Errorf("%+v", r)
	}
}

func lineEnds(log []byte) (ends []int) {
	for i, c := range log {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	return ends
}
