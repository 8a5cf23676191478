package peers

import "context"

// Kill ends everything at once, as the end of the process would.
func (v *Visitors) Kill() {
	v.cancel()
	v.running.Wait()
}

// Take takes in what another of the site's processes said, whatever it is.
func (v *Visitors) Take(m Message) { v.take(context.Background(), m) }

// Keys is how many keys of processes and seeds are held.
func (v *Visitors) Keys() int {
	v.keys.mu.Lock()
	defer v.keys.mu.Unlock()
	return len(v.keys.keys)
}
