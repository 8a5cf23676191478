package server

// Anonymity is what this process could tell of people at this moment, were somebody to read its memory, and what a copy of the
// store could: the program's own figures.
type Anonymity struct {
	Values, Pairs      int   // values and pairs of values that memory alone knows, until k visitors carry them
	Visitors, Capacity int64 // visitors known by the key of their day, in memory alone, and how many a day may be
	Days               int   // days whose keys are alive
	Others             int   // processes that know the same visitors, in memory alone
	Together           int   // page views whose rows leave memory together, at least
}
