package server

import (
	"math"

	"github.com/kelisim/kelisim/stats"
)

// The chart and its cards draw [stats.Counts]. On the page about consent the numbers of answers take the
// places of measures.
const (
	atShown stats.Measure = iota
	atAccepted
	atCustomised
	atRejected
	atIgnored
	atWithdrawn
	atChanged
)

// pack puts answers where a metric finds them.
func pack(a *stats.Answers) (c stats.Counts) {
	c[atShown], c[atAccepted], c[atCustomised], c[atRejected] = a.Shown, a.Accepted, a.Customised, a.Rejected
	c[atIgnored], c[atWithdrawn], c[atChanged] = a.Ignored, a.Withdrawn, a.Changed
	return c
}

// consentMetrics are the numbers at the head of the page about consent. Shares are of those who were
// asked: who answered, and who did not.
func consentMetrics() []metric {
	return []metric{
		{"shown", count(atShown), unitCount, 0, false},
		{"accepted", ofAsked(atAccepted), unitShare, 0, false},
		{"customised", ofAsked(atCustomised), unitShare, 0, false},
		{"rejected", ofAsked(atRejected), unitShare, 0, false},
		{"ignored", ofAsked(atIgnored), unitShare, 0, false},
		{"withdrawn", count(atWithdrawn), unitCount, 0, false},
	}
}

// countOf is the number behind a share.
func (m metric) countOf(a *stats.Answers) int64 {
	switch m.Name {
	case "accepted":
		return a.Accepted
	case "customised":
		return a.Customised
	case "rejected":
		return a.Rejected
	case "ignored":
		return a.Ignored
	}
	return -1
}

func ofAsked(m stats.Measure) func(*stats.Counts) float64 {
	return func(c *stats.Counts) float64 {
		asked := c[atAccepted] + c[atCustomised] + c[atRejected] + c[atIgnored]
		if asked <= 0 {
			return math.NaN()
		}
		return float64(c[m]) / float64(asked)
	}
}

func findConsentMetric(name string) metric {
	all := consentMetrics()
	for _, m := range all {
		if m.Name == name {
			return m
		}
	}
	return all[1]
}
