package beacon

// Screen is the class of the window's width, "" if not told: few words, so that no number of anybody's screen is kept.
func (r *Report) Screen() string {
	switch {
	case r.Width < 0:
		return ""
	case r.Width < 2:
		return "narrow" // below 512 pixels
	case r.Width < 4:
		return "medium" // below 1,024
	case r.Width < 6:
		return "wide" // below 1,536
	}
	return "widest"
}
