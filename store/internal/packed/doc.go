// Package packed is the compact form in which both stores keep counts, and a closed day altogether.
//
// A number is a varint, and what is as expected takes no byte: a row is a bit mask of the measures that
// are not, followed by them. A closed day is one blob per dimension: its values sorted,
// each cut to what differs from the one before, then its counts. The closed days of a month are two: see
// [Together]. That is what makes a year of a site fit into megabytes, and be read in milliseconds.
//
// The bytes come from a disk, which may lie: every decoder takes any input and answers with
// [ErrCorrupt] rather than a panic or an allocation that the input asks for.
package packed
