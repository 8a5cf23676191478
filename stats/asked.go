package stats

import (
	"math/bits"
	"net/http"
	"strings"
	"time"

	"github.com/kelisim/kelisim/visit"
)

// What networks are answered ("errors come from this provider", S1-3.3.2) is counted of every request, page view or
// not. The values that say something of a person are provider, prefix and country, and they have the floor of
// persons, counted in Askers. What they were answered, a status class and a time, is decided by the
// site and says nothing of who asked: like bounces it is a measure of those values, with no floor of its own.

// maxAsked is how many networks by hour a shard counts between two gatherings.
const maxAsked = 1 << 14

// slow is what an answer of a [Slow] request takes longer than.
const slow = time.Second

// asked is the network of a request, and its hour.
type asked struct {
	provider, country string
	prefix            visit.Prefix
	hour              uint8
}

func (a asked) clone() asked {
	a.provider, a.country = strings.Clone(a.provider), strings.Clone(a.country)
	return a
}

// maxPrefix is the length of the longest prefix, "ffff:ffff::/32", and the space after it.
const maxPrefix = 15

func (a asked) valid() bool {
	return ValidValue(a.provider) && ValidValue(a.country) && len(a.provider)+maxPrefix <= MaxValue
}

// value returns the value of [DimNetPrefix].
func (a *asked) value() string { return a.prefix.String() + " " + a.provider }

func quickAsked(a *asked) uint64 {
	return finish(stir(where(a.provider), a.country) ^ bits.RotateLeft64(uint64(a.prefix)<<8|uint64(a.hour), 17))
}

// askedCell is what a network was answered.
type askedCell struct {
	requests, bots, askers           int32
	redirects, rejects, faults, slow int32
	latency                          [20]int32
	lots, troubled                   uint64 // of those who asked, and of those of them whose requests failed
}

// askedTable is a table whose cells are beside it.
type askedTable struct {
	table[asked]
	by []askedCell
}

// cell returns the cell of k, to be used until the next look-up.
func (t *askedTable) cell(k *asked) *askedCell {
	i := int(t.find(quickAsked(k), k, true))
	for len(t.by) <= i {
		t.by = append(t.by, askedCell{})
	}
	return &t.by[i]
}

// collect moves what t has counted to the given lists.
func (t *askedTable) collect(list []pair[asked], by []askedCell) ([]pair[asked], []askedCell) {
	if n := len(t.by); n > 0 {
		t.by[spilled] = askedCell{}
	}
	list = t.table.collect(list)
	for i := range list {
		by = append(by, t.by[list[i].at])
		t.by[list[i].at] = askedCell{}
	}
	if n := len(t.cells); n < len(t.by) {
		t.by = nil
	}
	return list, by
}

// answered counts what the network of a request was answered.
func (t *tally) answered(pv *visit.Pageview) {
	k := asked{pv.Provider, pv.Country, pv.Prefix, pv.Hour}
	c := t.asked.cell(&k)
	if pv.Bot != "" || pv.BotClass != "" && !pv.View() {
		c.bots++
		return
	}
	total := t.hour(pv.Hour)
	c.requests++
	c.lots |= 1 << (pv.Lot & 63)
	if pv.Asker {
		c.askers++
		total[Askers]++
	}
	switch {
	case pv.Status >= http.StatusInternalServerError:
		c.faults++
		total[Faults]++
		c.troubled |= 1 << (pv.Lot & 63)
	case pv.Status >= http.StatusBadRequest:
		c.rejects++
		total[Rejects]++
		c.troubled |= 1 << (pv.Lot & 63)
	case pv.Status >= http.StatusMultipleChoices:
		c.redirects++
		total[Redirects]++
	}
	if pv.Latency <= 0 {
		return
	}
	bucket := DimLatency.bucket(int64((pv.Latency + time.Millisecond - 1) / time.Millisecond))
	t.shape.latency[bucket]++
	c.latency[bucket]++
	if pv.Latency > slow {
		c.slow++
		total[Slow]++
	}
}

// counts returns c as Counts.
func (c *askedCell) counts() (out Counts) {
	out[Requests], out[Bots], out[Askers] = int64(c.requests), int64(c.bots), int64(c.askers)
	out[Redirects], out[Rejects], out[Faults], out[Slow] = int64(c.redirects), int64(c.rejects), int64(c.faults), int64(c.slow)
	return out
}

// absorbAsked adds what networks were answered to d, after the buckets of latency.
func (h *hold) absorbAsked(d *heldDay, v *harvest) {
	for i := range v.asked {
		k, by := &v.asked[i].key, &v.askedBy[i]
		c := by.counts()
		provider := h.add(d, DimNetProvider, k.provider, &c, true)
		h.add(d, DimNetCountry, k.country, &c, true)
		if k.prefix != 0 {
			h.add(d, DimNetPrefix, k.value(), &c, true).under(provider)
		}
		if by.requests == 0 || d.ended {
			continue
		}
		joint := jointCounts{c[Requests], c[Slow], c[Askers], c[Rejects], c[Faults]}
		h.cross(d, DimNetHour, provider, h.hours[k.hour], &joint, by.lots, by.troubled)
		for bucket, n := range by.latency {
			if n != 0 {
				h.cross(d, DimNetLatency, provider, d.values[DimLatency][labels[DimLatency][bucket]], &jointCounts{int64(n)}, 0, 0)
			}
		}
	}
}
