package policyfile

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/kelisim/kelisim/consent"
)

// Watcher keeps the policy in force in step with its file. A file that cannot be read, is wrong or may not follow
// the policy in force leaves the last good one standing. It is safe for concurrent use.
type Watcher struct {
	path     string
	apply    func(consent.Policy) error
	sections []Section

	mu      sync.Mutex // held while a policy is read and applied: one after the other
	current *consent.Rulebook
	tried   [sha256.Size]byte // of the bytes that were taken or refused last
	seen    [sha256.Size]byte // of those that the last look found
	missing string            // why the last look found none
	state   WatchState
}

// WatchState is what a [Watcher] did.
type WatchState struct {
	Taken   int64 // files that came into force since the start
	Refused int64 // that did not, each counted once
	Fault   error // why the file is not in force at present; nil while it is
}

// NewWatcher watches the file at path, whose policy first is in force. Apply puts another one in force, or says
// why it does not; middleware.Guard.SetPolicy does. Nothing is read before [Watcher.Run], Look or Reload.
func NewWatcher(path string, first consent.Policy, apply func(consent.Policy) error) (*Watcher, error) {
	current, err := consent.Compile(first)
	if err != nil {
		return nil, fmt.Errorf("policyfile: %s: %w", path, err)
	}
	return &Watcher{path: path, apply: apply, current: current}, nil
}

// Section reads a part of the file that is not the policy's, such as a site's rules of package risk, or says what is wrong with it:
// then the file as a whole is refused. Otherwise apply puts it in force, after the policy of the same file, and reports whether
// it is another one than before.
type Section func(data []byte) (apply func() (changed bool, err error), err error)

// With adds a section to those that follow the file. Call it before anything else.
func (w *Watcher) With(s Section) { w.sections = append(w.sections, s) }

// Reload puts the policy that the file holds now in force, and reports whether another one came into force. The
// error says why the file's policy is not; then the last good one stands.
func (w *Watcher) Reload() (changed bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, err := read(w.path)
	if err != nil {
		return false, w.lost(err)
	}
	return w.take(data)
}

// Look is Reload for a file that may be written at this moment: a change is taken once two looks have found the same
// bytes, and bytes that were refused are not tried again. Where nothing new is to be taken it returns false and nil.
func (w *Watcher) Look() (changed bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	data, err := read(w.path)
	if err != nil {
		if again := err.Error() == w.missing; again {
			if w.state.Fault == nil || w.state.Fault.Error() != w.missing {
				return false, w.lost(err)
			}
			return false, nil
		}
		w.missing = err.Error() // a file is away for a moment while it is replaced
		return false, nil
	}
	w.missing = ""
	sum := sha256.Sum256(data)
	steady := sum == w.seen
	w.seen = sum
	if !steady || sum == w.tried {
		return false, nil
	}
	return w.take(data)
}

// lost notes that there is no file to read.
func (w *Watcher) lost(err error) error {
	w.missing, w.tried = err.Error(), [sha256.Size]byte{}
	w.state.Refused++
	w.state.Fault = err
	return err
}

// take puts a policy in force, or says why not.
func (w *Watcher) take(data []byte) (changed bool, err error) {
	w.tried = sha256.Sum256(data)
	next, applies, err := w.check(data)
	if err == nil {
		if changed, err = w.enact(next, applies); err != nil {
			err = fmt.Errorf("policyfile: %s: %w", w.path, err)
		}
	}
	w.state.Fault = err
	switch {
	case err != nil:
		w.state.Refused++
	case changed:
		w.state.Taken++
	}
	return changed, err
}

// enact puts a file that is sound in force.
func (w *Watcher) enact(next *consent.Rulebook, applies []func() (bool, error)) (changed bool, err error) {
	if next != w.current {
		if err := w.apply(next.Policy()); err != nil {
			return false, err
		}
		w.current, changed = next, true
	}
	for _, apply := range applies {
		other, err := apply()
		if changed = changed || other; err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// check reads the whole file before anything of it comes into force.
func (w *Watcher) check(data []byte) (next *consent.Rulebook, applies []func() (bool, error), err error) {
	next, err = reload(w.path, data, w.current)
	all := []error{err}
	for _, section := range w.sections {
		apply, err := section(data)
		all, applies = append(all, err), append(applies, apply)
	}
	return next, applies, errors.Join(all...)
}

// State returns what was done so far.
func (w *Watcher) State() WatchState {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// Run looks at the file every so often until ctx ends, and calls Reload at each signal, SIGHUP as a rule; a nil channel
// never brings one. It logs each policy that comes into force, and each fault once.
func (w *Watcher) Run(ctx context.Context, every time.Duration, signals <-chan os.Signal, logger *slog.Logger) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		var changed bool
		var err error
		select {
		case <-ctx.Done():
			return
		case <-signals:
			changed, err = w.Reload()
		case <-ticker.C:
			changed, err = w.Look()
		}
		switch {
		case err != nil:
			logger.Error("the policy file is not in force; the last good policy stands", "error", err)
		case changed:
			logger.Info("the policy file has changed and is in force", "revision", w.revision(), "hash", w.hash())
		}
	}
}

func (w *Watcher) revision() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current.Revision()
}

func (w *Watcher) hash() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.current.Hash()
}
