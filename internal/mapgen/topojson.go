package main

import (
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/text/language"
)

// point is a longitude and a latitude, in degrees, or once projected a place on the map.
type point [2]float64

// country is an outline: rings of all its polygons, outer and inner alike.
type country struct {
	code  string
	rings [][]point
}

// topology is the part of TopoJSON (its specification, section 2) that world-atlas uses.
type topology struct {
	Transform struct{ Scale, Translate point }
	Arcs      [][]point
	Objects   map[string]struct {
		Geometries []struct {
			Type       string
			ID         json.RawMessage
			Arcs       json.RawMessage
			Properties struct{ Name string }
		}
	}
}

// unnumbered are the outlines to which Natural Earth gives no ISO number.
var unnumbered = map[string]string{"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}

func readAtlas(name string) ([]country, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("mapgen: %w: install world-atlas with npm and name its folder with -atlas", err)
	}
	var topo topology
	if err := json.Unmarshal(data, &topo); err != nil {
		return nil, fmt.Errorf("mapgen: %s: %w", name, err)
	}
	topo.unpack()
	var all []country
	for _, g := range topo.Objects["countries"].Geometries {
		code := isoCode(g.ID, g.Properties.Name)
		if code == "" {
			continue
		}
		polygons, err := polygons(g.Type, g.Arcs)
		if err != nil {
			return nil, fmt.Errorf("mapgen: %s: %s: %w", name, g.Properties.Name, err)
		}
		c := country{code: code}
		for _, polygon := range polygons {
			for _, ring := range polygon {
				c.rings = append(c.rings, topo.ring(ring))
			}
		}
		all = append(all, c)
	}
	return all, nil
}

func polygons(kind string, arcs json.RawMessage) (all [][][]int, err error) {
	if kind == "Polygon" {
		var one [][]int
		err = json.Unmarshal(arcs, &one)
		return [][][]int{one}, err
	}
	err = json.Unmarshal(arcs, &all)
	return all, err
}

func isoCode(id json.RawMessage, name string) string {
	var number string
	if err := json.Unmarshal(id, &number); err != nil || number == "" {
		return unnumbered[name]
	}
	region, err := language.ParseRegion(number)
	if err != nil || !region.IsCountry() {
		return unnumbered[name]
	}
	return region.String()
}

// unpack turns the quantised differences of arcs into degrees.
func (t *topology) unpack() {
	for _, arc := range t.Arcs {
		var x, y float64
		for i := range arc {
			x, y = x+arc[i][0], y+arc[i][1]
			arc[i] = point{x*t.Transform.Scale[0] + t.Transform.Translate[0], y*t.Transform.Scale[1] + t.Transform.Translate[1]}
		}
	}
}

// ring joins arcs; a negative index ^i stands for arc i backwards. Shared ends are kept once.
func (t *topology) ring(indices []int) []point {
	var ring []point
	for _, index := range indices {
		arc := t.Arcs[max(index, ^index)]
		for i := range arc {
			p := arc[i]
			if index < 0 {
				p = arc[len(arc)-1-i]
			}
			if i > 0 || len(ring) == 0 {
				ring = append(ring, p)
			}
		}
	}
	return ring
}
