package beacon

import (
	"sync"
	"time"
)

// maxUsed bounds the tokens remembered in one generation: about 10 MB when full, and there
// are two. A site with more pages in six hours remembers for a shorter time, and takes older tokens no more.
const maxUsed = 1 << 18

// used remembers which deliveries have come, in two generations. A token that may have been forgotten is not taken.
type used struct {
	mu         sync.Mutex
	young, old map[uint64]spent
	since      time.Time // when young began
	floor      time.Time // tokens made before have been forgotten
}

// spent is what came under one token.
type spent struct {
	numbers  uint16 // deliveries, a bit each
	scrolled uint8  // percent
	turned   bool   // the document shows another page since, under a token of its own
	seconds  uint16 // no more than those of [Life]
	events   uint8  // and links that were counted
}

// take notes delivery r of the token id, or says that it came before.
func (u *used) take(id uint64, issued, now time.Time, r *Report) (Told, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.turn(now)
	if issued.Before(u.floor) {
		return Told{}, ErrExpired
	}
	s, known := u.young[id]
	if !known {
		s = u.old[id]
	}
	bit := uint16(1) << r.Number
	if s.numbers&bit != 0 || s.turned && r.Next != "" {
		return Told{}, ErrUsed
	}
	scrolled := max(int(s.scrolled), r.Scrolled)
	most := max(0, int(now.Sub(issued)/time.Second)+1) // nobody looks at a page for longer than it exists
	seconds := max(int(s.seconds), min(r.Seconds, most))
	room := max(0, maxEvents-int(s.events))
	events := min(len(r.Events)+len(r.Links)+len(r.Files), room)
	t := Told{Room: room, First: s.numbers == 0, Scrolled: scrolled - int(s.scrolled), Before: int(s.seconds), Reached: int(s.scrolled), Seconds: seconds - int(s.seconds)}
	u.young[id] = spent{numbers: s.numbers | bit, scrolled: uint8(scrolled), seconds: uint16(min(seconds, int(Life/time.Second))), events: s.events + uint8(events), turned: s.turned || r.Next != ""}
	return t, nil
}

// turn begins a new generation when the young one is full or as old as tokens get. What falls out with the old one was
// last met before the young one began, so that tokens made before that are refused from now on.
func (u *used) turn(now time.Time) {
	if u.young != nil && len(u.young) < maxUsed && now.Sub(u.since) < Life {
		return
	}
	if u.young != nil {
		u.floor = u.since
	}
	u.old, u.young, u.since = u.young, make(map[uint64]spent), now
}

func (u *used) held() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.young) + len(u.old)
}
