package main

// world-atlas joins what Natural Earth cuts at the 180th meridian; a flat map needs it cut again.

// cutAll cuts all rings.
func cutAll(rings [][]point) (all [][]point) {
	for _, ring := range rings {
		all = append(all, cutRing(ring)...)
	}
	return all
}

// cutRing returns the parts of a closed ring on either side of the 180th meridian, each within −180 … 180.
func cutRing(ring []point) [][]point {
	open := unwrap(ring)
	var parts [][]point
	for _, turn := range []float64{-360, 0, 360} {
		part := clip(clip(shift(open, turn), -180, 1), 180, -1)
		if len(part) > 2 {
			parts = append(parts, append(part, part[0]))
		}
	}
	return parts
}

// unwrap lets longitudes run on where the ring steps over the meridian.
func unwrap(ring []point) []point {
	out := make([]point, 0, len(ring))
	turn := 0.0
	for i, p := range ring {
		if i > 0 {
			switch step := p[0] - ring[i-1][0]; {
			case step > 180:
				turn -= 360
			case step < -180:
				turn += 360
			}
		}
		out = append(out, point{p[0] + turn, p[1]})
	}
	if len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	return out
}

func shift(ring []point, by float64) []point {
	out := make([]point, len(ring))
	for i, p := range ring {
		out[i] = point{p[0] + by, p[1]}
	}
	return out
}

// clip keeps the side of a ring where longitudes are above limit (side 1) or below it (side -1): Sutherland
// and Hodgman's algorithm for one edge.
func clip(ring []point, limit, side float64) (out []point) {
	inside := func(p point) bool { return (p[0]-limit)*side >= 0 }
	for i, p := range ring {
		before := ring[(i+len(ring)-1)%len(ring)]
		if inside(p) != inside(before) {
			part := (limit - before[0]) / (p[0] - before[0])
			out = append(out, point{limit, before[1] + part*(p[1]-before[1])})
		}
		if inside(p) {
			out = append(out, p)
		}
	}
	return out
}
