package guard

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/kelisim/kelisim/consent"
)

// maxUndeclared bounds the names that are kept: they come from visitors, too.
const maxUndeclared = 200

// Undeclared is a cookie that no rule of the policy declares.
type Undeclared struct {
	Name    string
	Count   int64
	Allowed bool // it passes all the same, provisionally
	Reason  string
}

type undeclared struct {
	mu   sync.Mutex
	seen map[string]*Undeclared
}

func (u *undeclared) note(name string, d consent.Decision) {
	u.mu.Lock()
	defer u.mu.Unlock()
	known, ok := u.seen[name]
	if !ok {
		if len(u.seen) >= maxUndeclared {
			return
		}
		name = strings.Clone(name)
		known = &Undeclared{Name: name}
		u.seen[name] = known
	}
	known.Count++
	known.Allowed, known.Reason = d.Allow, d.Reason.String()
}

// list returns the cookies, the most frequent first.
func (u *undeclared) list() []Undeclared {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := make([]Undeclared, 0, len(u.seen))
	for _, c := range u.seen {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Undeclared) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Name, b.Name))
	})
	return all
}
