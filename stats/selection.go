package stats

import "strings"

// Selection asks a [Source] for some of the values of a dimension, so that it need not unpack the others.
type Selection struct {
	Dim         Dimension
	First, Last Day   // both included
	Match       Match // which values. The zero Match is all
	// ByDay wants each day by itself.
	ByDay bool
	// K is the floor under which is read; up to 1 is none. Where days are added up, those on which the value was counted by
	// people of whom fewer than K carried it ([Dimension.Crowd]) are added up apart from the others, and said to be below.
	K int64
}

// Floored reports whether days below the floor are told apart.
func (s *Selection) Floored() bool { return !s.ByDay && s.K > 1 }

// Below reports whether a day on which a value counted c is below the floor.
func (s *Selection) Below(c *Counts) bool {
	return s.Floored() && s.Dim.Crowd(c) < s.K && people(*c) != Counts{}
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
