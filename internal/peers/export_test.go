package peers

// Kill ends everything at once, as the end of the process would.
func (v *Visitors) Kill() {
	v.cancel()
	v.running.Wait()
}
