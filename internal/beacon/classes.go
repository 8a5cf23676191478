package beacon

// Words for what is told in numbers: few, so that no number of anybody's page is kept.

// The classes of Web Vitals, by the thresholds that web.dev publishes for the 75th percentile.
const (
	good, middling, poor = "good", "middling", "poor"
)

func class(value, most, least int) string {
	switch {
	case value <= most:
		return good
	case value <= least:
		return middling
	}
	return poor
}

// Vitals are the classes of what r tells of the page's speed: "lcp/good", "inp/poor" …
func (r *Report) Vitals() (list []string) {
	if r.Paint >= 0 {
		list = append(list, "lcp/"+class(r.Paint, 2500, 4000))
	}
	if r.Delay >= 0 {
		list = append(list, "inp/"+class(r.Delay, 200, 500))
	}
	if r.Shift >= 0 {
		list = append(list, "cls/"+class(r.Shift, 100, 250))
	}
	return list
}

// Screen is the class of the window's width, "" if not told.
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

// Engaged are the classes of time looked at that a page reaches by having been looked at for now seconds after before.
func Engaged(before, now int) (reached []string) {
	for _, c := range [...]struct {
		from int
		name string
	}{{10, "10s"}, {30, "30s"}, {60, "1m"}, {180, "3m"}, {600, "10m"}} {
		if before < c.from && now >= c.from {
			reached = append(reached, c.name)
		}
	}
	return reached
}
