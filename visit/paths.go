package visit

import (
	"errors"
	"fmt"
	"strings"
)

// MaxPaths is how many patterns [Paths] takes.
const MaxPaths = 100

// Paths is a set of paths of pages, by patterns as those of an [Aim]. A nil set is empty. It is safe for concurrent use.
type Paths struct {
	globs []glob
	texts map[string]bool
}

// NewPaths returns the set of scrubbed paths that any of the patterns matches. Errors name all patterns that are none.
func NewPaths(patterns []string) (*Paths, error) {
	if len(patterns) > MaxPaths {
		return nil, fmt.Errorf("visit: %d patterns of paths: at most %d", len(patterns), MaxPaths)
	}
	p := &Paths{texts: map[string]bool{}}
	var faults []error
	for i, pattern := range patterns {
		if err := (Aim{Page: pattern}).check(fmt.Sprintf("pattern %d", i+1)); err != nil {
			faults = append(faults, err)
			continue
		}
		if strings.ContainsAny(pattern, `*?[\`) {
			p.globs = append(p.globs, glob{pattern: pattern})
		} else {
			p.texts[pattern] = true
		}
	}
	return p, errors.Join(faults...)
}

// Has reports whether path is in the set.
func (p *Paths) Has(path string) bool {
	if p == nil {
		return false
	}
	if p.texts[path] {
		return true
	}
	for i := range p.globs {
		if p.globs[i].matches(path) {
			return true
		}
	}
	return false
}
