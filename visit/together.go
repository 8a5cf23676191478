package visit

import (
	"errors"
	"time"
)

// Share makes a one of several Anonymisers that count the same site together. From now on it notes what changes, for
// [Anonymiser.Changes]. Call it before the first hit. They count a visitor once if they have the same secret and adopt one
// another's seeds, and if each hears what the others tell; a page view is counted where it is made, and hearing counts
// nothing. Seeds and parts are personal as long as their day lives: seal them, and let them rest nowhere.
func (a *Anonymiser) Share() {
	a.tracker.sharing.on, a.firsts.shared = true, true
}

// Prepare draws the seeds of the day of now and of the next one where there are none, so that they can be agreed upon
// before they are needed. They give way to all others until Stand.
func (a *Anonymiser) Prepare(now time.Time) error {
	today := a.Today(now)
	a.keys.forget(a.Today(now.Add(-2 * VisitPause)))
	return errors.Join(a.keys.Prepare(today, unborn), a.keys.Prepare(today+1, unborn))
}

// Stand says that nobody else is known to have had other seeds before now. Of two that stand, the one that has stood for
// longer goes on.
func (a *Anonymiser) Stand(now time.Time) { a.keys.Stand(now.UnixMilli()) }

// Today returns the day of now.
func (a *Anonymiser) Today(now time.Time) Day {
	day, _ := DayOf(now, a.zone)
	return day
}

// Seeds returns the seeds of the living days and of those prepared.
func (a *Anonymiser) Seeds() []Seed { return a.keys.Seeds() }

// Adopt takes over a seed that another has for a day that may be open at now, or for the one after, unless its own
// stands before it. Where the day had begun under its own, it begins anew: lost is how many visitors were known by then, who may be
// counted a second time.
func (a *Anonymiser) Adopt(seed Seed, now time.Time) (lost int64, err error) {
	if p := (part{day: seed.Day}); int64(seed.Day) <= a.closed.Load() || !p.timely(now, a.zone) && !p.timely(now.AddDate(0, 0, 1), a.zone) {
		return 0, nil
	}
	replaced, err := a.keys.Adopt(seed)
	if !replaced {
		return 0, err
	}
	if d := a.tracker.find(seed.Day); d != nil {
		lost = max(d.visitors.Load(), d.askers.Load())
	}
	a.tracker.Drop(seed.Day)
	a.firsts.drop(seed.Day)
	return lost, nil
}

// Changes tells what has changed since the last call, in parts of at most size bytes, [MinPart] or more. One goroutine at
// a time may call it.
func (a *Anonymiser) Changes(size int, tell func(day Day, part []byte)) {
	for _, d := range a.tracker.alive() {
		w := a.parts(d.day, size, func(part []byte) bool { tell(d.day, part); return true })
		a.tracker.changes(d, w)
		a.firsts.tell(d.day, false, w)
		w.flush()
	}
}

// Everything tells all that is known of day, in parts of at most size bytes, until tell returns false. No lock is held
// while it is called.
func (a *Anonymiser) Everything(day Day, size int, tell func(part []byte) bool) {
	d := a.tracker.find(day)
	if d == nil {
		return
	}
	w := a.parts(day, size, tell)
	d.everything(w)
	a.firsts.tell(day, true, w)
	w.flush()
}

func (a *Anonymiser) parts(day Day, size int, emit func([]byte) bool) *partWriter {
	return &partWriter{day: day, plan: a.tracker.sharing.plan, size: min(max(size, MinPart), MaxPart), emit: emit}
}

// Hear takes in a part that another told under the same seed. Hearing it again, late or out of order changes nothing
// more. It fails, with nothing changed, for bytes that are no part, and for days that are not open at now; refused is how many
// visitors found no room.
func (a *Anonymiser) Hear(data []byte, now time.Time) (refused int, err error) {
	p, err := readPart(data, a.told.Intern)
	if err != nil {
		return 0, err
	}
	if int64(p.day) <= a.closed.Load() || !p.timely(now, a.zone) || !a.keys.open(p.day) {
		return 0, ErrPart
	}
	a.firsts.merge(p.day, p.firsts)
	return a.tracker.merge(&p, now), nil
}
