package server

import (
	"math"
	"strconv"
	"strings"
)

// Drawings are SVG made of numbers only: no text of a stranger goes into them. Widths are written as
// presentation attributes, which the content security policy allows where style attributes are not.

// width writes a share of 1 as a percentage for an attribute.
func width(share float64) string {
	return strconv.FormatFloat(math.Min(100, math.Max(0.6, share*100)), 'f', 1, 64) + "%"
}

// spark is the small curve in a card.
type spark struct{ Line, Area string }

const sparkWidth, sparkHeight = 120.0, 32.0

func newSpark(values []float64, u unit) spark {
	floor := 0.0 // counts stand on 0; shares and means would be a flat line there
	if u != unitCount {
		floor = bottom(values)
	}
	low := floor * .8
	raised := make([]float64, len(values))
	for i, v := range values {
		raised[i] = v - low
	}
	line := curve(raised, top(raised), sparkWidth, sparkHeight, 2)
	if line == "" {
		return spark{}
	}
	return spark{Line: line, Area: line + "L" + num(sparkWidth) + " " + num(sparkHeight) + "L0 " + num(sparkHeight) + "Z"}
}

// curve draws values from left to right, 0 at the bottom, most at the top less a margin.
func curve(values []float64, most, w, h, margin float64) string {
	if len(values) < 2 || most <= 0 {
		return ""
	}
	var b strings.Builder
	for i, v := range values {
		if math.IsNaN(v) || v < 0 {
			v = 0
		}
		op := "L"
		if i == 0 {
			op = "M"
		}
		b.WriteString(op + num(float64(i)*w/float64(len(values)-1)) + " " + num(h-v/most*(h-margin)))
	}
	return b.String()
}

func num(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

func bottom(values []float64) float64 {
	least := math.Inf(1)
	for _, v := range values {
		if !math.IsNaN(v) {
			least = math.Min(least, v)
		}
	}
	if math.IsInf(least, 1) {
		return 0
	}
	return least
}

func top(values []float64) (most float64) {
	for _, v := range values {
		if !math.IsNaN(v) {
			most = math.Max(most, v)
		}
	}
	return most
}

// scale returns a round number not below most, and the step between its grid lines.
func scale(most float64, whole bool) (upper, between float64) {
	if most <= 0 {
		return 1, 1
	}
	raw := most / 4
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		between = f * power
		if between >= raw && (!whole || between == math.Trunc(between)) {
			break
		}
	}
	if whole && between < 1 {
		between = 1
	}
	return math.Ceil(most/between-1e-9) * between, between
}

// level returns which of so many shades v gets when most is the darkest: 0 for none, 1 … shades. Values
// spread over orders of magnitude (countries) want a bend below 1, others (hours) are shown as they are.
func level(v, most int64, shades int, bend float64) int {
	if v <= 0 || most <= 0 {
		return 0
	}
	part := math.Pow(float64(v)/float64(most), bend)
	return min(shades, max(1, int(math.Ceil(part*float64(shades)))))
}

// width0 is width without a least one: nothing is as wide as nothing.
func width0(share float64) string {
	return strconv.FormatFloat(math.Min(100, math.Max(0, share*100)), 'f', 1, 64) + "%"
}
