package stats

import (
	"math"
	"sync"
)

const (
	minDay Day = math.MinInt32
	maxDay Day = math.MaxInt32
)

// hold is what an instance knows of its open days beyond what it has handed over: which values have
// been carried by how many visitors, and what waits to leave.
type hold struct {
	mu       sync.Mutex
	options  Options
	caps     [NumDimensions]int
	days     map[Day]*heldDay
	closed   Day // days before have ended
	seq      uint64
	outgoing []Batch // cut and not delivered yet
	accepted int64   // hits that came, by the shards' own count
	handed   int64   // hits in delivered batches
	dropped  [numDrops]int64
	late     int64 // hits counted on a later day than their own
	folded   [NumDimensions]FoldedFigures
	shared   int64 // look-ups lost to full tables of joint attributes
	harvest  harvest
	hours    [24]*held // values of dimHour

	uncrossed int64 // times that a page view was left out of a pair
}

// heldDay is one day in the hold.
type heldDay struct {
	day    Day
	hours  [24]Counts // totals that wait for the next cut
	values [NumDimensions]map[string]*held
	ready  [NumDimensions][]*held // those with counts that may leave
	rare   [NumDimensions][]*held // those that were below the floor when they came, the oldest first
	views  int64                  // page views since rows last left, but for those that lag behind
	since  int64                  // the same since those last left that wait for the end of an hour
	told   [24]Counts             // totals that have left
	past   [24]Counts             // totals that had left before a restart
	anew   int                    // how often everybody became a new visitor: see Anew
	let    [NumDimensions]int64   // visitors in rows that have left, but for those of a line of their own
	ids    uint32                 // numbers given to values

	crossings [MaxDimension - firstPair]crossing
	lag       lag
	ended     bool
	wrote     bool // rows of it have left
}

// held is one value of a dimension on one day.
type held struct {
	value   string
	carried int64  // those of the day that carry it, see [Dimension.Crowd]
	waiting Counts // not left yet
	ready   bool   // listed in ready
	left    bool   // has been ready: it may be at rest
	listed  bool   // listed in rare
	gone    bool   // made room for another
	apart   bool   // came when few places were left: it has to be asked for often before it may leave
	spared  int64  // of carried, when it last did not make room
	id      uint32 // among the values of its day
	lagging int32  // where it is among those that lag behind, plus 1

	line       *held // the coarser value that counts it, too
	let, below int64 // visitors in its rows that have left, and in those of the values that it counts

	out *Counts // what has left on this day, where settle asks for it; nil for nothing
}

func (h *hold) init(o Options) {
	h.options, h.days, h.closed = o, make(map[Day]*heldDay), minDay
	for hour := range h.hours {
		h.hours[hour] = &held{value: hourNames[hour], id: math.MaxUint32 - uint32(hour)}
	}
	for d := range Dimensions() {
		h.caps[d] = d.Spec().Cap
		if n := o.Caps[d]; n > 0 {
			h.caps[d] = n
		}
	}
}

// limits are the sizes of the tables of one shard: no more than the hold would take.
func (h *hold) limits() *limits {
	return &limits{
		people:   1 << 15,
		arrivals: h.caps[DimSource] + h.caps[DimCampaign],
		pages:    h.caps[DimPage],
		files:    h.caps[DimFile],
		missing:  h.caps[DimNotFound],
		robots:   h.caps[DimBot],
		events:   h.caps[DimConsent],
		facets:   4096,
		joints:   maxJoints,
		asked:    maxAsked,
		signals:  h.caps[DimTitle] + h.caps[DimOutbound] + h.caps[DimEvent] + 512,
	}
}

func (h *hold) day(day Day) *heldDay {
	d := h.days[day]
	if d == nil {
		d = &heldDay{day: day, ended: day < h.closed}
		h.days[day] = d
	}
	return d
}

// often is how many requests or events a value without a floor has to bring that comes when few places are left.
const often = 5

// carries reports whether v may be seen: enough visitors of the day carry it. Where one is enough, anybody's will do, as
// long as there is room: the last quarter of the places is for values that were asked for often.
func (h *hold) carries(dim Dimension, v *held) bool {
	if k := h.options.Floors.Of(dim); k > 1 {
		return v.carried >= int64(k)
	}
	return !v.aside()
}

// aside reports whether v waits because there is little room left.
func (v *held) aside() bool { return v.apart && v.carried < often }

// crowd is what a value's claim to be seen is counted in.
func (h *hold) crowd(dim Dimension, c *Counts) int64 {
	if h.options.Floors.Of(dim) > 1 {
		return dim.carriers(c)
	}
	return hitsOf(c)
}

// claim is the crowd of v, what lags behind included.
func (h *hold) claim(d *heldDay, dim Dimension, v *held) int64 {
	if v.lagging == 0 {
		return v.carried
	}
	return v.carried + h.crowd(dim, &d.lag.values[v.lagging-1].counts)
}

// hitsOf is how many requests and events c counts.
func hitsOf(c *Counts) int64 { return c[Requests] + c[Bots] + c[Events] }

// add adds c to what waits under a value, and returns the value; nil if it is left to "other". good says
// that it was seen on an answer that did not fail.
func (h *hold) add(d *heldDay, dim Dimension, value string, c *Counts, good bool) *held {
	counts := *c
	dim.counted().keep(&counts)
	if counts.IsZero() {
		return d.values[dim][value]
	}
	hits := hitsOf(&counts)
	if d.ended {
		h.folded[dim].Late += hits
		return nil
	}
	v := d.values[dim][value]
	if v == nil {
		if n := len(d.values[dim]); !good && n >= h.caps[dim]/2 || n >= h.caps[dim] && !h.evict(d, dim) {
			h.folded[dim].Capped += hits
			return nil
		}
		v = d.begin(dim, value)
		v.apart = h.options.Floors.Of(dim) <= 1 && len(d.values[dim]) > h.caps[dim]-h.caps[dim]/4
	}
	if h.lags(d) {
		d.lag.later(dim, v, &counts)
	} else {
		h.know(d, dim, v, &counts)
	}
	if !v.ready && !v.listed && (v.apart || h.options.Floors.Of(dim) > 1) { // others will be told of at the next step
		v.listed = true
		v.spared = h.claim(d, dim, v)
		d.rare[dim] = append(d.rare[dim], v)
	}
	return v
}

// begin puts a new value into d.
func (d *heldDay) begin(dim Dimension, value string) *held {
	if d.values[dim] == nil {
		d.values[dim] = make(map[string]*held)
	}
	d.ids++
	v := &held{value: value, id: d.ids}
	d.values[dim][value] = v
	return v
}

// evict makes room for a value of a full dimension: the oldest value of which nothing has left, and which nobody more has
// carried since it was last spared, goes back into "other". So values that a stranger makes up, one a request, do not keep out
// those that visitors share.
func (h *hold) evict(d *heldDay, dim Dimension) bool {
	for len(d.rare[dim]) > 0 {
		v := d.rare[dim][0]
		d.rare[dim][0] = nil
		d.rare[dim] = d.rare[dim][1:]
		switch {
		case v.left:
		case h.claim(d, dim, v) > v.spared:
			v.spared = h.claim(d, dim, v)
			d.rare[dim] = append(d.rare[dim], v)
		default:
			delete(d.values[dim], v.value)
			v.gone = true
			lost := d.lag.drop(v)
			lost.Add(&v.waiting)
			h.folded[dim].Capped += hitsOf(&lost)
			return true
		}
	}
	return false
}

// release takes out of v what may leave.
func (h *hold) release(dim Dimension, v *held) (out Counts) {
	v.ready = false
	if h.carries(dim, v) {
		out, v.waiting = v.waiting, Counts{}
		return out
	}
	if !v.apart {
		out[Bots], v.waiting[Bots] = v.waiting[Bots], 0
	}
	return out
}

// end drops what is known of a day that is over, but for the rows that may leave.
func (h *hold) end(d *heldDay) {
	d.ended = true
	h.settle(d)
	for dim := range Dimensions() {
		for _, v := range d.values[dim] {
			switch {
			case v.aside():
				h.folded[dim].Capped += hitsOf(&v.waiting)
			case !h.carries(dim, v):
				h.folded[dim].Held += v.waiting[Requests] + v.waiting[Events]
			}
		}
		d.values[dim], d.rare[dim] = nil, nil
	}
	h.endCrossed(d)
}
