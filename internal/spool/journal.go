package spool

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	segmentBytes = 4 << 20
	segmentAge   = time.Minute
	segmentExt   = ".seg"
)

// segment is one file of a journal. Its size is what may be read: for the one being written, what
// has been forced to disk.
type segment struct {
	number int
	path   string
	size   int64
	begun  time.Time
	acked  time.Time // when its last frame was acknowledged; zero while some wait
}

// journal is an append-only run of segments in one folder. Appends are durable when they return and
// are forced to disk in groups. It is safe for concurrent use.
type journal struct {
	dir string
	now func() time.Time
	max int64

	mu       sync.Mutex
	changed  *sync.Cond // a forcing to disk ended
	segments []*segment
	file     *os.File // the last segment, open for appending; nil before the first append
	tail     int64    // bytes written to file, forced or not
	pending  *group   // of the frames written since the last forcing began
	syncing  bool
	bytes    int64 // of all segments
	wake     chan struct{}
}

// openJournal reads which segments a folder holds, without reading them.
func openJournal(dir string, maxBytes int64, now func() time.Time) (*journal, error) {
	j := &journal{dir: dir, now: now, max: maxBytes, pending: &group{}, wake: make(chan struct{}, 1)}
	j.changed = sync.NewCond(&j.mu)
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("spool: read %q: %w", dir, err)
	}
	for _, name := range names {
		number, err := strconv.Atoi(strings.TrimSuffix(name.Name(), segmentExt))
		if err != nil || !strings.HasSuffix(name.Name(), segmentExt) {
			continue
		}
		info, err := name.Info()
		if err != nil {
			return nil, fmt.Errorf("spool: read %q: %w", dir, err)
		}
		j.segments = append(j.segments, &segment{number: number, path: filepath.Join(dir, name.Name()), size: info.Size(), begun: info.ModTime()})
		j.bytes += info.Size()
	}
	slices.SortFunc(j.segments, func(a, b *segment) int { return cmp.Compare(a.number, b.number) })
	return j, nil
}

// group is the frames that one forcing to disk makes durable together.
type group struct {
	done bool
	err  error
}

// append writes one frame and returns when it is on disk. A frame for which it returns an error is
// not handed over. reserve is how far beyond the bound this frame may go.
func (j *journal) append(k kind, payload []byte, reserve int64) error {
	if len(payload) > maxPayload {
		return fmt.Errorf("spool: a frame of %d bytes is over the %d allowed", len(payload), maxPayload)
	}
	frame := appendFrame(make([]byte, 0, frameHeader+len(payload)), k, payload)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.bytes+int64(len(frame)) > j.max+reserve {
		return fmt.Errorf("%w: %d bytes wait in %q", ErrFull, j.bytes, j.dir)
	}
	if err := j.rotate(); err != nil {
		return err
	}
	if _, err := j.file.WriteAt(frame, j.tail); err != nil {
		j.fail(err)
		return fmt.Errorf("spool: write: %w", err)
	}
	j.tail += int64(len(frame))
	j.bytes += int64(len(frame))
	return j.commit(j.pending)
}

// commit waits until the frames of g are on disk, forcing them there itself if nobody else is about
// to. The caller holds mu.
func (j *journal) commit(g *group) error {
	for !g.done {
		if j.syncing {
			j.changed.Wait()
			continue
		}
		j.syncing, j.pending = true, &group{}
		file, tail := j.file, j.tail
		j.mu.Unlock()
		err := file.Sync()
		j.mu.Lock()
		j.syncing, g.done = false, true
		if err == nil && j.file != file {
			err = errGivenUp // a write behind it failed meanwhile and took the segment along
		}
		if err != nil {
			g.err = fmt.Errorf("spool: force to disk: %w", err)
			j.fail(g.err)
		} else {
			j.segments[len(j.segments)-1].size = tail
			j.signal()
		}
		j.changed.Broadcast()
	}
	return g.err
}

// fail gives up every frame of the last segment that is not on disk, and the segment with it. What a
// disk holds after a failed write is not known, so nothing is ever appended behind it.
func (j *journal) fail(err error) {
	j.pending.err, j.pending.done = err, true
	j.pending = &group{}
	if j.file != nil {
		j.cutBack()
		j.closeFile()
	}
	j.changed.Broadcast()
}

var errGivenUp = errors.New("the segment was given up")

// cutBack takes unforced bytes of the last segment back, as far as the disk lets it.
func (j *journal) cutBack() {
	last := j.segments[len(j.segments)-1]
	_ = j.file.Truncate(last.size) // the forwarder never reads past size anyway
	j.bytes -= j.tail - last.size
	j.tail = last.size
}

func (j *journal) closeFile() {
	if j.file != nil {
		_ = j.file.Close() // every frame that counts was forced to disk before
		j.file = nil
	}
}

// rotate opens a new segment where there is none to write to, or where the last one is large or old
// enough. The caller holds mu.
func (j *journal) rotate() error {
	for j.file != nil {
		last := j.segments[len(j.segments)-1]
		if j.tail == 0 || j.tail < segmentBytes && j.now().Sub(last.begun) < segmentAge {
			return nil
		}
		if last.size == j.tail && !j.syncing {
			j.closeFile()
			break
		}
		j.changed.Wait() // whoever wrote the rest forces it to disk
	}
	number := 1
	if n := len(j.segments); n > 0 {
		number = j.segments[n-1].number + 1
	}
	path := filepath.Join(j.dir, fmt.Sprintf("%08d%s", number, segmentExt))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("spool: new segment: %w", err)
	}
	if err := syncDir(j.dir); err != nil {
		_ = file.Close()
		_ = os.Remove(path)
		return fmt.Errorf("spool: new segment: %w", err)
	}
	j.file, j.tail = file, 0
	j.segments = append(j.segments, &segment{number: number, path: path, begun: j.now()})
	return nil
}

func (j *journal) signal() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// at returns the segment with the given number or the first one after it, and what may be read of it.
func (j *journal) at(number int) (s *segment, size int64, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.segments {
		if s.number >= number {
			return s, s.size, true
		}
	}
	return nil, 0, false
}

// last reports whether s is the segment being written, or would be.
func (j *journal) last(s *segment) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return s == j.segments[len(j.segments)-1]
}

// acknowledge notes that all segments before number have been handed over, and removes those whose
// keep time is over.
func (j *journal) acknowledge(number int, keep time.Duration) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := j.now()
	var err error
	j.segments = slices.DeleteFunc(j.segments, func(s *segment) bool {
		if s.number >= number || s == j.segments[len(j.segments)-1] {
			s.acked = time.Time{}
			return false
		}
		if s.acked.IsZero() {
			s.acked = now
		}
		if now.Sub(s.acked) < keep {
			return false
		}
		if e := os.Remove(s.path); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
			return false
		}
		j.bytes -= s.size
		return true
	})
	return err
}

func (j *journal) close() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.syncing {
		j.changed.Wait()
	}
	j.closeFile()
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	return d.Sync()
}
