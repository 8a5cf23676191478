package risk

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// DeskOptions say how a [Desk] works. Engine is required.
type DeskOptions struct {
	Engine *Engine
	// Shelf is where incidents, blocks and seeds rest. Default: in memory.
	Shelf Shelf
	// Keep is how long incidents are kept, at most 90 days. Default: 30 days.
	Keep time.Duration
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// Desk is where an admin sees what was judged, and decides who is kept out. It keeps incidents, puts blocks into force in its
// engine, and lists who decided what. Whoever makes one calls [Desk.Sync] several times a minute. It is safe for concurrent use.
type Desk struct {
	engine *Engine
	shelf  Shelf
	keep   time.Duration
	now    func() time.Time
	name   string // of this process, in keys

	mu    sync.Mutex
	hours map[int64]*hourDocument // since 1970; what the shelf has not taken yet is dirty
	dirty map[int64]bool
	swept time.Time
	kept  []Block // that were in force last
	seeds []Seed  // and the seeds
}

const (
	keepIncidents = 30 * 24 * time.Hour
	keepMost      = 90 * 24 * time.Hour
	keepDeeds     = 90 * 24 * time.Hour
	// MaxBlock is the longest that somebody is blocked at once.
	MaxBlock = 7 * 24 * time.Hour
	// MaxBlocks is how many are blocked at once.
	MaxBlocks = 1000
	maxListed = 200 // deeds that are listed
	maxHeld   = 48  // hours that wait while the shelf is away
)

// NewDesk makes a desk. It reads nothing yet.
func NewDesk(o DeskOptions) *Desk {
	d := &Desk{engine: o.Engine, shelf: o.Shelf, keep: min(cmp.Or(o.Keep, keepIncidents), keepMost), now: o.Now, name: strings.ToLower(rand.Text()[:10]), hours: map[int64]*hourDocument{}, dirty: map[int64]bool{}}
	if d.now == nil {
		d.now = time.Now
	}
	if d.shelf == nil {
		d.shelf = NewMemoryShelf(d.now)
	}
	return d
}

// Note takes an incident in. It costs no round trip.
func (d *Desk) Note(i Incident) {
	hour := i.Time.Unix() / 3600
	d.mu.Lock()
	defer d.mu.Unlock()
	doc := d.hours[hour]
	if doc == nil {
		if len(d.hours) >= maxHeld {
			return
		}
		doc = &hourDocument{}
		d.hours[hour] = doc
	}
	doc.add(&i)
	d.dirty[hour] = true
}

// Sync hands over what happened, takes over who was blocked elsewhere, and has the keys of today and tomorrow shared.
func (d *Desk) Sync(ctx context.Context) error {
	d.engine.Expire(d.now())
	err := errors.Join(d.enforce(ctx), d.hand(ctx), d.engine.accounts.keys.keep(ctx, d.now()))
	d.mu.Lock()
	due := d.now().Sub(d.swept) >= time.Hour || d.now().Before(d.swept)
	d.mu.Unlock()
	if err == nil && due {
		if err = errors.Join(d.shelf.Sweep(ctx), d.engine.sweepAccounts(ctx, d.now())); err == nil {
			d.mu.Lock()
			d.swept = d.now()
			d.mu.Unlock()
		}
	}
	return err
}

func hourKey(hour int64, name string) string { return fmt.Sprintf("hour/%010d/%s", hour, name) }

// changed returns copies of the hours in which something happened since, to be written without holding up whoever notes more.
func (d *Desk) changed() map[int64]*hourDocument {
	d.mu.Lock()
	defer d.mu.Unlock()
	hours := make(map[int64]*hourDocument, len(d.dirty))
	for hour := range d.dirty {
		hours[hour] = d.hours[hour].clone()
		delete(d.dirty, hour)
	}
	return hours
}

// hand writes the hours of this process in which something happened since.
func (d *Desk) hand(ctx context.Context) error {
	present := d.now().Unix() / 3600
	var faults []error
	for hour, doc := range d.changed() {
		document, err := doc.encode()
		if err == nil {
			err = d.shelf.Put(ctx, hourKey(hour, d.name), document, time.Unix(hour*3600, 0).Add(d.keep))
		}
		if err != nil {
			faults = append(faults, err)
			d.mu.Lock()
			d.dirty[hour] = true
			d.mu.Unlock()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for hour, doc := range d.hours {
		if hour < present {
			doc.who = nil
		}
		if hour < present-1 && !d.dirty[hour] {
			delete(d.hours, hour)
		}
	}
	return errors.Join(faults...)
}

// Hours returns the hours from first until last in which something happened, the last first.
func (d *Desk) Hours(ctx context.Context, first, last time.Time) ([]Hour, error) {
	if err := d.hand(ctx); err != nil {
		return nil, err
	}
	all := map[int64]*Hour{}
	var faults []error
	err := d.shelf.List(ctx, "hour/", func(key string, document []byte) {
		var hour int64
		if _, err := fmt.Sscanf(key, "hour/%010d/", &hour); err != nil || hour < first.Unix()/3600 || hour > last.Unix()/3600 {
			return
		}
		doc, err := parseHour(document)
		if err != nil {
			faults = append(faults, err)
			return
		}
		if all[hour] == nil {
			all[hour] = &Hour{At: time.Unix(hour*3600, 0).UTC(), Counts: map[Outcome]int64{}, Reasons: map[Code]int64{}, Countries: map[string]Seen{}, Nets: map[string]Seen{}, Paths: map[string]Seen{}}
		}
		doc.into(all[hour])
	})
	list := make([]Hour, 0, len(all))
	for _, h := range all {
		slices.SortStableFunc(h.Incidents, func(a, b Incident) int { return b.Time.Compare(a.Time) })
		list = append(list, *h)
	}
	slices.SortFunc(list, func(a, b Hour) int { return b.At.Compare(a.At) })
	return list, errors.Join(err, errors.Join(faults...))
}

// Mode returns whether the engine's verdicts are carried out.
func (d *Desk) Mode() Mode { return d.engine.Mode() }

// Figures returns what the engine of this process has done.
func (d *Desk) Figures() Figures { return d.engine.Figures() }
