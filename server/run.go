package server

import (
	"context"
	"sync"
)

// Run does what the dashboard does beside answering: it follows the last minutes, and sends digests and alerts
// when their time has come. It returns when ctx is done,
// with every stream told to end, so that a graceful shutdown of the HTTP server does not wait for them. It
// must be called at most once.
func (s *Server) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.now.run(ctx, s.cfg.Now, s.cfg.Logger) })
	group.Go(func() { s.sending(ctx) })
	<-ctx.Done()
	close(s.closing)
	group.Wait()
}
