package server

import (
	"time"

	"github.com/kelisim/kelisim/consent"
	"github.com/kelisim/kelisim/stats"
)

// Health is what the program knows of itself. Zero fields are shown as unknown or left out.
type Health struct {
	Version string    // of the program
	Commit  string    // it was built from
	Go      string    // version of Go
	Started time.Time // of this process
	Store   string    // kind and version: "redis 7.0.15", "bbolt"
	Fault   string    // what is wrong with the store now ("store": it does not answer), or plain words; "" where all is well
	Flushed time.Time // last acknowledged batch

	// Loss accounting, in page views and other hits: Accepted = Stored + Waiting + Spooled + all Dropped.
	Accepted, Stored, Waiting, Spooled int64
	Dropped                            []Drop

	Late   int64   // those of Accepted whose day was closed already: they count on the day after it
	Folded int64   // rows that the store left to "other": over its cap, or of a day that was closed
	Others []Other // what is in the totals and in no row, by dimension, since the start
	Told   []Drop  // what pages told of themselves, by what became of it
	Anew   []Anew  // when visitors of today had to be begun anew
	Peers  int     // other processes that count visitors together with this one
	Apart  bool    // they should, and cannot be reached: each counts for itself
	Own    int64   // page views left out because they were the site's own people's

	GeoBuilt  time.Time  // build date of the location tables
	GeoTables []GeoTable // each of them
	GeoSource string     // their name and licence, for attribution
	Policy    string     // hash of the consent policy in force
	Revision  int        // its revision

	PolicyFault string // why the policy file is not in force; a line for each fault; "" where it is

	Floors    []Floor     // the k of each class of dimension
	OpenDays  []stats.Day // days not closed yet
	Retention int         // days for which statistics are kept; 0: for ever
	Kept      []Kept      // what is kept, where and for how long

	Anonymity *Anonymity // nil where it is not known
}

// Anew is a time at which nobody knew any more who had been seen on the day.
type Anew struct {
	At   time.Time
	Upto int64 // visitors of the day who had been counted and may count twice
}

// GeoTable is one source of location data.
type GeoTable struct {
	Name  string    // as its publisher calls it
	Built time.Time // by its publisher
	Stale bool      // too old to count in full: shown as a warning
}

// Other is what one dimension left to "other": hits that are in every total and under no value of it.
type Other struct {
	Dimension stats.Dimension
	Cap       int   // values that it may have on one day
	Capped    int64 // hits beyond the cap
	Held      int64 // hits whose value too few visitors carried when the day ended
	Late      int64 // hits of a day that had ended
}

// Drop is a number of hits that were not counted, and why.
type Drop struct {
	Reason string // "full", or another key of the locales under "health.drop.", or plain words
	Count  int64
}

// Floor is the number of visitors below which values of a class of dimensions are not shown.
type Floor struct {
	Class string // "attribute", "page", or another key of the locales under "health.floor.", or plain words
	K     int
	Low   bool // too low for anything but a demonstration: shown as a warning
}

// Kept is one kind of data that the house holds.
type Kept struct {
	What, Where, Term string         // keys of the locales, or plain words
	For               consent.Period // where it is not zero: told instead of Term
}
