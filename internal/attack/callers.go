package attack

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Call is one request that is no page view.
type Call struct {
	Event
	after int // page views that came before
}

// ofNetworks reports whether dim tells what networks were answered: of every request.
func ofNetworks(dim stats.Dimension) bool {
	switch dim {
	case stats.DimNetCountry, stats.DimNetProvider, stats.DimNetPrefix, stats.DimNetHour, stats.DimNetLatency:
		return true
	}
	return false
}

// Put gives the i-th of those who are known another address and place. It is for sites that are not open yet.
func (p *Population) Put(i int, addr netip.Addr, place visit.Place) {
	delete(p.index, p.Addrs[i])
	p.Addrs[i], p.places[i], p.index[addr] = addr, place, i
}

// Until lets time pass up to a share of the day.
func (s *Site) Until(ctx context.Context, share float64) error { return s.until(ctx, moment(share)) }

// Call is one request by an address for something that is no page, at one of the guards.
func (s *Site) Call(i int) {
	s.Population.Came[i] = true
	at := s.random.IntN(len(s.guards))
	res := visit.Response{Status: 200, ContentType: "application/json", Latency: 20 * time.Millisecond}
	pv := s.guards[at].take(s.Population.Addrs[i], s.Population.hit(i, s.Population.Agent(i), "/api/items", "", s.Now), res)
	s.Calls = append(s.Calls, Call{eventOf(i, at, &pv), len(s.Events)})
}

// requests returns every request, in order. Those that are no page view are nobody's first.
func (s *Site) requests() []Event {
	all := make([]Event, 0, len(s.Events)+len(s.Calls))
	next := 0
	for i := range s.Events {
		for ; next < len(s.Calls) && s.Calls[next].after <= i; next++ {
			all = append(all, s.Calls[next].Event)
		}
		all = append(all, s.Events[i])
	}
	for _, c := range s.Calls[next:] {
		all = append(all, c.Event)
	}
	return all
}

// toldRequests says, for each request, whether the value of a dimension under which it was counted rests with this request in
// it. Of places a guard let out so many first page views, and so many requests more, of those that came first. Of networks
// nothing says how many asked: what it kept back are the first requests of those who came last, or where it lets out the
// same values of places, the same visitors.
func (s *Site) toldRequests(d *Dump, dim stats.Dimension, all []Event) []bool {
	type place struct {
		guard uint8
		first bool
		value string
	}
	first := func(e *Event) bool {
		if v, ok := e.value(dim); !ofNetworks(dim) || ok && s.besidePlaces(dim, e.Guard, v).visitors > 0 {
			return e.First
		}
		return e.Asked
	}
	counted, seen, told := make(map[place]int64), make(map[place]int64), make([]bool, len(all))
	for i := range all {
		if v, ok := all[i].value(dim); ok {
			counted[place{all[i].Guard, first(&all[i]), v}]++
		}
	}
	for i := range all {
		e := &all[i]
		v, ok := e.value(dim)
		if !ok || !d.tells(dim, v) {
			continue
		}
		at, let := place{e.Guard, first(e), v}, s.guards[e.Guard].let[Cell{dim, v}]
		firsts := let.visitors
		if beside := s.besidePlaces(dim, e.Guard, v); beside.visitors > 0 {
			firsts = min(beside.visitors, let.requests)
		} else if ofNetworks(dim) {
			began := counted[place{e.Guard, true, v}]
			kept := began + counted[place{e.Guard, false, v}] - let.requests
			firsts = began - min(kept, began)
		}
		if seen[at]++; at.first {
			told[i] = seen[at] <= firsts
		} else {
			told[i] = seen[at] <= let.requests-firsts
		}
	}
	return told
}

// besidePlaces is what a guard let out of the value of places that a value of networks is.
func (s *Site) besidePlaces(dim stats.Dimension, guard uint8, value string) let {
	switch dim {
	case stats.DimNetCountry:
		return s.guards[guard].let[Cell{stats.DimCountry, value}]
	case stats.DimNetProvider:
		return s.guards[guard].let[Cell{stats.DimProvider, value}]
	}
	return let{}
}

// Callers attacks what is counted of every request beside what is counted of page views, and returns the sets of fewer than k
// persons that it finds: by numbers of persons, and by subtracting the rows of one report, or of two that tell
// of the same values, from whatever counts the same requests.
func Callers(s *Site, d *Dump, k int) (below []string) {
	below = append(byNumbers(d, k), s.together(d, k)...)
	all := s.requests()
	told := map[stats.Dimension][]bool{}
	for dim := range stats.Stored() {
		if ofNetworks(dim) || dim == stats.DimCountry || dim == stats.DimProvider {
			told[dim] = s.toldRequests(d, dim, all)
		}
	}
	left := rests{site: s, k: k, all: all}
	everybody := func(int) (Cell, bool) { return Cell{Value: "all"}, true }
	for _, both := range [...][2]stats.Dimension{{stats.DimCountry, stats.DimNetCountry}, {stats.DimProvider, stats.DimNetProvider}} {
		views, every := told[both[0]], told[both[1]]
		left.less(both[1].String(), every, everybody)
		either := make([]bool, len(all))
		for i := range either {
			either[i] = views[i] || every[i]
		}
		left.less(fmt.Sprint(both[0], " and ", both[1]), either, everybody)
	}
	provider := func(i int) (Cell, bool) {
		v, _ := all[i].value(stats.DimNetProvider)
		return Cell{stats.DimNetProvider, v}, told[stats.DimNetProvider][i]
	}
	hour := func(i int) (Cell, bool) { return Cell{Value: fmt.Sprintf("hour %02d", all[i].Hour)}, true }
	left.less("prefixes", told[stats.DimNetPrefix], provider)
	left.less("hours", told[stats.DimNetHour], provider)
	left.less("providers by hour", told[stats.DimNetHour], hour)
	return append(below, left.below...)
}

// rests are what is left of lines.
type rests struct {
	site  *Site
	k     int
	all   []Event
	below []string
}

// less takes what is told out of lines.
func (r *rests) less(what string, told []bool, line func(i int) (Cell, bool)) {
	left, full := map[Cell][]int32{}, map[Cell]bool{}
	for i := range r.all {
		l, ok := line(i)
		if told[i] {
			full[l] = true
		}
		if who := left[l]; ok && !told[i] && len(who) < r.k && !slices.Contains(who, r.all[i].Who) {
			left[l] = append(who, r.all[i].Who)
		}
	}
	for l := range full {
		if n := len(left[l]); n > 0 && n < r.k {
			r.below = append(r.below, fmt.Sprintf("%v %q less %s: %d persons", l.Dim, l.Value, what, n))
		}
	}
}

// byNumbers subtracts visitors from whatever counts who asked: of a value, of what is told together, of all.
func byNumbers(d *Dump, k int) (below []string) {
	var total stats.Counts
	for _, c := range d.Hours {
		total.Add(&c)
	}
	only := func(what string, askers, visitors int64) {
		if n := askers - visitors; askers > 0 && n > 0 && n < int64(k) {
			below = append(below, fmt.Sprintf("%s: %d persons only called", what, n))
		}
	}
	only("all", total[stats.Askers], total[stats.Visitors])
	prefixes, hours := map[string]int64{}, map[string]int64{}
	for cell, c := range d.Rows {
		switch cell.Dim {
		case stats.DimNetPrefix:
			_, provider, _ := strings.Cut(cell.Value, " ")
			prefixes[provider] += c[stats.Askers]
		case stats.DimNetHour:
			provider, _ := stats.CutPair(cell.Value)
			hours[provider] += c[stats.Askers]
		case stats.DimNetCountry:
			only(fmt.Sprintf("country %q", cell.Value), c[stats.Askers], d.Rows[Cell{stats.DimCountry, cell.Value}][stats.Visitors])
		case stats.DimNetProvider:
			only(fmt.Sprintf("provider %q", cell.Value), c[stats.Askers], d.Rows[Cell{stats.DimProvider, cell.Value}][stats.Visitors])
		}
	}
	for value := range prefixes {
		visitors := d.Rows[Cell{stats.DimProvider, value}][stats.Visitors]
		only(fmt.Sprintf("the prefixes of %q", value), prefixes[value], visitors)
		only(fmt.Sprintf("the hours of %q", value), hours[value], visitors)
	}
	return below
}

// together looks at what two reports tell of the same value. Where one keeps back what the other does not, the difference says
// how many visitors were kept back, and so how many it was to hide: of an open day what networks are answered is no more
// than what places are, and of a closed one the rest of a value are k persons or none.
func (s *Site) together(d *Dump, k int) (below []string) {
	all := s.requests()
	for _, both := range [...][2]stats.Dimension{{stats.DimCountry, stats.DimNetCountry}, {stats.DimProvider, stats.DimNetProvider}} {
		type part struct {
			guard uint8
			value string
		}
		who, n := map[part][]int32{}, map[part]int64{}
		for i := range all {
			v, _ := all[i].value(both[1])
			p := part{all[i].Guard, v}
			if n[p]++; len(who[p]) < k && !slices.Contains(who[p], all[i].Who) {
				who[p] = append(who[p], all[i].Who)
			}
		}
		for p, persons := range who {
			if !d.tells(both[0], p.value) || !d.tells(both[1], p.value) {
				continue
			}
			g := &s.guards[p.guard]
			views, every := g.let[Cell{both[0], p.value}].requests, g.let[Cell{both[1], p.value}].requests
			differ := views > 0 && every > views || views == 0 && every > 0 && len(persons) < k
			if latencies := s.latencies(p.guard, p.value); both[1] == stats.DimNetProvider && latencies > every {
				below = append(below, fmt.Sprintf("%q at guard %d: latencies of %d requests, %d are told", p.value, p.guard, latencies, every))
			}
			if differ {
				below = append(below, fmt.Sprintf("%q at guard %d: %v tells %d requests of %d, %v tells %d", p.value, p.guard, both[0], views, n[p], both[1], every))
			}
		}
	}
	return below
}

// latencies is of how many requests of a provider a guard told how long they took.
func (s *Site) latencies(guard uint8, provider string) (n int64) {
	for cell, l := range s.guards[guard].let {
		if of, _ := stats.CutPair(cell.Value); cell.Dim == stats.DimNetLatency && of == provider {
			n += l.requests
		}
	}
	return n
}

// TellAskers puts into a dump how many asked under each value that is told, and in each hour: what rested once.
func TellAskers(s *Site, d *Dump) {
	for _, e := range s.requests() {
		if !e.Asked {
			continue
		}
		d.Hours[e.Hour][stats.Askers]++
		for dim := range stats.Stored() {
			if v, ok := e.value(dim); ok && ofNetworks(dim) && dim != stats.DimNetLatency && d.tells(dim, v) {
				c := d.Rows[Cell{dim, v}]
				c[stats.Askers]++
				d.Rows[Cell{dim, v}] = c
			}
		}
	}
}
