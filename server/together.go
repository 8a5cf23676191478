package server

import (
	"context"
	"fmt"
	"sync"
)

// atOnce bounds the reports that one page asks for at the same time: a page waits for the slowest of them rather than for
// their sum, and leaves the store to others, too.
const atOnce = 4

// together does 0 to n-1, a few at a time, and returns the first error, after which nothing more is begun. One that panics is
// an error: it is on no goroutine that net/http watches over.
func together(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, atOnce)
	var group sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() {
			defer func() { <-slots }()
			defer func() {
				if fault := recover(); fault != nil {
					cancel(fmt.Errorf("server: a part of the page broke: %v", fault))
				}
			}()
			if err := do(ctx, i); err != nil {
				cancel(err)
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}
