package stats

import "strings"

// Selection asks a [Source] for some of the values of a dimension, so that it need not unpack the others.
type Selection struct {
	Dim         Dimension
	First, Last Day   // both included
	Match       Match // which values. The zero Match is all
	// ByDay wants each day by itself. Otherwise the days of a value may come added up, with the Day of one of them, but
	// for days on which it was counted by people of whom fewer than K carried it ([Dimension.Crowd]): each of those comes by
	// itself. So whoever reads under a floor of K sees the same, added up or not.
	ByDay bool
	K     int64 // up to 1 is no floor
}

// Apart reports whether a day on which a value counted c may not be added to others.
func (s *Selection) Apart(c *Counts) bool {
	return s.ByDay || s.K > 1 && s.Dim.Crowd(c) < s.K && people(*c) != Counts{}
}

// Match says which values are asked for.
type Match struct {
	how  matching
	text string
}

type matching uint8

const (
	matchAll matching = iota
	matchExactly
	matchBeginning
	matchEnding
)

// Exactly matches one value.
func Exactly(value string) Match { return Match{matchExactly, value} }

// Beginning matches the values that begin with a prefix.
func Beginning(prefix string) Match { return Match{matchBeginning, prefix} }

// Ending matches the values that end with a suffix.
func Ending(suffix string) Match { return Match{matchEnding, suffix} }

// PairWith matches the values of a pair of which the first half, or the second, is the given one.
func PairWith(half string, second bool) Match {
	if second {
		return Ending(separator + half)
	}
	return Beginning(half + separator)
}

// Has reports whether value is asked for.
func (m Match) Has(value string) bool {
	switch m.how {
	case matchExactly:
		return value == m.text
	case matchBeginning:
		return strings.HasPrefix(value, m.text)
	case matchEnding:
		return strings.HasSuffix(value, m.text)
	default:
		return true
	}
}

// Past reports whether neither value nor any that is above it in order is asked for.
func (m Match) Past(value string) bool {
	switch m.how {
	case matchExactly:
		return value > m.text
	case matchBeginning:
		return value > m.text && !strings.HasPrefix(value, m.text)
	default:
		return false
	}
}

// All reports whether every value is asked for.
func (m Match) All() bool { return m == Match{} }
