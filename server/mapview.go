package server

import (
	"strconv"
)

// mapShades is the number of shades of the world map.
const mapShades = 6

// mapView is the world map with each country's shade as a class.
type mapView struct {
	ViewBox string
	Shapes  []mapShape
	Dots    []mapDot
	Title   string
	Legend  []string // classes from light to dark
	Most    int64
}

type mapShape struct{ Class, Path, Title string }

type mapDot struct {
	Class, Title string
	X, Y         int
}

func newMapView(l *locale, w *world, list listing) *mapView {
	counts := make(map[string]int64, len(list.Rows))
	m := &mapView{ViewBox: "0 0 " + strconv.Itoa(w.Width) + " " + strconv.Itoa(w.Height), Title: l.T("map.title")}
	for _, row := range list.Rows {
		if row.Value == "" {
			continue // not known: nowhere on the map
		}
		counts[row.Value] = row.Count
		m.Most = max(m.Most, row.Count)
	}
	describe := func(code string) (class, title string) {
		n := counts[code]
		if n == 0 {
			return "m0", ""
		}
		return "m" + strconv.Itoa(level(n, m.Most, mapShades, .45)), l.names().Country(code) + ": " + l.Number(n)
	}
	for _, shape := range w.Shapes {
		class, title := describe(shape.Code)
		m.Shapes = append(m.Shapes, mapShape{class, shape.Path, title})
	}
	for _, dot := range w.Dots {
		if class, title := describe(dot.Code); title != "" {
			m.Dots = append(m.Dots, mapDot{class, title, dot.X, dot.Y})
		}
	}
	for i := range mapShades {
		m.Legend = append(m.Legend, "m"+strconv.Itoa(i+1))
	}
	return m
}
