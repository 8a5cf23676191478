package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/kelisim/kelisim/stats"
)

var mergeCases = []testcase{
	{"empty", "A new store holds nothing and says so without an error.", func(c *check) {
		s := c.store()
		c.span(s)
		c.open(s, day0)
		c.applied(s, "nobody", 0, "")
		if got := c.totals(s, day0-10, day0+10); got != nil {
			c.Errorf("totals %v", got)
		}
		same(c, c.rows(s, stats.DimPage, day0-10, day0+10), nil)
		c.ok(s.Ping(c.Context()))
		if s.Kind() == "" {
			c.Error("it has no kind")
		}
	}},
	{"add", "A batch adds to totals and rows, over days and hours, and takes away where a difference is negative.", func(c *check) {
		s := c.store()
		b := stats.Batch{Instance: "i", Seq: 1, Totals: []stats.Total{total(day0, 0, 5), total(day0, 23, 1), total(day0+2, 7, 2)}}
		b.Rows = []stats.Row{row(day0, stats.DimPage, "/", 4), row(day0, stats.DimPage, "/a", 2), row(day0, stats.DimCountry, "KZ", 6), row(day0+2, stats.DimPage, "/a", 2)}
		c.merge(s, b)
		second := stats.Counts{}
		second[stats.Views], second[stats.Bounces], second[stats.Seconds] = 1, -3, 1<<40
		c.merge(s, stats.Batch{Instance: "i", Seq: 2, Totals: []stats.Total{{Day: day0, Hour: 23, Counts: second}}, Rows: []stats.Row{{Day: day0, Dim: stats.DimPage, Value: "/", Counts: second}}})

		want := views(4)
		want.Add(&second)
		same(c, c.rows(s, stats.DimPage, day0, day0+2), map[rowKey]stats.Counts{
			{day0, stats.DimPage, "/"}: want, {day0, stats.DimPage, "/a"}: views(2), {day0 + 2, stats.DimPage, "/a"}: views(2),
		})
		same(c, c.views(s, stats.DimCountry, day0), map[string]int64{"KZ": 6})
		same(c, c.views(s, stats.DimCountry, day0+2), nil)
		late := views(1)
		late.Add(&second)
		hours := map[stats.Total]bool{}
		for _, t := range c.totals(s, day0, day0+2) {
			hours[t] = true
		}
		same(c, hours, map[stats.Total]bool{total(day0, 0, 5): true, {Day: day0, Hour: 23, Counts: late}: true, total(day0+2, 7, 2): true})
		if got := c.totals(s, day0+1, day0+1); got != nil {
			c.Errorf("totals of a day that holds nothing: %v", got)
		}
		c.span(s, day0, day0+2)
		c.open(s, day0+2, day0)
		c.open(s, day0+3, day0, day0+2)
	}},
	{"duplicate", "A batch that was merged is acknowledged and ignored, however old: its writer may not have heard the answer.", func(c *check) {
		s := c.store()
		for seq := range uint64(3) {
			b := batch("i", seq+1, row(day0, stats.DimPage, "/", 1))
			b.Mark = []byte{'m', byte('1' + seq)}
			if m := c.merge(s, b); m.Duplicate {
				c.Errorf("batch %d is no duplicate", seq+1)
			}
		}
		for _, seq := range []uint64{3, 1, 2} {
			if m := c.merge(s, batch("i", seq, row(day0, stats.DimPage, "/", 1))); !m.Duplicate {
				c.Errorf("batch %d is a duplicate", seq)
			}
		}
		c.applied(s, "i", 3, "m3")
		c.applied(s, "I", 0, "")
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/": 3})
		if m := c.merge(s, batch("j", 1, row(day0, stats.DimPage, "/", 1))); m.Duplicate {
			c.Error("another instance counts for itself")
		}
	}},
	{"gap", "A batch before which one is missing is refused whole, so that nothing is lost unseen.", func(c *check) {
		s := c.store()
		for _, b := range []stats.Batch{batch("i", 2, row(day0, stats.DimPage, "/", 1)), large("i", 2)} {
			_, err := s.Merge(c.Context(), b)
			c.is(err, stats.ErrGap)
		}
		c.applied(s, "i", 0, "")
		c.merge(s, batch("i", 1, row(day0, stats.DimPage, "/", 1)))
		_, err := s.Merge(c.Context(), batch("i", 3, row(day0, stats.DimPage, "/", 1)))
		c.is(err, stats.ErrGap)
		same(c, c.views(s, stats.DimPage, day0), map[string]int64{"/": 1})
		c.span(s, day0, day0)
	}},
	{"nothing", "A batch without content counts as a batch: an import's mark moves on.", func(c *check) {
		s := c.store()
		c.merge(s, stats.Batch{Instance: "i", Seq: 1, Mark: []byte("at 5")})
		c.applied(s, "i", 1, "at 5")
		c.span(s)
	}},
	{"large", "A batch of thousands of rows over many days is merged as one of a single row is, and once.", func(c *check) {
		s := c.store()
		b := large("i", 1)
		c.merge(s, b)
		if m := c.merge(s, b); !m.Duplicate {
			c.Error("it is a duplicate")
		}
		var want stats.Counts
		rows := map[rowKey]stats.Counts{}
		for _, t := range b.Totals {
			want.Add(&t.Counts)
		}
		for _, r := range b.Rows {
			rows[rowKey{r.Day, r.Dim, r.Value}] = r.Counts
		}
		if got := c.sum(s); got != want {
			c.Errorf("totals %v, want %v", got, want)
		}
		same(c, c.rows(s, stats.DimPage, day0-200, day0+200), rows)
	}},
	{"concurrent", "Any number of writers at once, some of them sending a batch twice at the same moment, give exact sums.", concurrent},
	{"sites", "What one site counts, records and keeps, no other site sees.", func(c *check) {
		a, b := c.Open(c.T, c.site+"-a"), c.Open(c.T, c.site+"-b")
		c.merge(a, batch("i", 1, row(day0, stats.DimPage, "/", 1)))
		c.ok(a.Append(c.Context(), entry("one")))
		_, err := a.Swap(c.Context(), "k", nil, []byte("v"))
		c.ok(err)
		c.applied(b, "i", 0, "")
		c.span(b)
		keys, err := b.Keys(c.Context(), "")
		c.ok(err)
		if got := c.entries(b, 0); got != nil || keys != nil {
			c.Errorf("entries %v, documents %v", got, keys)
		}
		c.ok(b.Expire(c.Context(), day0+1))
		same(c, c.views(a, stats.DimPage, day0), map[string]int64{"/": 1})
	}},
	{"random", "Whatever is merged in whatever order, a store agrees with a simple sum.", random},
}

// large returns a batch of 5,500 rows and 4,000 totals.
func large(instance string, seq uint64) stats.Batch {
	b := stats.Batch{Instance: instance, Seq: seq}
	for i := range 4000 {
		b.Totals = append(b.Totals, total(day0-100+stats.Day(i/24), uint8(i%24), int64(i%7+1)))
	}
	for i := range 5500 {
		b.Rows = append(b.Rows, row(day0+stats.Day(i/2500), stats.DimPage, fmt.Sprintf("/page/%06d", i), int64(i)+1))
	}
	return b
}

func concurrent(c *check) {
	const writers, batches = 4, 12
	shared := c.store()
	var wg sync.WaitGroup
	errs := make(chan error, writers*batches*2)
	for w := range writers {
		wg.Go(func() {
			s := shared
			if !c.Alone {
				s = c.Open(c.T, c.site)
			}
			for i := range uint64(batches) {
				b := batch(fmt.Sprint("writer ", w), i+1, row(day0, stats.DimPage, "/", 1), row(day0, stats.DimPage, fmt.Sprint("/", w), 1))
				if i == batches/2 {
					b = large(b.Instance, i+1)
				}
				var twice sync.WaitGroup
				for range 2 {
					twice.Go(func() {
						if _, err := s.Merge(c.Context(), b); err != nil {
							errs <- err
						}
					})
				}
				twice.Wait()
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		c.Error(err)
	}
	want := map[string]int64{"/": writers * (batches - 1)}
	for w := range writers {
		want[fmt.Sprint("/", w)] = batches - 1
		c.applied(shared, fmt.Sprint("writer ", w), batches, "")
	}
	for _, r := range large("", 1).Rows {
		if r.Day == day0 {
			want[r.Value] = writers * r.Counts[stats.Views]
		}
	}
	same(c, c.views(shared, stats.DimPage, day0), want)
}

func random(c *check) {
	r := rand.New(rand.NewPCG(1, 2))
	s := c.store()
	rows, sums := map[rowKey]stats.Counts{}, map[stats.Total]stats.Counts{}
	seqs := map[string]uint64{}
	for range 60 {
		b := stats.Batch{Instance: fmt.Sprint("i", r.IntN(3))}
		b.Seq = seqs[b.Instance] + uint64(r.IntN(4)) // 0: a duplicate, 1: the next, more: a gap
		for range r.IntN(300) {
			var counts stats.Counts
			counts[r.IntN(len(counts))] = r.Int64N(1<<uint(r.IntN(50)+1)) - 1<<10
			day, hour := day0+stats.Day(r.IntN(3)), uint8(r.IntN(24))
			b.Totals = append(b.Totals, stats.Total{Day: day, Hour: hour, Counts: counts})
			b.Rows = append(b.Rows, stats.Row{Day: day, Dim: stats.DimPage, Value: fmt.Sprint("/", r.IntN(700)), Counts: counts})
		}
		_, err := s.Merge(c.Context(), b)
		if b.Seq > seqs[b.Instance]+1 {
			c.is(err, stats.ErrGap)
		} else if b.Seq > 0 {
			c.ok(err)
		} else if err == nil || errors.Is(err, stats.ErrGap) {
			c.Errorf("batch 0: %v", err)
		}
		if b.Seq != seqs[b.Instance]+1 {
			continue
		}
		seqs[b.Instance]++
		for _, t := range b.Totals {
			key := stats.Total{Day: t.Day, Hour: t.Hour}
			sum := sums[key]
			sum.Add(&t.Counts)
			sums[key] = sum
		}
		for _, r := range b.Rows {
			key := rowKey{r.Day, r.Dim, r.Value}
			sum := rows[key]
			sum.Add(&r.Counts)
			rows[key] = sum
		}
	}
	got := map[stats.Total]stats.Counts{}
	for _, t := range c.totals(s, day0, day0+2) {
		got[stats.Total{Day: t.Day, Hour: t.Hour}] = t.Counts
	}
	same(c, got, sums)
	same(c, c.rows(s, stats.DimPage, day0, day0+2), rows)
}
