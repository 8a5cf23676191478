package visit

import (
	"slices"
	"sync/atomic"
)

// maxNoted is how many changes a shard notes between two calls of [Tracker.changes].
const maxNoted = 1024

// sharing is what a tracker needs to be one of several that count together.
type sharing struct {
	on      bool // set before the first page view
	plan    [8]byte
	unnoted atomic.Uint64
}

// note keeps in mind that the visitor id is to be told of. The caller holds the shard.
func (t *Tracker) note(s *shard, id uint64) {
	if len(s.noted) >= maxNoted {
		t.sharing.unnoted.Add(1)
		return
	}
	s.noted = append(s.noted, id)
}

// days returns the living days.
func (t *Tracker) alive() []*dayState {
	if living := t.living.Load(); living != nil {
		return *living
	}
	return nil
}

// atOnce is how many visits are copied under one lock.
const atOnce = 128

// changes tells what was noted of d since the last call. It is called by one goroutine at a time.
func (t *Tracker) changes(d *dayState, w *partWriter) {
	var spare []uint64
	for i := range d.shards {
		s := &d.shards[i]
		s.mu.Lock()
		noted := s.noted
		if len(noted) > 0 {
			s.noted = spare[:0]
		}
		s.mu.Unlock()
		if len(noted) == 0 {
			continue
		}
		slices.Sort(noted)
		for ids := range slices.Chunk(slices.Compact(noted), atOnce) {
			s.tell(uint8(i), ids, w)
		}
		spare = noted
	}
}

// tell writes the visitors of those ids, each with their open visit.
func (s *shard) tell(number uint8, ids []uint64, w *partWriter) {
	var visits [atOnce]toldVisit
	var seen [atOnce]bool
	var cells [atOnce]uint64
	var pages [atOnce]pageSet
	s.mu.Lock()
	for i, id := range ids {
		v, ok := s.young[id]
		if !ok {
			v = s.old[id]
		}
		print := printOf(id)
		lot, _ := s.lot(print)
		if seen[i] = s.seen.has(print); seen[i] {
			pages[i] = *s.seen.seen(print)
		}
		visits[i].toldSeen, cells[i] = toldSeen{mark{number, id}, pages[i]}, cellOf(print, lot)
		if v != nil {
			visits[i].openVisit = *v
		}
	}
	s.mu.Unlock()
	for i := range ids {
		switch {
		case !seen[i]:
			w.addAsked(mark{number, cells[i]})
		case visits[i].views == 0:
			w.addSeen(toldSeen{mark{number, cells[i]}, pages[i]})
		default:
			w.addVisit(&visits[i])
		}
	}
}

// everything tells all of d.
func (d *dayState) everything(w *partWriter) {
	for i := range d.shards {
		s := &d.shards[i]
		s.mu.Lock()
		cells, pages, asked, ids := slices.Clone(s.seen.cells), slices.Clone(s.seen.pages), slices.Clone(s.asked.cells), s.open()
		s.mu.Unlock()
		for at, cell := range cells {
			if cell != 0 {
				w.addSeen(toldSeen{mark{uint8(i), cell}, pages[at]})
			}
		}
		for _, cell := range asked {
			if cell != 0 {
				w.addAsked(mark{uint8(i), cell})
			}
		}
		for ids := range slices.Chunk(ids, atOnce) {
			s.tell(uint8(i), ids, w)
		}
	}
}

// open returns the ids of the visits that may be open. The caller holds the shard.
func (s *shard) open() []uint64 {
	ids := make([]uint64, 0, len(s.young)+len(s.old))
	for _, visits := range [...]map[uint64]*openVisit{s.young, s.old} {
		for id := range visits {
			ids = append(ids, id)
		}
	}
	return ids
}
