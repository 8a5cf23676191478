package stats

import "strings"

// cell counts one row of a shard between two gatherings: 64 bytes, one cache line.
type cell struct {
	n       [Events + 1]int32 // but for seconds, which have an int64
	seconds int64

	viewers, inSection, timed int32 // of pages: see ofPage

	dirty bool // listed in its table's dirty
	good  bool // seen on an answer that did not fail
}

// table interns keys as the indexes of cells. Not safe for concurrent use.
type table[K key[K]] struct {
	index  map[K]int32
	recent []int32 // by quick hash: an index plus 1, 0 for none; a guess that is checked against keys
	keys   []K
	cells  []cell
	dirty  []int32 // cells that counted something since the last gathering
	limit  int     // keys it takes
	lost   int64   // look-ups that found no cell
}

// key is what a table is keyed by.
type key[K any] interface {
	comparable
	clone() K // a copy that shares no memory with the request
	valid() bool
}

// spilled is the index of cell 0, which nobody reads: for keys that find no place.
const spilled = 0

func newTable[K key[K]](limit int) table[K] {
	return table[K]{limit: limit, cells: make([]cell, 1), keys: make([]K, 1), recent: make([]int32, 1<<8)}
}

// find returns the index of the cell of k, or spilled if the table is full or k is not valid. q is a
// quick hash of k: good for speed, and nothing depends on it. A key that is not good (first seen on an
// answer that failed) finds the table full when it is half full.
func (t *table[K]) find(q uint64, k *K, good bool) int32 {
	guess := &t.recent[q&uint64(len(t.recent)-1)]
	i := *guess
	if i == 0 || t.keys[i] != *k {
		var ok bool
		if i, ok = t.index[*k]; !ok {
			i = t.insert(k, good)
		}
		*guess = i
	}
	if c := &t.cells[i]; !c.dirty {
		c.dirty = true
		t.dirty = append(t.dirty, i)
	}
	return i
}

func (t *table[K]) insert(k *K, good bool) int32 {
	if n := len(t.cells); n > t.limit || !good && n > t.limit/2 || !(*k).valid() {
		t.lost++
		return spilled
	}
	own := (*k).clone()
	if t.index == nil {
		t.index = make(map[K]int32)
	}
	i := int32(len(t.cells))
	t.index[own] = i
	t.keys = append(t.keys, own)
	t.cells = append(t.cells, cell{})
	if n := len(t.recent); len(t.cells) > n {
		t.recent = make([]int32, 4*n)
	}
	return i
}

// pair is a cell on its way from a shard to the hold.
type pair[K any] struct {
	key  K
	cell cell
	at   int32 // index in its table
}

// collect appends every cell that counted something to list, and empties it. Where most keys are not
// used any more, or take the room of others, it forgets them all: they come back when they are.
func (t *table[K]) collect(list []pair[K]) []pair[K] {
	for _, i := range t.dirty {
		if i != spilled {
			list = append(list, pair[K]{t.keys[i], t.cells[i], i})
		}
		t.cells[i] = cell{}
	}
	used, n := len(t.dirty), len(t.cells)-1
	t.dirty = t.dirty[:0]
	if n > 4096 && used < n/4 || n > t.limit/2 && used < n || n >= t.limit {
		lost := t.lost
		*t = newTable[K](t.limit)
		t.lost = lost
	}
	return list
}

// counts returns c as Counts.
func (c *cell) counts() (out Counts) {
	for m, n := range c.n {
		out[m] = int64(n)
	}
	out[Seconds] = c.seconds
	return out
}

// text is a key of one string.
type text string

func (t text) clone() text { return text(strings.Clone(string(t))) }
func (t text) valid() bool { return ValidValue(string(t)) }

// person is what is known of who asks: one look-up for all of it.
type person struct {
	country, region, city, provider string
	browser, browserVersion         string
	os, osVersion                   string
	device, language, network       string
}

func (p person) clone() person {
	for _, s := range p.fields() {
		*s = strings.Clone(*s)
	}
	return p
}

func (p *person) fields() [11]*string {
	return [...]*string{
		&p.country, &p.region, &p.city, &p.provider, &p.browser,
		&p.browserVersion, &p.os, &p.osVersion, &p.device, &p.language, &p.network,
	}
}

func (p person) valid() bool {
	for _, s := range p.fields() {
		if !ValidValue(*s) {
			return false
		}
	}
	return len(p.country)+len(p.region)+len(p.city)+2 <= MaxValue
}

// arrival is how a request came to the site.
type arrival struct{ source, channel, campaign string }

func (a arrival) clone() arrival {
	return arrival{strings.Clone(a.source), strings.Clone(a.channel), strings.Clone(a.campaign)}
}

func (a arrival) valid() bool {
	return ValidValue(a.source) && ValidValue(a.channel) && ValidValue(a.campaign)
}

// robot is a bot by class and name.
type robot struct{ class, name string }

func (r robot) clone() robot { return robot{strings.Clone(r.class), strings.Clone(r.name)} }

func (r robot) valid() bool {
	return len(r.class)+len(r.name)+2 <= MaxValue && ValidValue(r.class) && ValidValue(r.name)
}

func (r *robot) value() string {
	if r.class == "" {
		return r.name
	}
	return r.class + ": " + r.name
}
