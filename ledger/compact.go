package ledger

import "golang.org/x/mod/sumdb/tlog"

// compact is a tree of which only the complete subtrees' roots are held: enough to tell the root at every
// size it passes through, in memory that grows with the logarithm.
type compact struct {
	size  int64
	roots []tlog.Hash // of complete subtrees, the largest first
}

func (c *compact) add(leaf tlog.Hash) {
	c.roots = append(c.roots, leaf)
	for n := c.size; n&1 == 1; n >>= 1 {
		last := len(c.roots) - 1
		c.roots = append(c.roots[:last-1], tlog.NodeHash(c.roots[last-1], c.roots[last]))
	}
	c.size++
}

// root returns the root of what was added, the zero hash if nothing was.
func (c *compact) root() (h tlog.Hash) {
	for i := len(c.roots) - 1; i >= 0; i-- {
		if i == len(c.roots)-1 {
			h = c.roots[i]
		} else {
			h = tlog.NodeHash(c.roots[i], h)
		}
	}
	return h
}
