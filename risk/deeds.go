package risk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Deed is what an admin did about somebody, as the list of deeds keeps it for 90 days.
type Deed struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`   // the account of the admin
	What string    `json:"what"` // "block" or "unblock"
	Who  Pseudonym `json:"who"`
	Ends time.Time `json:"ends,omitzero"` // of a block
}

// What can be wrong with a block.
var (
	ErrBlockOld  = errors.New("risk: the key of this pseudonym is gone: block one of a later incident")
	ErrBlockTerm = errors.New("risk: nobody is blocked for longer than 7 days at once")
	ErrBlockFull = errors.New("risk: 1,000 are blocked already: a rule by network or a limit does better")
)

// Block keeps an address or a network out by the pseudonym of an incident of the time of, for a term of at most [MaxBlock]: here at
// once, elsewhere as soon as it is told, or else with the next Sync. In shadow mode, too: somebody decided it.
func (d *Desk) Block(ctx context.Context, who Pseudonym, of time.Time, term time.Duration, by string) error {
	now := d.now()
	if who == (Pseudonym{}) || PeriodOf(of) > PeriodOf(now) {
		return ErrBlockOld
	}
	if term <= 0 || term > MaxBlock {
		return ErrBlockTerm
	}
	seed, err := d.seed(ctx, PeriodOf(of), false)
	if err != nil {
		return err
	}
	blocks, err := d.Blocks(ctx)
	if err != nil {
		return err
	}
	if len(blocks) >= MaxBlocks {
		return ErrBlockFull
	}
	b := Block{Who: who, Period: seed.Period, Made: now.UTC(), Ends: now.Add(term).UTC(), By: by}
	document, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("risk: block: %w", err)
	}
	if err := d.deed(ctx, Deed{At: b.Made, By: by, What: "block", Who: who, Ends: b.Ends}); err != nil {
		return err // what cannot be told is not done
	}
	ends := seedEnds(seed.Period)
	for _, other := range append(blocks, b) {
		if other.Period == seed.Period && other.Ends.After(ends) {
			ends = other.Ends
		}
	}
	if err := d.shelf.Put(ctx, seedKey(seed.Period), seed.Value[:], ends); err != nil {
		return err
	}
	if err := d.shelf.Put(ctx, "block/"+who.String(), document, b.Ends); err != nil {
		return err
	}
	return d.decided(ctx)
}

// Unblock lets somebody in again, and forgets what was remembered of them.
func (d *Desk) Unblock(ctx context.Context, who Pseudonym, by string) error {
	if err := d.deed(ctx, Deed{At: d.now().UTC(), By: by, What: "unblock", Who: who}); err != nil {
		return err
	}
	if err := d.shelf.Remove(ctx, "block/"+who.String()); err != nil {
		return err
	}
	d.engine.Forget(who)
	return d.decided(ctx)
}

// decided puts into force what an admin just decided, here and, where they are told, at other processes.
func (d *Desk) decided(ctx context.Context) error {
	err := d.enforce(ctx)
	d.engine.Ask()
	return err
}

// deed adds to the list.
func (d *Desk) deed(ctx context.Context, deed Deed) error {
	document, err := json.Marshal(deed)
	if err != nil {
		return fmt.Errorf("risk: deed: %w", err)
	}
	key := fmt.Sprintf("deed/%020d-%s", deed.At.UnixNano(), strings.ToLower(rand.Text()[:8]))
	return d.shelf.Put(ctx, key, document, deed.At.Add(keepDeeds))
}

// Deeds returns the last deeds, the last first.
func (d *Desk) Deeds(ctx context.Context) ([]Deed, error) {
	list, err := listed[Deed](ctx, d.shelf, "deed/")
	slices.Reverse(list)
	return list[:min(len(list), maxListed)], err
}

// Blocks returns who is blocked, those first who were blocked last.
func (d *Desk) Blocks(ctx context.Context) ([]Block, error) {
	list, err := listed[Block](ctx, d.shelf, "block/")
	slices.SortStableFunc(list, func(a, b Block) int { return b.Made.Compare(a.Made) })
	return list, err
}

func listed[T any](ctx context.Context, s Shelf, prefix string) (list []T, err error) {
	var faults []error
	err = s.List(ctx, prefix, func(key string, document []byte) {
		var one T
		if err := json.Unmarshal(document, &one); err != nil {
			faults = append(faults, fmt.Errorf("risk: %q on the shelf is damaged: %w", key, err))
			return
		}
		list = append(list, one)
	})
	return list, errors.Join(err, errors.Join(faults...))
}

func seedKey(period int64) string { return fmt.Sprintf("seed/%08d", period) }

// seedEnds is when the seed of a period is forgotten, unless a block needs it for longer.
func seedEnds(period int64) time.Time {
	return time.UnixMilli((period + 1) * rotation.Milliseconds()).Add(time.Hour)
}

// seed returns the seed of a period, and makes it where it may.
func (d *Desk) seed(ctx context.Context, period int64, make bool) (s Seed, err error) {
	s.Period = period
	value, err := d.shelf.Get(ctx, seedKey(period))
	if errors.Is(err, fs.ErrNotExist) && make {
		mine := d.inForce(period)
		value, err = d.shelf.Add(ctx, seedKey(period), mine[:], seedEnds(period))
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, ErrBlockOld
	case err != nil:
		return s, err
	case copy(s.Value[:], value) != len(s.Value):
		return s, fmt.Errorf("risk: the seed of period %d on the shelf is damaged", period)
	}
	return s, nil
}

// inForce is the seed of a period that is in force here, so that a shelf which lost everything gets it back and nobody is forgotten; or a fresh one.
func (d *Desk) inForce(period int64) (value [32]byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.seeds {
		if s.Period == period {
			return s.Value
		}
	}
	_, _ = rand.Read(value[:]) // never fails, see crypto/rand
	return value
}

// enforce has the engine follow the shelf.
func (d *Desk) enforce(ctx context.Context) error {
	blocks, err := d.Blocks(ctx)
	if err != nil {
		return err
	}
	present := PeriodOf(d.now())
	periods := []int64{present, present + 1}
	for _, b := range blocks {
		if !slices.Contains(periods, b.Period) {
			periods = append(periods, b.Period)
		}
	}
	var seeds []Seed
	for _, period := range periods {
		s, err := d.seed(ctx, period, period >= present)
		switch {
		case errors.Is(err, ErrBlockOld):
		case err != nil:
			return err
		default:
			seeds = append(seeds, s)
		}
	}
	d.letIn(blocks)
	d.mu.Lock()
	d.seeds = seeds
	d.mu.Unlock()
	return d.engine.Share(seeds, blocks)
}

// letIn forgets what is remembered of those who were blocked, and whom an admin let in again before their time: here or at another process.
func (d *Desk) letIn(blocks []Block) {
	d.mu.Lock()
	before := d.kept
	d.kept = blocks
	d.mu.Unlock()
	for _, b := range before {
		same := func(other Block) bool { return other.Who == b.Who }
		if d.now().Before(b.Ends) && !slices.ContainsFunc(blocks, same) {
			d.engine.table.forget(b.Who)
		}
	}
}
