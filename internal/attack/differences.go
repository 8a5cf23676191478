package attack

import (
	"fmt"

	"github.com/kelisim/kelisim/stats"
	"github.com/kelisim/kelisim/visit"
)

// Differences subtracts, on a closed day, the rows of every dimension and of every pair from all that counts
// them together, and returns the cells that are left with fewer than k visitors. The dump says what can be
// subtracted; the site's events say who is in a cell.
func Differences(s *Site, d *Dump, k int) (below []string) {
	p := s.Population
	dims := []stats.Dimension{stats.DimCountry, stats.DimRegion, stats.DimCity, stats.DimProvider}
	for _, dim := range dims {
		below = append(below, cut(s, d, k, dim, func(e *Event) (string, bool) {
			v, ok := valueOf(p, e, dim)
			return v, ok
		}, func(e *Event) []string {
			lines := []string{"all"}
			if v, ok := valueOf(p, e, dim.Spec().Parent); ok && told(d, dim.Spec().Parent, v) && s.Told(e.Guard, Cell{dim.Spec().Parent, v}) {
				lines = append(lines, v)
			}
			return lines
		})...)
	}
	for pair := range stats.Pairs() {
		halves := pair.Spec().Pair
		if pair == stats.DimFlow {
			continue
		}
		below = append(below, cut(s, d, k, pair, func(e *Event) (string, bool) {
			a, aok := valueOf(p, e, halves[0])
			b, bok := valueOf(p, e, halves[1])
			return stats.JoinPair(a, b), aok && bok
		}, func(e *Event) (lines []string) {
			for _, half := range halves {
				if v, ok := valueOf(p, e, half); ok && (!half.Valid() || told(d, half, v) && s.Told(e.Guard, Cell{half, v})) {
					lines = append(lines, fmt.Sprint(half, "=", v))
				}
			}
			return lines
		})...)
	}
	return below
}

// cut returns the lines that are told, of which values are told, and whose rest is fewer than k visitors.
func cut(s *Site, d *Dump, k int, dim stats.Dimension, value func(*Event) (string, bool), lines func(*Event) []string) (below []string) {
	left, full := map[string]map[int]bool{}, map[string]bool{}
	for i := range s.Events {
		e := &s.Events[i]
		v, ok := value(e)
		is := ok && told(d, dim, v) && s.Told(e.Guard, Cell{dim, v})
		for _, line := range lines(e) {
			if left[line] == nil {
				left[line] = map[int]bool{}
			}
			if is {
				full[line] = true
			} else if len(left[line]) < k {
				left[line][e.Who] = true
			}
		}
	}
	for line := range full {
		if n := len(left[line]); n > 0 && n < k {
			below = append(below, fmt.Sprintf("%v less its values: %d of %s", dim, n, line))
		}
	}
	return below
}

func told(d *Dump, dim stats.Dimension, value string) bool {
	c := d.Rows[Cell{dim, value}]
	c[stats.Bots] = 0
	return !c.IsZero()
}

// valueOf returns under which value of a dimension an event is counted, as far as this package knows.
func valueOf(p *Population, e *Event, dim stats.Dimension) (string, bool) {
	at := p.places[e.Who]
	region := at.Country + "/" + at.Region
	switch dim {
	case stats.DimPage:
		return e.Page, true
	case stats.DimSection:
		return visit.Section(e.Page), true
	case stats.DimCountry:
		return at.Country, true
	case stats.DimRegion:
		return region, true
	case stats.DimCity:
		return region + "/" + at.City, true
	case stats.DimProvider:
		return at.Provider, true
	}
	if dim > stats.NumDimensions && !dim.Valid() { // the hour
		return fmt.Sprintf("%02d", e.Hour), true
	}
	return "", false
}
