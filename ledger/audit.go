package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/kelisim/kelisim/consent"
)

// Finding is something that does not fit.
type Finding struct {
	Position int64 // of the entry; -1 for the log as a whole
	ID       string
	Text     string
}

// String returns the finding as a line.
func (f Finding) String() string {
	if f.Position < 0 {
		return f.Text
	}
	return fmt.Sprintf("entry %d (%s): %s", f.Position, f.ID, f.Text)
}

// maxFindings bounds how many are named; all are counted.
const maxFindings = 100

// Report is what a verification found.
type Report struct {
	Entries  int64 // gone through
	Signed   int64 // of these, under the newest head
	Opened   int64 // records that were decrypted and came to their leaf
	Erased   int64 // records that are erased, their leaves standing
	Heads    int   // signed heads that the entries came to
	Newest   Head
	Faults   int64     // how many findings
	Findings []Finding // the first hundred
}

// Sound reports whether everything fits.
func (r Report) Sound() bool { return r.Faults == 0 }

func (r *Report) find(position int64, id, format string, args ...any) {
	r.Faults++
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, Finding{position, id, fmt.Sprintf(format, args...)})
	}
}

// audit goes through the entries of a ledger in order, from wherever they come.
type audit struct {
	Report
	tree  compact
	heads map[int64][]namedHead // by size
	sound int64                 // size of the largest head that was met so far

	readable bool           // records are opened, so erasures can be told from losses
	gone     map[int64]bool // without content
	named    map[int64]bool // by erasures
}

type namedHead struct {
	Head
	name string
}

func newAudit(readable bool) *audit {
	return &audit{heads: map[int64][]namedHead{}, readable: readable, gone: map[int64]bool{}, named: map[int64]bool{}}
}

// expect notes a head that the entries must come to.
func (a *audit) expect(h Head, name string) {
	if h.Size == 0 {
		return
	}
	a.heads[h.Size] = append(a.heads[h.Size], namedHead{h, name})
	if h.Size > a.Newest.Size {
		a.Newest = h
	}
}

// add takes the next entry. The record is that of an opened one; openErr is why it could not be opened.
func (a *audit) add(e consent.Entry, record *consent.Record, openErr error) {
	position := a.Entries
	switch {
	case e.Erased() || errors.Is(openErr, consent.ErrErased):
		a.Erased++
		a.gone[position] = true
	case errors.Is(openErr, consent.ErrLeaf):
		a.find(position, e.ID, "its content is not what its leaf commits to: one of the two was altered")
	case openErr != nil:
		a.find(position, e.ID, "its content cannot be opened: altered, or sealed under a secret that was not given")
	case record != nil:
		a.Opened++
		if record.ID != e.ID {
			a.find(position, e.ID, "its record is that of %q", record.ID)
		}
		for _, p := range record.Erased {
			a.named[int64(p)] = true
		}
	}
	a.tree.add(leafHash(e))
	a.Entries++
	for _, h := range a.heads[a.Entries] {
		if a.tree.root() == h.Root {
			a.Heads++
			a.sound = a.Entries
			continue
		}
		a.find(-1, "", "the first %d entries are not the ones that were signed (%s); up to %d they are", h.Size, h.name, a.sound)
	}
	if a.Entries <= a.Newest.Size {
		a.Signed = a.Entries
	}
}

// end returns the report when all entries were taken.
func (a *audit) end() Report {
	for _, size := range slices.Sorted(maps.Keys(a.heads)) {
		if size > a.Entries {
			for _, h := range a.heads[size] {
				a.find(-1, "", "%d entries were signed (%s), %d are there: entries were lost or removed", size, h.name, a.Entries)
			}
		}
	}
	if a.readable {
		for _, p := range slices.Sorted(maps.Keys(a.gone)) {
			if !a.named[p] {
				a.find(p, "", "its content is gone and no erasure is recorded for it")
			}
		}
		for _, p := range slices.Sorted(maps.Keys(a.named)) {
			if !a.gone[p] {
				a.find(p, "", "an erasure is recorded for it and its content is still there (kelisim ledger erase completes it)")
			}
		}
	}
	slices.SortStableFunc(a.Findings, func(x, y Finding) int { return cmp.Compare(x.Position, y.Position) })
	return a.Report
}

// hashesAgree compares a block of leaves with the tile that the log wrote of it.
func (a *audit) hashesAgree(first int64, ids []string, leaves []tlog.Hash, tile []byte) {
	for i, leaf := range leaves {
		at := i * tlog.HashSize
		if at+tlog.HashSize > len(tile) {
			a.find(-1, "", "the tile of entries %d to %d is missing or too short", first, first+int64(len(leaves))-1)
			return
		}
		if tlog.Hash(tile[at:at+tlog.HashSize]) != leaf {
			a.find(first+int64(i), ids[i], "its leaf is not the one in the log: it was altered")
		}
	}
}
