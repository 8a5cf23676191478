package main

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// worldMap is what the dashboard draws.
type worldMap struct {
	Width  int     `json:"width"`
	Height int     `json:"height"`
	Shapes []shape `json:"shapes"`
	Dots   []dot   `json:"dots"`
}

type shape struct {
	Code string `json:"code"` // ISO 3166-1 alpha-2
	Path string `json:"path"` // SVG path data
}

type dot struct {
	Code string `json:"code"`
	X    int    `json:"x"`
	Y    int    `json:"y"`
}

const (
	mapWidth = 2000
	north    = 83.7
	south    = -56
)

var skipped = []string{"AQ", "TF"} // nobody browses from there, and they would take a fifth of the map

func draw(coarse, fine []country) worldMap {
	scale := mapWidth / (2 * project(point{180, 0})[0])
	top := project(point{0, north})[1]
	place := func(p point) (int, int) {
		q := project(p)
		return int(math.Round(mapWidth/2 + q[0]*scale)), int(math.Round((top - q[1]) * scale))
	}
	_, height := place(point{0, south})
	m := worldMap{Width: mapWidth, Height: height}
	drawn := make(map[string]bool)
	for _, c := range coarse {
		if slices.Contains(skipped, c.code) {
			continue
		}
		drawn[c.code] = true
		m.Shapes = append(m.Shapes, shape{c.code, path(cutAll(c.rings), place)})
	}
	for _, c := range fine {
		if drawn[c.code] || slices.Contains(skipped, c.code) {
			continue
		}
		drawn[c.code] = true
		if x, y := place(centre(cutAll(c.rings))); y >= 0 && y <= height {
			m.Dots = append(m.Dots, dot{c.code, x, y})
		}
	}
	slices.SortFunc(m.Shapes, func(a, b shape) int { return strings.Compare(a.Code+a.Path, b.Code+b.Path) })
	slices.SortFunc(m.Dots, func(a, b dot) int { return strings.Compare(a.Code, b.Code) })
	return m
}

// project is the Equal Earth projection, https://doi.org/10.1080/13658816.2018.1504949.
func project(p point) point {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	m := math.Sqrt(3) / 2
	lambda, phi := p[0]*math.Pi/180, p[1]*math.Pi/180
	t := math.Asin(m * math.Sin(phi))
	t2 := t * t
	t6 := t2 * t2 * t2
	return point{lambda * math.Cos(t) / (m * (a1 + 3*a2*t2 + t6*(7*a3+9*a4*t2))), t * (a1 + a2*t2 + t6*(a3+a4*t2))}
}

// path writes rings in whole units, relative to the point before; points that fall together are left out.
func path(rings [][]point, place func(point) (int, int)) string {
	var b strings.Builder
	for _, ring := range rings {
		if len(ring) < 4 {
			continue
		}
		px, py := place(ring[0])
		part := "M" + strconv.Itoa(px) + pair(py) + "l"
		steps := 0
		for _, p := range ring[1 : len(ring)-1] {
			x, y := place(p)
			if x == px && y == py {
				continue
			}
			if steps > 0 && x-px >= 0 {
				part += " "
			}
			part += strconv.Itoa(x-px) + pair(y-py)
			px, py = x, y
			steps++
		}
		if steps > 1 {
			b.WriteString(part + "z")
		}
	}
	return b.String()
}

// pair writes the second number of a pair: a minus sign separates by itself.
func pair(n int) string {
	if n < 0 {
		return strconv.Itoa(n)
	}
	return " " + strconv.Itoa(n)
}

// centre returns the middle of the ring that spans most.
func centre(rings [][]point) point {
	var best point
	most := -1.0
	for _, ring := range rings {
		low, high := ring[0], ring[0]
		for _, p := range ring {
			low = point{min(low[0], p[0]), min(low[1], p[1])}
			high = point{max(high[0], p[0]), max(high[1], p[1])}
		}
		if area := (high[0] - low[0]) * (high[1] - low[1]); area > most {
			most, best = area, point{(low[0] + high[0]) / 2, (low[1] + high[1]) / 2}
		}
	}
	return best
}
