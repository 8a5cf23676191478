package spool

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

// adoptEvery is how often the folders of dead runs are looked for.
const adoptEvery = 5 * time.Minute

// adopt hands over what runs that died left behind, now and from time to time: another process on the
// same folder may die later.
func (s *Spool) adopt(ctx context.Context, store Store) {
	for {
		for _, dir := range s.orphans() {
			if err := s.empty(ctx, dir, store); err != nil && ctx.Err() == nil {
				s.report(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(adoptEvery):
		}
	}
}

// orphans lists the other folders, dead or not.
func (s *Spool) orphans() []string {
	names, err := os.ReadDir(s.options.Dir)
	if err != nil {
		s.report(err)
		return nil
	}
	var dirs []string
	for _, name := range names {
		if name.IsDir() && name.Name() != s.instance {
			dirs = append(dirs, filepath.Join(s.options.Dir, name.Name()))
		}
	}
	return dirs
}

// empty hands over one dead run's frames and removes its folder. A folder whose owner lives is left alone.
func (s *Spool) empty(ctx context.Context, dir string, store Store) error {
	lock, err := lockDir(dir)
	if errors.Is(err, errLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	j, err := openJournal(dir, s.options.MaxBytes, s.options.Now)
	if err != nil {
		return err
	}
	s.orphaned(1)
	defer s.orphaned(-1)
	f := &forwarder{journal: j, store: store, report: s.report, orphan: true, done: func(kind, string, int64) { s.handed(0, "", 0) }, folded: s.folded}
	f.resume()
	for wait := retryFirst; ; wait = min(2*wait, retryLast) {
		err := f.drain(ctx)
		if err == nil {
			return os.RemoveAll(dir)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		s.report(err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
}

func (s *Spool) orphaned(n int) {
	s.mu.Lock()
	s.state.Orphaned += n
	s.mu.Unlock()
}
